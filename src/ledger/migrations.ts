// The ledger's schema, as numbered steps that are only ever added to. A step that has been released is never edited:
// objects out there have run it. Applied in one transaction when an object wakes.
import { applyMigrations, type Migration } from "../durable/migrate.ts";

const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    name: "executions",
    // Rows written are what the ledger costs, so each index earns its place. `one_per_key` recognises duplicates and,
    // led by the record id, also answers "everything about this record". `due` holds unfinished executions only.
    // Times are ms since the epoch.
    sql: `
      CREATE TABLE executions (
        id             INTEGER PRIMARY KEY, -- grows with time: newest first without an index of its own
        rule           TEXT NOT NULL,
        source         TEXT NOT NULL,
        record_id      TEXT NOT NULL,       -- '' where the rule gives none
        dedupe_key     TEXT NOT NULL,
        released       INTEGER NOT NULL DEFAULT 0, -- the row's own id once its key belongs to a later execution
        window_ends_at INTEGER NOT NULL,
        run            TEXT NOT NULL,
        delivery       TEXT NOT NULL,       -- 'none', 'due', 'delivered', 'exhausted'
        due_at         INTEGER,             -- NULL once nothing is owed any more
        started_at     INTEGER,
        purge_at       INTEGER,             -- NULL until nothing is owed any more
        version        INTEGER NOT NULL,
        write_token    TEXT NOT NULL,       -- of the last write: the same write arriving twice is recognised
        attributes     TEXT NOT NULL,       -- JSON, written once
        payload        TEXT,                -- JSON, written once; NULL where it stands in chunks
        progress       TEXT NOT NULL,       -- JSON, rewritten with every step
        result         TEXT                 -- JSON; NULL where there is none or it stands in chunks
      ) STRICT;
      CREATE UNIQUE INDEX one_per_key ON executions (record_id, rule, dedupe_key, released);
      CREATE INDEX due ON executions (due_at) WHERE due_at IS NOT NULL;
      CREATE TABLE chunks (
        execution INTEGER NOT NULL,
        kind      TEXT NOT NULL,            -- 'payload' or 'result'
        part      INTEGER NOT NULL,
        bytes     BLOB NOT NULL,
        PRIMARY KEY (execution, kind, part)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  {
    id: 2,
    name: "cancel requests",
    // Beside the progress of an execution, which whoever advances it rewrites: a cancel is never lost to a step under way.
    sql: `
      ALTER TABLE executions ADD COLUMN cancel_at INTEGER; -- NULL where nobody wants it canceled
      ALTER TABLE executions ADD COLUMN cancel_by TEXT;
    `,
  },
  {
    id: 3,
    name: "whether anything was erased",
    sql: "INSERT INTO marks (name, value) SELECT 'erased', 1 WHERE EXISTS (SELECT 1 FROM executions WHERE dedupe_key GLOB 'erased:*')",
  },
];

/** Brings a shard's schema up to date. @param steps for tests: how many of the steps to apply */
export function migrate(storage: DurableObjectStorage, steps: number = MIGRATIONS.length): void {
  applyMigrations(storage, MIGRATIONS.slice(0, steps));
}
