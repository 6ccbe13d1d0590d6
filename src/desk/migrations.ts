// The schema of a source's desk, as numbered steps that are only ever added to. Bounded by its shape: one line about the
// source, one captured secret, and notes in rings whose slots are written over.
import { applyMigrations, type Migration } from "../durable/migrate.ts";

const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    name: "desk",
    // Times are ms since the epoch. A note takes the slot of the oldest of its kind, so it costs one row written, and
    // nothing has to be purged.
    sql: `
      CREATE TABLE source (
        id            INTEGER PRIMARY KEY CHECK (id = 1),
        last_event_at INTEGER,             -- NULL until there has been one
        watched_since INTEGER,             -- when its silence was looked at first; NULL until then
        silent_since  INTEGER,             -- of the silence that has been told; NULL where there is none
        turned_at     INTEGER              -- when a silence or its end was told: the same look arriving twice is recognised
      ) STRICT;
      CREATE TABLE captured (
        id         INTEGER PRIMARY KEY CHECK (id = 1),
        iv         BLOB NOT NULL,
        ciphertext BLOB NOT NULL
      ) STRICT;
      CREATE TABLE notes (
        kind   TEXT NOT NULL,              -- 'refused' or 'unmatched'
        slot   INTEGER NOT NULL,
        seq    INTEGER NOT NULL,           -- the order of arrival
        at     INTEGER NOT NULL,
        reason TEXT NOT NULL,
        detail TEXT NOT NULL,
        PRIMARY KEY (kind, slot)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

/** Brings a desk's schema up to date. @param steps for tests: how many of the steps to apply */
export function migrate(storage: DurableObjectStorage, steps: number = MIGRATIONS.length): void {
  applyMigrations(storage, MIGRATIONS.slice(0, steps));
}
