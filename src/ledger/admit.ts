// Admission, inside a shard: what becomes of an event's execution in view of the one that its key has, and what a cancel is
// applied to. Synchronous, so that nothing comes between what is read and what is written; what takes several statements is one transaction.
import { onRepeat, type Verdict } from "../core/dedupe.ts";
import { erasedKey } from "../core/erased-key.ts";
import { applied } from "../core/execution.ts";
import { asKept } from "../core/kept-payload.ts";
import { isActive, type RunState } from "../core/run-state.ts";
import { fitsInRow, storeText } from "./chunks.ts";
import { hasErased } from "./erased.ts";
import { type AdmissionRow, type Candidate, type SummaryRow, toExecution, toProgressRow } from "./row.ts";
import { IDS_PER_MS, publicId } from "./shard.ts";
import * as statements from "./statements.ts";

export type AdmittedRow =
  /** `row`: what the caller cannot know of what it has given, which is what a cancel came to; null for everything else. */
  | { readonly outcome: "new"; readonly id: number; readonly row: SummaryRow | null }
  | { readonly outcome: "duplicate"; readonly row: SummaryRow };

/** Makes several statements one: all of them count, or none. */
export type Whole = <T>(write: () => T) => T;

/**
 * @param token the same when the call is repeated
 * @param fresh what this call has answered as new: asked again in the same call, it is a duplicate like any other
 * @param whole for what takes more than one statement; most admissions are one INSERT, which is whole by itself
 */
export function admitOne(
  sql: SqlStorage,
  candidate: Candidate,
  now: number,
  token: string,
  fresh: Set<number>,
  whole: Whole,
): AdmittedRow {
  const { row, cancel, by } = candidate;
  const key = [row.record_id, row.rule, row.dedupe_key];
  const [known] = sql.exec<Stored>(statements.SELECT_BY_KEY, ...key).toArray();
  if (known) {
    if (known.write_token === token && !fresh.has(known.id)) {
      fresh.add(known.id);
      return asNew(sql, known.id, candidate);
    }
  }
  const erased = known === undefined && row.record_id !== "" ? erasedUnder(sql, candidate, now) : undefined;
  if (erased) return { outcome: "duplicate", row: erased };
  const standing = inReplaysWay(sql, candidate);
  if (standing) return { outcome: "duplicate", row: standing };
  const verdict = known ? verdictOn(sql, candidate, known, now) : "new";
  if (known && verdict === "duplicate") {
    const { write_token: _, ...summary } = known;
    return { outcome: "duplicate", row: summary };
  }
  const write = (): number => {
    if (known && verdict === "replace") requestCancel(sql, known.id, by, now);
    if (known) sql.exec(statements.RELEASE_KEY, known.id);
    return insert(sql, cancel === null ? row : applyCancel(sql, candidate, cancel, now), now, token);
  };
  const isOneStatement = !known && cancel === null && fits(row);
  const id = isOneStatement ? write() : whole(write);
  fresh.add(id);
  return asNew(sql, id, candidate);
}

/** Wants an execution canceled. What it means for each state stands at the statement. */
export function requestCancel(sql: SqlStorage, id: number, by: string, now: number): void {
  sql.exec(statements.REQUEST_CANCEL, now, by, id);
}

type Stored = SummaryRow & { readonly write_token: string } & Record<string, SqlStorageValue>;

function verdictOn(sql: SqlStorage, { row, policy, eventKey }: Candidate, known: SummaryRow, now: number): Verdict {
  if (known.window_ends_at <= now) return "new";
  // What a shadow rule has only recorded stands in nobody's way but another shadow's.
  if (known.run === "shadow" && row.run !== "shadow") return "new";
  const key = [row.record_id, row.rule, row.dedupe_key];
  const same = sql.exec(statements.SELECT_SAME_EVENT, ...key, now, eventKey, row.run === "shadow" ? 1 : 0);
  const sameEvent = same.toArray().length > 0;
  return onRepeat(policy, { run: known.run, sameEvent });
}

/** What was erased keeps its event from being started anew, whatever the policy: nobody can say any more what it was. */
function erasedUnder(sql: SqlStorage, { row, once }: Candidate, now: number): SummaryRow | undefined {
  if (once !== null || !hasErased(sql)) return undefined;
  const [found] = sql
    .exec<Stored>(statements.SELECT_BY_KEY, row.record_id, row.rule, erasedKey(row.dedupe_key))
    .toArray();
  if (!found || found.window_ends_at <= now) return undefined;
  const { write_token: _, ...summary } = found;
  return summary;
}

/** Whatever the window: a person who asks for a replay wants neither two at once nor the same one twice. */
function inReplaysWay(sql: SqlStorage, { row, once }: Candidate): SummaryRow | undefined {
  if (once === null) return undefined;
  const key = [row.record_id, row.rule, row.dedupe_key];
  const [found] = sql
    .exec<SummaryRow & { readonly repeated: number } & Record<string, SqlStorageValue>>(
      statements.SELECT_IN_REPLAYS_WAY,
      ...key,
      once,
    )
    .toArray();
  if (!found) return undefined;
  const { repeated: _, ...summary } = found;
  return summary;
}

/** Asks for the end of everything that the cancel is about. @returns its row, which says what it came to */
function applyCancel(
  sql: SqlStorage,
  { row, by }: Candidate,
  { rule, dedupeKey }: NonNullable<Candidate["cancel"]>,
  now: number,
): AdmissionRow {
  const targets = sql.exec<{ id: number; run: RunState }>(statements.SELECT_TARGETS, row.record_id, rule, dedupeKey);
  // Rows refer to rows of the same shard: which one that is they need not know.
  const known = targets.toArray().map(({ id, run }) => ({ row: id, id: publicId({ shard: 0, row: id }), run }));
  const unapplied = toExecution({ ...row, id: 0, version: 1, cancel_at: null, cancel_by: null }, 0);
  for (const target of known) if (isActive(target.run)) requestCancel(sql, target.row, by, now);
  const progress = toProgressRow(asKept(applied(unapplied, known, now)), 0);
  return { ...row, ...progress, payload: progress.payload ?? row.payload, purge_at: row.purge_at };
}

function asNew(sql: SqlStorage, id: number, { cancel }: Candidate): AdmittedRow {
  if (cancel === null) return { outcome: "new", id, row: null };
  const row = sql.exec<SummaryRow & Record<string, SqlStorageValue>>(statements.SELECT_SUMMARY, id).one();
  return { outcome: "new", id, row };
}

function insert(sql: SqlStorage, row: AdmissionRow, now: number, token: string): number {
  const large = fits(row) ? null : row.payload;
  const { id } = sql
    .exec<{ id: number }>(
      statements.INSERT,
      now * IDS_PER_MS,
      row.rule,
      row.source,
      row.record_id,
      row.dedupe_key,
      row.window_ends_at,
      row.run,
      row.delivery,
      row.due_at,
      row.started_at,
      row.purge_at,
      token,
      row.attributes,
      large === null ? row.payload : null,
      row.progress,
      row.result,
    )
    .one();
  if (large !== null) storeText(sql, id, "payload", large);
  return id;
}

function fits({ payload }: AdmissionRow): boolean {
  return payload === null || fitsInRow(payload);
}
