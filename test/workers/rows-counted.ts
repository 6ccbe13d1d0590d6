// Counts the rows that a Durable Object writes, as the platform bills them: the sum of `cursor.rowsWritten` over every statement.
import { runInDurableObject } from "cloudflare:test";
import type { DeskStub } from "./desk-objects.ts";
import type { GateStub } from "./gates.ts";
import type { ShardStub } from "./ledger-objects.ts";

/**
 * Counts from now on, until the object is evicted. A statement that writes has done so when `exec` returns, so its
 * cursor can be asked at once.
 *
 * @returns how many rows were written since it was last asked
 */
export async function countRowsWritten(stub: ShardStub | DeskStub | GateStub): Promise<() => number> {
  let written = 0;
  // Whose object it is does not matter: only its storage is looked at.
  await runInDurableObject(stub as unknown as ShardStub, (_object, { storage }) => {
    const { sql } = storage;
    const exec = sql.exec.bind(sql);
    sql.exec = ((query: string, ...values: SqlStorageValue[]) => {
      const cursor = exec(query, ...values);
      written += cursor.rowsWritten;
      return cursor;
    }) as typeof sql.exec;
  });
  return () => {
    const since = written;
    written = 0;
    return since;
  };
}
