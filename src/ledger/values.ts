// The large values of a row: its payload and its result, beside the row where they do not fit into it. Synchronous, inside the
// shard's transaction.
import { dropText, fitsInRow, loadText, storeText } from "./chunks.ts";
import type { ExecutionRow, ProgressRow, SummaryRow } from "./row.ts";
import { SELECT_VALUES } from "./statements.ts";

/**
 * A large result is kept for as long as a callback may need it; a small one as long as its execution.
 * @param owed whether anything was owed before this step: what is fetched again afterwards is wanted for itself
 * @returns what goes into the row
 */
export function storeResult(sql: SqlStorage, id: number, row: ProgressRow, owed: boolean): string | null {
  const needed = !owed || row.due_at !== null || row.delivery !== "delivered";
  const kept = row.result !== null && (needed || fitsInRow(row.result));
  if (kept) return storeText(sql, id, "result", row.result ?? "");
  // Without one there is none to be dropped, but for where the payloads are.
  if (row.result !== null || row.payload) dropText(sql, id, "result");
  return null;
}

export function loaded(sql: SqlStorage, row: SummaryRow): ExecutionRow {
  const [values] = sql.exec<{ payload: string | null; result: string | null }>(SELECT_VALUES, row.id);
  return {
    ...row,
    payload: values?.payload ?? loadText(sql, row.id, "payload"),
    result: values?.result ?? loadText(sql, row.id, "result"),
  };
}
