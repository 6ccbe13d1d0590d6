// The schema of the object of jobs, as numbered steps that are only ever added to.
import { applyMigrations, type Migration } from "../durable/migrate.ts";

const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    name: "jobs",
    sql: `
      CREATE TABLE jobs (
        id           TEXT PRIMARY KEY,
        created_at   INTEGER NOT NULL,     -- ms since the epoch
        state        TEXT NOT NULL,        -- 'running', 'done' or 'canceled'
        leased_until INTEGER NOT NULL,     -- ms since the epoch; 0: nobody's
        job          TEXT NOT NULL         -- JSON
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

/** Brings the object's schema up to date. @param steps for tests: how many of the steps to apply */
export function migrate(storage: DurableObjectStorage, steps: number = MIGRATIONS.length): void {
  applyMigrations(storage, MIGRATIONS.slice(0, steps));
}
