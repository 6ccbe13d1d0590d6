// The start call and what its answer means. A definite answer is never repeated; an uncertain one follows the rule's
// policy, is counted, and stands in the timeline.
import { type Execution, ended, held, requeued, started, type TimelineEntry } from "../core/execution.ts";
import { err } from "../core/result.ts";
import { START_GIVE_UP_MS, startDelayMs } from "../core/retry.ts";
import type { Bridge, EngineFailure, StartCall } from "./ports.ts";

/** The engine takes expiries between 30 minutes and 30 days from now; a minute of margin covers clocks and latency. */
const MIN_EXPIRY_MS = 31 * 60_000;
const MAX_EXPIRY_MS = 30 * 86_400_000 - 60_000;

const HELD_REASON =
  "nobody can say whether the engine has started the run, and the rule says hold: look for a run of this record at the engine, and start one there if there is none";

const GIVEN_UP_REASON = "no start call had a definite answer within three days";

/** Makes the start call of an execution whose intent is durable. */
export async function callStart(bridge: Bridge, execution: Execution): Promise<Execution> {
  const engine = bridge.engine(execution.engine);
  const begun = bridge.now();
  const run = engine
    ? await engine.start(startCall(execution, begun))
    : err({ reason: "unavailable", detail: `the configuration has no engine "${execution.engine}"` } as const);
  const now = bridge.now();
  if (run.ok) return started(execution, run.value, now);

  const failure: EngineFailure = run.error;
  const durationMs = now - begun;
  if (failure.reason === "rejected") return ended(execution, "rejected", { reason: failure.detail }, now);
  bridge.log(failure.reason === "unauthorized" ? "error" : "warn", `engine.${failure.reason}`, {
    engine: execution.engine,
    operation: "start",
    execution: execution.id,
    durationMs,
  });
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
