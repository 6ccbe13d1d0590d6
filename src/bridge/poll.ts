// Asks the engine how a run stands and, when it is finished, for its result. A poll that brings nothing new gives back
// the very execution it was given, so that it costs no write.
import { HOUR_MS, MINUTE_MS } from "../core/duration.ts";
import type { RunStatus } from "../core/engine-config.ts";
import { type EndState, type Execution, ended, note } from "../core/execution.ts";
import { outcomeOf, waitingFor } from "./permits.ts";
import type { Bridge, Engine, EngineFailure, Entry } from "./ports.ts";
import { logFailure } from "./start.ts";

/** The engine forgets no run within 30 days; where it names no expiry, this is taken for one. */
const LONGEST_RUN_MS = 30 * 24 * HOUR_MS;

/** A run that the engine still calls running so long after its expiry has expired, whatever the engine says. */
const EXPIRY_GRACE_MS = 10 * MINUTE_MS;

/** An engine that cannot be asked so long after the run's expiry is not asked any more. */
const UNREACHABLE_GRACE_MS = 24 * HOUR_MS;

/** A run just started may not be readable at once: 404 counts from this age on. */
const RUN_VISIBLE_MS = 5 * MINUTE_MS;

/** A finished run's result may lag behind its status: 404 counts from here on. */
const RESULT_GRACE_MS = 10 * MINUTE_MS;

/** A result that cannot be fetched for any other reason is given up after this. */
const RESULT_GIVE_UP_MS = 24 * HOUR_MS;

export async function poll(bridge: Bridge, execution: Execution): Promise<Execution> {
  const engine = bridge.engine(execution.engine);
  const { runId } = execution;
  if (runId === null) throw new Error("only a run that was started can be polled");
  if (!engine) {
    const detail = `the configuration has no engine "${execution.engine}"`;
    return afterFailedPoll(execution, { reason: "unavailable", detail }, bridge.now());
  }
  const entry = await bridge.gate.enter(execution.engine, 1);
  if (!entry.open) {
    return afterFailedPoll(execution, { reason: "unavailable", detail: waitingFor(entry) }, bridge.now());
  }
  const run = await engine.get(runId, execution.start?.workflowDefinitionId);
  const now = bridge.now();
  if (!run.ok || run.value.status === "running") await entry.leave(outcomeOf(run));
  if (!run.ok) {
    logFailure(bridge, execution, "get", run.error);
    return afterFailedPoll(execution, run.error, now);
  }
  if (run.value.status === "running") {
    const expired = now > expiryOf(execution) + EXPIRY_GRACE_MS;
    return expired
      ? ended(execution, "expired", { reason: "the run did not finish before it expired" }, now)
      : execution;
  }
  return fetchResult(bridge, engine, execution, { runId, status: run.value.status, entry });
}

async function fetchResult(
  bridge: Bridge,
  engine: Engine,
  execution: Execution,
  { runId, status, entry }: { runId: string; status: Exclude<RunStatus, "running">; entry: Entry },
): Promise<Execution> {
  const result = await engine.result(runId, execution.start?.workflowDefinitionId);
  const now = bridge.now();
  await entry.leave(outcomeOf(result, 2));
  if (result.ok) return ended(execution, status, { result: result.value }, now);

  if ("tooLarge" in result.error) return ended(execution, status, tooLarge(bridge), now);
  const missing = isNotFound(result.error);
  if (missing && status !== "succeeded") return ended(execution, status, {}, now);
  if (!missing) logFailure(bridge, execution, "result", result.error);
  return withoutResult(execution, status, result.error, now);
}

/** It will not get smaller. */
function tooLarge({ setup }: Bridge): { resultLeft: true } | { reason: string } {
  if (setup.config.links) return { resultLeft: true };
  return { reason: "its result is larger than 10 MiB; with links in the configuration a link to it would be sent" };
}

/** The result of a run that succeeded is waited for, then the end is told without it: no silent end. */
function withoutResult(execution: Execution, status: EndState, failure: EngineFailure, now: number): Execution {
  const { finishedAt } = execution;
  if (finishedAt === null) {
    const entry = { at: now, step: "result", outcome: failure.reason, detail: failure.detail } as const;
    return note({ ...execution, finishedAt: now }, entry);
  }
  const patience = isNotFound(failure) ? RESULT_GRACE_MS : RESULT_GIVE_UP_MS;
  if (now - finishedAt < patience) return execution;
  return ended(execution, status, { reason: `the engine gave no result: ${failure.detail}` }, now);
}

function afterFailedPoll(execution: Execution, failure: EngineFailure, now: number): Execution {
  const age = now - (execution.startedAt ?? execution.admittedAt);
  if (isNotFound(failure) && age > RUN_VISIBLE_MS) {
    return ended(execution, "failed", { reason: "the engine does not know the run any more" }, now);
  }
  if (now > expiryOf(execution) + UNREACHABLE_GRACE_MS) {
    const reason = `the run has expired and the engine could not be asked: ${failure.detail}`;
    return ended(execution, "expired", { reason }, now);
  }
  return execution;
}

function expiryOf(execution: Execution): number {
  return execution.expiresAt ?? (execution.startedAt ?? execution.admittedAt) + LONGEST_RUN_MS;
}

function isNotFound(failure: EngineFailure): boolean {
  return failure.reason === "rejected" && failure.status === 404;
}
