// Replays of an end: its result is fetched again, or it is sent again. Neither touches the state or dedupe.
import type { Execution } from "../core/execution.ts";
import { note } from "../core/execution.ts";
import type { Json } from "../core/json.ts";
import { objectionTo, owedAgain } from "../core/replay.ts";
import { ok, type Result } from "../core/result.ts";
import { isTakenUp } from "./fast-path.ts";
import { permitted } from "./permits.ts";
import type { Bridge, Engine, EngineFailure } from "./ports.ts";
import { type Replayed, refusal, unavailable } from "./replay-outcome.ts";
import { saveChange } from "./save-change.ts";
import { logFailure } from "./start.ts";

export async function refetch(bridge: Bridge, execution: Execution): Promise<Replayed> {
  const objection = objectionTo({ intent: "refetch" }, execution, () => true);
  const { runId } = execution;
  if (objection || runId === null) {
    return refusal(execution, objection ?? { reason: "no-run", detail: "It has no run." });
  }
  const engine = bridge.engine(execution.engine);
  if (!engine) return engineGone(execution);
  const run = await permitted(bridge, execution.engine, () => engine.get(runId, execution.start?.workflowDefinitionId));
  if (!run.ok) return failed(bridge, execution, "get", run.error);
  const { status } = run.value;
  if (status === "running") {
    const detail = "The engine says that the run still goes on, so there is no result yet. Nothing was changed.";
    return refusal(execution, { reason: "run-goes-on", detail });
  }
  const result = await permitted(bridge, execution.engine, () =>
    engine.result(runId, execution.start?.workflowDefinitionId),
  );
  if (!result.ok) return failed(bridge, execution, "result", result.error);

  const said = `The engine says ${status}${status === execution.run ? "" : `; here it stays ${execution.run}`}`;
  if (JSON.stringify(result.value) === JSON.stringify(execution.result)) {
    return { ...done(execution, "refetched"), detail: `${said}. The result is the one that is stored.` };
  }
  const detail = `${said}. The stored result was replaced.`;
  const saved = await saveChange(bridge, execution, (current) =>
    note({ ...current, result: result.value }, { at: bridge.now(), step: "replay", outcome: "refetch", detail }),
  );
  return saved.ok ? { ...done(execution, "refetched"), detail } : changedMeanwhile(execution);
}

/** @param deferred whether it is left to the sweep to send it */
export async function resend(
  bridge: Bridge,
  execution: Execution,
  callback: string | null,
  deferred: boolean,
): Promise<Replayed> {
  const { callbacks } = bridge.setup.config;
  const objection = objectionTo({ intent: "resend", callback }, execution, (name) => Object.hasOwn(callbacks, name));
  if (objection) return refusal(execution, objection);
  const result = await resultToSend(bridge, execution);
  if (!result.ok) {
    const detail = `Its result is not kept any more, and the engine could not be asked for it: ${result.error.detail}`;
    return unavailable(execution, detail);
  }
  const now = bridge.now();
  const saved = await saveChange(bridge, execution, (current) =>
    owedAgain({ ...current, result: current.result ?? result.value }, callback, now, deferred),
  );
  if (!saved.ok) return changedMeanwhile(execution);
  const owed = saved.value;
  const detail = `Its end is sent again to ${callback ?? owed.deliveries.map((each) => each.callback).join(", ")}.`;
  return { ...done(execution, "resent"), detail, followUps: isTakenUp(owed, now) ? [owed] : [] };
}

/**
 * A large result is dropped once every callback has it: it is fetched again, so that the message is what it was. One that never
 * was there has left a reason, or the engine says that there is none.
 */
async function resultToSend(
  bridge: Bridge,
  execution: Execution,
): Promise<Result<Json | undefined, Pick<EngineFailure, "detail">>> {
  const { result, reason, runId } = execution;
  if (result !== undefined || reason !== null || runId === null) return ok(result);
  const engine: Engine | undefined = bridge.engine(execution.engine);
  if (!engine) return { ok: false, error: { detail: `the configuration has no engine "${execution.engine}"` } };
  const answer = await permitted(bridge, execution.engine, () =>
    engine.result(runId, execution.start?.workflowDefinitionId),
  );
  if (answer.ok || answer.error.reason !== "rejected") return answer;
  return ok(undefined);
}

function failed(bridge: Bridge, execution: Execution, operation: string, failure: EngineFailure): Replayed {
  logFailure(bridge, execution, operation, failure);
  const { reason, detail } = failure;
  if (reason === "rejected") {
    return refusal(execution, { reason: "engine-refused", detail: `The engine gave nothing: ${detail}.` });
  }
  return unavailable(execution, `The engine could not be asked: ${detail}.`);
}

function engineGone(execution: Execution): Replayed {
  const detail = `The configuration has no engine "${execution.engine}" any more.`;
  return refusal(execution, { reason: "engine-refused", detail });
}

function changedMeanwhile(execution: Execution): Replayed {
  const detail = "Others were changing it all the time, or it is gone. Nothing was changed; ask again.";
  return refusal(execution, { reason: "changed-meanwhile", detail });
}

function done({ id }: Execution, outcome: Replayed["outcome"]): Omit<Replayed, "detail"> {
  return { of: id, outcome, reason: null, executions: [], followUps: [] };
}
