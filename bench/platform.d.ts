// What the ledger's schema asks of the platform's storage, for benchmarks that run it in Node's SQLite.

interface DurableObjectStorage {
  readonly sql: { exec<Row = unknown>(statement: string, ...values: unknown[]): { one(): Row } };
  transactionSync<T>(work: () => T): T;
}
