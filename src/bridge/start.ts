// The start call and what its answer means. A definite answer is never repeated; an uncertain one follows the rule's
// policy, is counted, and stands in the timeline.

import { MINUTE_MS } from "../core/duration.ts";
import type { CallOutcome, Shut } from "../core/engine-gate.ts";
import { type Execution, ended, held, requeued, started, type TimelineEntry } from "../core/execution.ts";
import { startIdOf } from "../core/record-id.ts";
import { err } from "../core/result.ts";
import { START_GIVE_UP_MS, startDelayMs } from "../core/retry.ts";
import { outcomeOf, waitingFor } from "./permits.ts";
import type { Bridge, EngineFailure, StartCall } from "./ports.ts";

/** The engine takes expiries between 30 minutes and 30 days from now; a minute of margin covers clocks and latency. */
const MIN_EXPIRY_MS = 31 * 60_000;
const MAX_EXPIRY_MS = 30 * 86_400_000 - 60_000;

const HELD_REASON =
  "nobody can say whether the engine has started the run, and the rule says hold: look for a run of this record at the engine, and start one there if there is none";

const GIVEN_UP_REASON = "no start call had a definite answer within three days";

/** The execution after its start call, and what the call tells of the engine. */
export interface Called {
  readonly learnt: Execution;
  readonly outcome: CallOutcome;
}

/** Makes the start call of an execution whose intent is durable. */
export async function callStart(bridge: Bridge, execution: Execution): Promise<Called> {
  const engine = bridge.engine(execution.engine);
  const begun = bridge.now();
  const run = engine
    ? await engine.start({
        ...startCall(execution, begun),
        startId: startIdOf(execution),
        traceparent: execution.event.traceparent,
      })
    : err({ reason: "unavailable", detail: `the configuration has no engine "${execution.engine}"` } as const);
  const now = bridge.now();
  if (!run.ok) {
    const learnt = afterFailure(bridge, execution, run.error, { now, durationMs: now - begun });
    return { learnt, outcome: outcomeOf(run) };
  }
  return { learnt: started(execution, run.value, now), outcome: { reason: "answered", runId: run.value.runId } };
}

function afterFailure(
  bridge: Bridge,
  execution: Execution,
  failure: EngineFailure,
  { now, durationMs }: { readonly now: number; readonly durationMs: number },
): Execution {
  if (failure.reason === "rejected") return ended(execution, "rejected", { reason: failure.detail }, now);
  logFailure(bridge, execution, "start", failure, durationMs);
  const entry: TimelineEntry = {
    at: now,
    step: "start",
    outcome: failure.reason,
    attempt: execution.startAttempts,
    detail: failure.detail,
    durationMs,
  };
  const retryAfterMs = "retryAfterMs" in failure ? failure.retryAfterMs : undefined;
  const delayMs = startDelayMs(execution.startAttempts, bridge.random(), retryAfterMs);
  return failure.reason === "uncertain" ? afterUncertain(execution, entry, delayMs) : again(execution, entry, delayMs);
}

/** One line per failed call. That the engine does not take our token is an error, told by its gate, once. */
export function logFailure(
  bridge: Bridge,
  execution: Execution,
  operation: string,
  { reason }: EngineFailure,
  durationMs?: number,
): void {
  const name = reason === "unauthorized" ? "engine.call-unauthorized" : `engine.${reason}`;
  bridge.log("warn", name, { engine: execution.engine, operation, execution: execution.id, durationMs });
}

/** The engine is shut: no call was made, so none is counted. The admission had recorded the intent. */
export function putBack(execution: Execution, shut: Shut, now: number, random: number): Execution {
  const entry: TimelineEntry = { at: now, step: "start", outcome: "waiting", detail: waitingFor(shut) };
  const uncounted = { ...execution, startAttempts: execution.startAttempts - 1 };
  // Not later than the next sweep but one: it is left alone while the engine is shut, and someone may open it by hand.
  return again(uncounted, entry, startDelayMs(1, random, Math.min(shut.waitMs, MINUTE_MS)));
}

/** The very execution that was given, so that waiting costs no write; but nobody waits for ever. */
export function stillWaiting(execution: Execution, now: number): Execution {
  const late = now - execution.admittedAt > START_GIVE_UP_MS;
  return late ? ended(execution, "expired", { reason: GIVEN_UP_REASON }, now) : execution;
}

/** A start found under way whose lease has run out: whoever made the call, or was about to, is gone. */
export function workerLost(execution: Execution, now: number): Execution {
  const detail = "the Worker was lost at the start call: it may or may not have been made";
  return afterUncertain(
    execution,
    { at: now, step: "start", outcome: "uncertain", attempt: execution.startAttempts, detail },
    0,
  );
}

/**
 * What the engine is asked for. The expiry is resolved here, at the moment of the call, and kept within what the engine
 * takes.
 */
export function startCall({ start, recordId }: Pick<Execution, "start" | "recordId">, now: number): StartCall {
  if (!start) throw new Error("an invalid execution cannot be started");
  const { expiresInMs, ...request } = start;
  const expiresAt = expiresInMs === null ? null : now + Math.min(Math.max(expiresInMs, MIN_EXPIRY_MS), MAX_EXPIRY_MS);
  return { ...request, expiresAt, recordId };
}

function afterUncertain(execution: Execution, entry: TimelineEntry, delayMs: number): Execution {
  const counted = { ...execution, uncertainStarts: execution.uncertainStarts + 1 };
  return execution.onUncertainStart === "hold" ? held(counted, entry, HELD_REASON) : again(counted, entry, delayMs);
}

function again(execution: Execution, entry: TimelineEntry, delayMs: number): Execution {
  const queued = requeued(execution, entry, delayMs);
  const late = entry.at - execution.admittedAt > START_GIVE_UP_MS;
  return late ? ended(queued, "expired", { reason: GIVEN_UP_REASON }, entry.at) : queued;
}
