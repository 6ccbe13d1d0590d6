// Between an execution and the row that holds it. Pure. Rows are flat, with JSON as text: what crosses the border to the
// Durable Object is plain and small, and a listing need not read payloads.

import type { ExecutionSummary } from "../bridge/ports.ts";
import type { DuplicatePolicy } from "../core/dedupe.ts";
import type { DeliveryState, Execution, Found, RunState } from "../core/execution.ts";
import type { Address } from "./shard.ts";
import { addressOf, publicId } from "./shard.ts";

/** What is written with every step. */
export interface ProgressRow {
  readonly run: RunState;
  readonly delivery: "none" | DeliveryState;
  readonly due_at: number | null;
  readonly started_at: number | null;
  readonly purge_at: number | null;
  readonly progress: string;
  readonly result: string | null;
  /** What stands in place of the payload from now on; null where it stays as it is. */
  readonly payload: string | null;
}

/** What is written once. */
export interface AdmissionRow extends ProgressRow {
  readonly rule: string;
  readonly source: string;
  readonly record_id: string;
  readonly dedupe_key: string;
  readonly window_ends_at: number;
  readonly attributes: string;
  readonly payload: string | null;
}

/** What the ledger is asked to admit: the row, and what decides whether it becomes one. */
export interface Candidate {
  readonly row: AdmissionRow;
  readonly policy: DuplicatePolicy;
  /** The event's own key: the same event is recognised by it under whatever dedupe key. */
  readonly eventKey: string;
  /** Of a replay: the same when the request is repeated. */
  readonly once: string | null;
  /** Of a cancel: what it is about. */
  readonly cancel: { readonly rule: string; readonly dedupeKey: string | null } | null;
  /** Who cancels, should this cancel anything: in words. */
  readonly by: string;
}

export interface SummaryRow extends Omit<AdmissionRow, "payload" | "result"> {
  readonly id: number;
  readonly version: number;
  readonly cancel_at: number | null;
  readonly cancel_by: string | null;
}

export interface ExecutionRow extends SummaryRow, Pick<AdmissionRow, "payload" | "result"> {}

/** What a cancel was applied to, as rows of its own shard. */
interface FoundRow {
  readonly row: number;
  readonly run: RunState;
}

const DROPPED = JSON.stringify({ data: null, start: null });

/** @param execution as it is to be kept */
export function toProgressRow(execution: Execution, retentionMs: number): ProgressRow {
  const { runId, reason, startAttempts, uncertainStarts, expiresAt, finishedAt, endedAt, deliveries, timeline } =
    execution;
  const { cancelAnsweredAt, payloadDropped, resultLeft } = execution;
  const canceled = execution.canceled.map(toFoundRow);
  const settled = execution.dueAt === null && endedAt !== null;
  return {
    run: execution.run,
    delivery: deliveryOf(execution),
    due_at: execution.dueAt,
    started_at: execution.startedAt,
    purge_at: settled ? Math.max(execution.admittedAt + execution.windowMs, endedAt + retentionMs) : null,
    progress: JSON.stringify({
      runId,
      reason,
      startAttempts,
      uncertainStarts,
      expiresAt,
      // Left out where they say nothing, which is nearly always.
      ...(cancelAnsweredAt === null ? {} : { cancelAnsweredAt }),
      ...(canceled.length === 0 ? {} : { canceled }),
      ...(payloadDropped ? { payloadDropped } : {}),
      ...(resultLeft ? { resultLeft } : {}),
      finishedAt,
      endedAt,
      deliveries,
      timeline,
    }),
    payload: payloadDropped ? DROPPED : null,
    result: execution.result === undefined ? null : JSON.stringify(execution.result),
  };
}

function toAdmissionRow(execution: Execution, retentionMs: number): AdmissionRow {
  const { revision, engine, windowMs, onDuplicate, onUncertainStart, admittedAt, start, cancel, replay } = execution;
  const { data, ...event } = execution.event;
  return {
    ...toProgressRow(execution, retentionMs),
    rule: execution.rule,
    source: event.source,
    record_id: execution.recordId ?? "",
    dedupe_key: execution.dedupeKey,
    window_ends_at: admittedAt + windowMs,
    attributes: JSON.stringify({
      revision,
      engine,
      windowMs,
      onDuplicate,
      onUncertainStart,
      admittedAt,
      cancel,
      ...(replay ? { replay } : {}),
      ...(execution.dropPayload ? { dropPayload: true } : {}),
      event,
    }),
    payload: JSON.stringify({ data, start }),
  };
}

export function toCandidate(execution: Execution, retentionMs: number): Candidate {
  const { rule, event, onDuplicate, cancel, replay } = execution;
  return {
    row: toAdmissionRow(execution, retentionMs),
    policy: onDuplicate,
    eventKey: event.dedupeKey,
    once: replay?.once ?? null,
    // A cancel is born as one that finds nothing; any other state means that it is not to be applied.
    cancel: execution.run === "moot" ? cancel : null,
    by: cancel ? `the rule "${rule}" at event ${event.id}` : `event ${event.id}, for which the rule started anew`,
  };
}

export function toSummary(row: SummaryRow, shard: Address["shard"]): ExecutionSummary {
  const { canceled = [], ...progress } = JSON.parse(row.progress);
  return {
    // What executions from before these were kept do not say.
    revision: 0,
    onDuplicate: "skip",
    cancel: null,
    cancelAnsweredAt: null,
    ...JSON.parse(row.attributes),
    ...progress,
    canceled: (canceled as FoundRow[]).map(({ row: found, run }) => ({ id: publicId({ shard, row: found }), run })),
    id: publicId({ shard, row: row.id }),
    rule: row.rule,
    recordId: row.record_id === "" ? null : row.record_id,
    dedupeKey: row.dedupe_key,
    run: row.run,
    startedAt: row.started_at,
    dueAt: row.due_at,
    cancelRequest: row.cancel_at === null ? null : { at: row.cancel_at, by: row.cancel_by ?? "" },
    version: row.version,
  };
}

function toFoundRow({ id, run }: Found): FoundRow {
  return { row: addressOf(id)?.row ?? 0, run };
}

export function toExecution(row: ExecutionRow, shard: Address["shard"]): Execution {
  const summary = toSummary(row, shard);
  const { data, start } = JSON.parse(row.payload ?? "{}");
  return {
    ...summary,
    event: { ...summary.event, data },
    start,
    result: row.result === null ? undefined : JSON.parse(row.result),
  };
}

/** One word for all callbacks: a dead letter outweighs what is still due, and that what is delivered. */
function deliveryOf({ deliveries }: Execution): "none" | DeliveryState {
  const states = deliveries.flatMap(({ state }) => (state === "unwanted" ? [] : [state]));
  if (states.length === 0) return "none";
  if (states.includes("exhausted")) return "exhausted";
  return states.includes("due") ? "due" : "delivered";
}
