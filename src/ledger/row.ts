// Between an execution and the row that holds it. Pure. Rows are flat, with JSON as text: what crosses the border to the
// Durable Object is plain and small, and a listing need not read payloads.

import type { ExecutionSummary } from "../bridge/ports.ts";
import type { DeliveryState, Execution, RunState } from "../core/execution.ts";
import type { Address } from "./shard.ts";
import { publicId } from "./shard.ts";

/** What is written with every step. */
export interface ProgressRow {
  readonly run: RunState;
  readonly delivery: "none" | DeliveryState;
  readonly due_at: number | null;
  readonly started_at: number | null;
  readonly purge_at: number | null;
  readonly progress: string;
  readonly result: string | null;
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

export interface SummaryRow extends Omit<AdmissionRow, "payload" | "result"> {
  readonly id: number;
  readonly version: number;
}

export interface ExecutionRow extends SummaryRow, Pick<AdmissionRow, "payload" | "result"> {}

export function toProgressRow(execution: Execution, retentionMs: number): ProgressRow {
  const { runId, reason, startAttempts, uncertainStarts, expiresAt, finishedAt, endedAt, deliveries, timeline } =
    execution;
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
      finishedAt,
      endedAt,
      deliveries,
      timeline,
    }),
    result: execution.result === undefined ? null : JSON.stringify(execution.result),
  };
}

export function toAdmissionRow(execution: Execution, retentionMs: number): AdmissionRow {
  const { engine, windowMs, onUncertainStart, admittedAt, start } = execution;
  const { data, ...event } = execution.event;
  return {
    ...toProgressRow(execution, retentionMs),
    rule: execution.rule,
    source: event.source,
    record_id: execution.recordId ?? "",
    dedupe_key: execution.dedupeKey,
    window_ends_at: admittedAt + windowMs,
    attributes: JSON.stringify({ engine, windowMs, onUncertainStart, admittedAt, event }),
    payload: JSON.stringify({ data, start }),
  };
}

export function toSummary(row: SummaryRow, shard: Address["shard"]): ExecutionSummary {
  return {
    ...JSON.parse(row.attributes),
    ...JSON.parse(row.progress),
    id: publicId({ shard, row: row.id }),
    rule: row.rule,
    recordId: row.record_id === "" ? null : row.record_id,
    dedupeKey: row.dedupe_key,
    run: row.run,
    startedAt: row.started_at,
    dueAt: row.due_at,
    version: row.version,
  };
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
  const states = deliveries.map(({ state }) => state);
  if (states.length === 0) return "none";
  if (states.includes("exhausted")) return "exhausted";
  return states.includes("due") ? "due" : "delivered";
}
