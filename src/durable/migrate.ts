// The schema of a Durable Object's SQLite, as numbered steps that are only ever added to. A step that has been released
// is never edited: objects out there have run it. Shared by every part that keeps something in Durable Objects; knows
// none of them.

export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

/** Brings an object's schema up to date, in one transaction. Called when an object wakes; harmless to call again. */
export function applyMigrations(storage: DurableObjectStorage, migrations: readonly Migration[]): void {
  const { sql } = storage;
  storage.transactionSync(() => {
    sql.exec("CREATE TABLE IF NOT EXISTS _migrations (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT");
    const { done } = sql.exec<{ done: number }>("SELECT coalesce(max(id), 0) AS done FROM _migrations").one();
    for (const { id, name, sql: step } of migrations) {
      if (id <= done) continue;
      sql.exec(step);
      sql.exec("INSERT INTO _migrations (id, name) VALUES (?, ?)", id, name);
    }
  });
}
