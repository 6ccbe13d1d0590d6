// Erases what the ledger keeps about one record: payloads, results, what is said of events, and words in timelines. What stays says
// that something was done and when, and keeps it from being done again: of each dedupe key a hash. Synchronous, inside the
// shard's transaction.
import { erasedKey, isErasedKey } from "../core/erased-key.ts";
import { ERASED, type Execution } from "../core/execution.ts";
import { dropText } from "./chunks.ts";
import { noteErased } from "./erased.ts";
import { ERASE, SELECT_OF_RECORD } from "./statements.ts";

export interface Erased {
  readonly erased: number;
  /** Those that go on, or are still owed to a callback: they are left alone. */
  readonly left: number;
}

interface Row extends Record<string, SqlStorageValue> {
  id: number;
  dedupe_key: string;
  due_at: number | null;
  purge_at: number | null;
  attributes: string;
  progress: string;
}

export function eraseRecord(sql: SqlStorage, recordId: string): Erased {
  const rows = sql.exec<Row>(SELECT_OF_RECORD, recordId).toArray();
  // What is settled has a time at which it is purged.
  const settled = rows.filter(({ due_at, purge_at }) => due_at === null && purge_at !== null);
  const fresh = settled.filter(({ dedupe_key }) => !isErasedKey(dedupe_key));
  if (fresh.length > 0) noteErased(sql);
  for (const row of fresh) {
    dropText(sql, row.id, "payload");
    dropText(sql, row.id, "result");
    sql.exec(
      ERASE,
      erasedKey(row.dedupe_key),
      JSON.stringify(withoutEvent(JSON.parse(row.attributes))),
      JSON.stringify(withoutWords(JSON.parse(row.progress))),
      '{"data":null,"start":null}',
      row.id,
    );
  }
  return { erased: fresh.length, left: rows.length - settled.length };
}

function withoutEvent(attributes: Pick<Execution, "event" | "cancel">) {
  const { source, type, time } = attributes.event;
  const cancel = attributes.cancel && { ...attributes.cancel, dedupeKey: null };
  return { ...attributes, cancel, event: { id: ERASED, source, type, time, headers: {}, dedupeKey: ERASED } };
}

function withoutWords(progress: Pick<Execution, "timeline">) {
  const timeline = progress.timeline.map(({ detail: _detail, answer: _answer, ...entry }) => entry);
  return { ...progress, reason: ERASED, timeline };
}
