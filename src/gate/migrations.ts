// The schema of a gate, as numbered steps that are only ever added to: one line, written when the gate turns
// and at no other time.
import { applyMigrations, type Migration } from "../durable/migrate.ts";

const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    name: "standing",
    // Times are ms since the epoch.
    sql: `
      CREATE TABLE standing (
        id        INTEGER PRIMARY KEY CHECK (id = 1),
        paused    TEXT,                    -- 'by-hand' or 'unauthorized'; NULL where it is not
        paused_at INTEGER,
        opened_at INTEGER,                 -- since when the breaker is open; NULL where it is closed
        retry_at  INTEGER                  -- no call before this
      ) STRICT;
    `,
  },
  {
    id: 2,
    name: "failing since",
    // Since when nothing has succeeded; NULL where that is not so.
    sql: "ALTER TABLE standing ADD COLUMN failing_since INTEGER",
  },
];

/** Brings a gate's schema up to date. @param steps for tests: how many of the steps to apply */
export function migrate(storage: DurableObjectStorage, steps: number = MIGRATIONS.length): void {
  applyMigrations(storage, MIGRATIONS.slice(0, steps));
}
