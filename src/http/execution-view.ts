// How the operations API shows an execution: the schemas that describe it, and the views that fill them. Times in ISO 8601.
import * as z from "zod";
import type { ExecutionSummary } from "../bridge/ports.ts";
import { DELIVERY_STATES, type Execution, RUN_STATES } from "../core/execution.ts";
import { INTENTS } from "../core/replay.ts";
import { iso } from "./api-context.ts";

export const TimeView = z.iso.datetime();

export const EventSummaryView = z.object({
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string().nullable(),
  time: z.string().describe("When it happened, as the sender says."),
});

const DeliveryView = z.object({
  callback: z.string(),
  state: z.enum(DELIVERY_STATES).describe("exhausted is a dead letter."),
  attempts: z.int(),
  nextAt: TimeView.nullable().describe("When the next attempt is due; null before the end and when nothing is owed."),
});

export const ExecutionSummaryView = z
  .object({
    id: z.string(),
    rule: z.string().nullable().describe("null for an event that no rule took."),
    engine: z.string().nullable(),
    revision: z.int().describe("Of the configuration that decided it."),
    state: z.enum(RUN_STATES),
    reason: z.string().nullable(),
    recordId: z.string().nullable(),
    runId: z.string().nullable().describe("The engine's id of the run."),
    dedupeKey: z.string(),
    event: EventSummaryView,
    replay: z.object({ of: z.string(), intent: z.enum(INTENTS) }).nullable(),
    cancel: z.object({ rule: z.string(), dedupeKey: z.string().nullable() }).nullable(),
    canceled: z.array(z.object({ id: z.string(), state: z.enum(RUN_STATES) })),
    cancelRequest: z.object({ at: TimeView, by: z.string() }).nullable(),
    startAttempts: z.int(),
    uncertainStarts: z.int(),
    deliveries: z.array(DeliveryView),
    admittedAt: TimeView,
    startedAt: TimeView.nullable(),
    expiresAt: TimeView.nullable(),
    endedAt: TimeView.nullable(),
  })
  .meta({ id: "ExecutionSummary" });
export type ExecutionSummaryFacts = z.infer<typeof ExecutionSummaryView>;

export const TimelineView = z.looseObject({
  at: TimeView,
  step: z.string(),
  outcome: z.string(),
  detail: z.string().optional(),
  callback: z.string().optional(),
  attempt: z.int().optional(),
  status: z.int().optional().describe("Of the HTTP answer."),
  durationMs: z.int().optional(),
  answer: z.string().optional().describe("The beginning of what a callback answered that has not taken the message."),
});
export type TimelineLine = z.infer<typeof TimelineView>;

export const ExecutionView = ExecutionSummaryView.extend({
  payloads: z
    .enum(["shown", "hidden", "dropped"])
    .describe("The event's data, the start request, the result: hidden from viewers, or dropped as keepPayloads says."),
  event: EventSummaryView.extend({ data: z.unknown() }),
  start: z.unknown().describe("The start request, as it is sent to the engine; null where there is none."),
  result: z.unknown().describe("The result of the run; null where there is none, or not any more."),
  timeline: z.array(TimelineView),
}).meta({ id: "Execution" });
export type ExecutionFacts = z.infer<typeof ExecutionView>;

export function summaryView(execution: ExecutionSummary): z.infer<typeof ExecutionSummaryView> {
  return {
    id: execution.id,
    rule: execution.rule === "" ? null : execution.rule,
    engine: execution.engine === "" ? null : execution.engine,
    revision: execution.revision,
    state: execution.run,
    reason: execution.reason,
    recordId: execution.recordId,
    runId: execution.runId,
    dedupeKey: execution.dedupeKey,
    event: eventView(execution),
    replay: execution.replay ? { of: execution.replay.of, intent: execution.replay.intent } : null,
    cancel: execution.cancel,
    canceled: execution.canceled.map(({ id, run }) => ({ id, state: run })),
    cancelRequest: execution.cancelRequest && { at: iso(execution.cancelRequest.at), by: execution.cancelRequest.by },
    startAttempts: execution.startAttempts,
    uncertainStarts: execution.uncertainStarts,
    deliveries: execution.deliveries.map(({ nextAt, ...delivery }) => ({ ...delivery, nextAt: iso(nextAt) })),
    admittedAt: iso(execution.admittedAt),
    startedAt: iso(execution.startedAt),
    expiresAt: iso(execution.expiresAt),
    endedAt: iso(execution.endedAt),
  };
}

/** @param shown whether payloads are */
export function executionView(execution: Execution, shown: boolean): z.infer<typeof ExecutionView> {
  const { start, result, event } = execution;
  return {
    ...summaryView(execution),
    payloads: execution.payloadDropped ? "dropped" : shown ? "shown" : "hidden",
    event: { ...eventView(execution), data: shown ? event.data : null },
    start: shown ? start : null,
    result: shown ? (result ?? null) : null,
    timeline: execution.timeline.map(({ at, ...entry }) => ({ at: iso(at), ...entry })),
  };
}

function eventView({ event }: ExecutionSummary): z.infer<typeof EventSummaryView> {
  return { id: event.id, source: event.source, type: event.type, subject: event.subject ?? null, time: event.time };
}
