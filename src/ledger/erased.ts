// Whether anything was ever erased in this shard: a mark, read once in the life of the object. As long as nothing was, nobody who is
// admitted needs to be looked for under the hash of their key. Synchronous.
import { SELECT_MARK, SET_MARK } from "./statements.ts";

const MARK = "erased";

/** By the storage of an object, as long as that lives. */
const known = new WeakMap<SqlStorage, boolean>();

export function hasErased(sql: SqlStorage): boolean {
  const said = known.get(sql);
  if (said !== undefined) return said;
  const found = sql.exec(SELECT_MARK, MARK).toArray().length > 0;
  known.set(sql, found);
  return found;
}

/** Inside the transaction that erases. */
export function noteErased(sql: SqlStorage): void {
  if (hasErased(sql)) return;
  sql.exec(SET_MARK, MARK, 1);
  known.set(sql, true);
}
