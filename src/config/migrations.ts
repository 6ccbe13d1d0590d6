// The schema of the configuration's object, as numbered steps that are only ever added to.
import { applyMigrations, type Migration } from "../durable/migrate.ts";

const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    name: "revisions",
    // Documents stand in chunks, however small: a row holds 2 MB, and 10,000 rules make about 6 MB.
    sql: `
      CREATE TABLE revisions (
        number      INTEGER PRIMARY KEY,
        at          INTEGER NOT NULL,      -- ms since the epoch
        author      TEXT NOT NULL,
        note        TEXT,                  -- NULL where its author gave none
        made_from   TEXT NOT NULL,         -- 'bundled', 'put' or 'restore'
        restored    INTEGER,               -- the revision that was restored; NULL for the others
        token       TEXT NOT NULL          -- of the call that made it: the same call arriving twice is recognised
      ) STRICT;
      CREATE TABLE chunks (
        revision INTEGER NOT NULL,
        part     INTEGER NOT NULL,
        bytes    BLOB NOT NULL,
        PRIMARY KEY (revision, part)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

/** Brings the object's schema up to date. @param steps for tests: how many of the steps to apply */
export function migrate(storage: DurableObjectStorage, steps: number = MIGRATIONS.length): void {
  applyMigrations(storage, MIGRATIONS.slice(0, steps));
}
