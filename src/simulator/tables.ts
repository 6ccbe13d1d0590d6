// The simulator's tables as numbered, append-only migrations. Touches nothing but the SQL storage it is given.
// Times are integer ms since the epoch (`_at`), JSON is text.

const MIGRATIONS: readonly { readonly id: number; readonly sql: string }[] = [
  {
    id: 1,
    sql: `
      CREATE TABLE executions (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        definition_id TEXT NOT NULL,
        name TEXT NOT NULL,
        record_id TEXT,
        locale TEXT NOT NULL,
        parameters TEXT NOT NULL,
        expires_at TEXT,
        started_at INTEGER NOT NULL,
        ends_at INTEGER,
        final_status TEXT NOT NULL,
        result TEXT,
        result_delay_ms INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE requests (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        method TEXT NOT NULL,
        path TEXT NOT NULL,
        headers TEXT NOT NULL,
        body TEXT NOT NULL,
        status INTEGER,
        fault TEXT
      ) STRICT;
      CREATE TABLE faults (seq INTEGER PRIMARY KEY, rule TEXT NOT NULL, remaining INTEGER) STRICT;
      CREATE TABLE definitions (id TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE settings (id INTEGER PRIMARY KEY CHECK (id = 1), settings TEXT NOT NULL) STRICT;
    `,
  },
  {
    id: 2,
    sql: "CREATE TABLE push_key (id INTEGER PRIMARY KEY CHECK (id = 1), push_key TEXT NOT NULL) STRICT",
  },
];

/** Brings the tables up to date. A throw leaves them as they were. */
export function migrate(storage: DurableObjectStorage): void {
  const { sql } = storage;
  sql.exec("CREATE TABLE IF NOT EXISTS _migrations (id INTEGER PRIMARY KEY) STRICT");
  const done = new Set(
    sql
      .exec<{ id: number }>("SELECT id FROM _migrations")
      .toArray()
      .map((row) => row.id),
  );
  for (const migration of MIGRATIONS.filter(({ id }) => !done.has(id))) {
    storage.transactionSync(() => {
      sql.exec(migration.sql);
      sql.exec("INSERT INTO _migrations (id) VALUES (?)", migration.id);
    });
  }
}

/** Forgets everything that was stored, but for the key of pushes: whoever has fetched it may keep it. */
export function clearTables(storage: DurableObjectStorage): void {
  storage.transactionSync(() => {
    for (const table of ["executions", "requests", "faults", "definitions", "settings"]) {
      storage.sql.exec(`DELETE FROM ${table}`);
    }
  });
}
