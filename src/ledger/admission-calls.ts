// Which calls to shards an admission takes, and what their answers mean. Pure.
import type { Admitted } from "../bridge/ports.ts";
import type { LedgerSettings } from "../core/config.ts";
import { type Admission, admitted, type Execution } from "../core/execution.ts";
import { asKept } from "../core/kept-payload.ts";
import { retentionMs } from "../core/retention.ts";
import type { AdmittedRow } from "./admit.ts";
import type { LivesQuery } from "./query.ts";
import { type Candidate, toCandidate, toSummary } from "./row.ts";
import { publicId } from "./shard.ts";

/** A call to a Durable Object holds 32 MiB; admissions beyond this go in a call of their own. */
const ADMIT_MAX_CHARS = 4 * 1024 * 1024;

export interface Entry {
  readonly position: number;
  readonly execution: Execution;
  readonly candidate: Candidate;
}

export interface Placed {
  readonly position: number;
  readonly admitted: Admitted;
}

export const NOWHERE = { rule: "", dedupeKey: "" };

/** One call per shard, or several where the payloads are large. */
export function batches(
  admissions: readonly Admission[],
  places: readonly number[],
  settings: LedgerSettings,
  now: number,
) {
  const calls: { shard: number; chars: number; entries: Entry[] }[] = [];
  for (const [position, admission] of admissions.entries()) {
    const shard = places[position] ?? 0;
    const execution = admitted("", admission, now);
    const candidate = toCandidate(asKept(execution), retentionMs(settings, execution.run));
    const chars = candidate.row.payload?.length ?? 0;
    const open = calls.find((each) => each.shard === shard && each.chars + chars <= ADMIT_MAX_CHARS);
    const target = open ?? { shard, chars: 0, entries: [] };
    if (!open) calls.push(target);
    target.entries.push({ position, execution, candidate });
    target.chars += chars;
  }
  return calls;
}

export function toAdmitted(answer: AdmittedRow, execution: Execution, shard: number): Admitted {
  if (answer.outcome === "duplicate") return { outcome: "duplicate", execution: toSummary(answer.row, shard) };
  const known = answer.row ? { ...toSummary(answer.row, shard), event: execution.event } : {};
  return { outcome: "new", execution: { ...execution, ...known, id: publicId({ shard, row: answer.id }) } };
}

/** A cancel without a record lives where the execution does that it means. */
export function livesQuery(admission: Admission | undefined): LivesQuery {
  const { recordId, rule, dedupeKey } = admission ?? { ...NOWHERE, recordId: null };
  const target = recordId === null ? admission?.cancel : null;
  return {
    recordId: recordId ?? "",
    rule: target?.rule ?? rule,
    dedupeKey: target ? (target.dedupeKey ?? "") : dedupeKey,
  };
}

export function inOrder(placed: readonly Placed[]): Admitted[] {
  return placed.toSorted((a, b) => a.position - b.position).map(({ admitted: each }) => each);
}
