// The schema of the access object, as numbered steps that are only ever added to. Of a token its hash is kept and nothing else.
import { applyMigrations, type Migration } from "../durable/migrate.ts";

const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    name: "tokens and audit",
    // Times are ms since the epoch.
    sql: `
      CREATE TABLE tokens (
        id           TEXT PRIMARY KEY,     -- stands in the token itself, and is no secret
        name         TEXT NOT NULL,
        role         TEXT NOT NULL,
        hash         TEXT NOT NULL,        -- SHA-256 of the whole token, in hex
        created_at   INTEGER NOT NULL,
        created_by   TEXT NOT NULL,
        expires_at   INTEGER,              -- NULL: never
        revoked_at   INTEGER,              -- NULL where it is valid
        last_used_at INTEGER               -- to some minutes; NULL where it has not been used
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE audit (
        id      INTEGER PRIMARY KEY,
        once    TEXT NOT NULL UNIQUE,      -- of the call that made it: the same call arriving twice is recognised
        at      INTEGER NOT NULL,
        who     TEXT NOT NULL,
        role    TEXT NOT NULL,
        action  TEXT NOT NULL,             -- method and route
        target  TEXT NOT NULL,             -- the path
        status  INTEGER NOT NULL,
        request TEXT NOT NULL,             -- the id under which the log knows the request
        change  TEXT                       -- JSON: what was before and what is after, where the route says so
      ) STRICT;
    `,
  },
  {
    id: 2,
    name: "the key of sessions",
    sql: `
      CREATE TABLE session_key (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        key TEXT NOT NULL
      ) STRICT;
    `,
  },
];

/** Brings the object's schema up to date. @param steps for tests: how many of the steps to apply */
export function migrate(storage: DurableObjectStorage, steps: number = MIGRATIONS.length): void {
  applyMigrations(storage, MIGRATIONS.slice(0, steps));
}
