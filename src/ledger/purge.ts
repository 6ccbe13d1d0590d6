// Deletes what has outlived its retention, a bounded look at a time, so that no call to a shard takes long however much
// there is. Synchronous, inside the shard's transaction.
import { dropText } from "./chunks.ts";
import * as statements from "./statements.ts";

/** Rows looked at per purge: each look is bounded, however large the shard. */
const PURGE_BATCH = 500;

const PURGE_MARK = "purge";

/** Looks at some of the oldest executions, deletes those past their time, and remembers where it was. @returns how many */
export function purgeSome(sql: SqlStorage, now: number): number {
  const [mark] = sql.exec<{ value: number }>(statements.SELECT_MARK, PURGE_MARK).toArray();
  const begun = mark?.value ?? 0;
  const looked = sql
    .exec<{ id: number; purge_at: number | null }>(statements.SELECT_OLDEST, begun, PURGE_BATCH)
    .toArray();
  const over = looked.filter(({ purge_at }) => purge_at !== null && purge_at <= now);
  for (const { id } of over) {
    dropText(sql, id, "payload");
    dropText(sql, id, "result");
    sql.exec(statements.DELETE, id);
  }
  const next = looked.length < PURGE_BATCH ? 0 : (looked.at(-1)?.id ?? 0);
  if (next !== begun) sql.exec(statements.SET_MARK, PURGE_MARK, next);
  return over.length;
}
