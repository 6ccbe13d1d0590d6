// Ends an execution that somebody wants canceled: before its start call nothing is started, after it the engine is asked to
// cancel the run. What the engine answers decides nothing by itself: how the run stands is what the next poll says.
import { type Execution, ended, note } from "../core/execution.ts";
import { permitted } from "./permits.ts";
import type { Bridge } from "./ports.ts";
import { logFailure } from "./start.ts";

/** Canceled without a call. @param execution queued, or at a start call that will not be made (again) */
export function unstarted(bridge: Bridge, execution: Execution): Execution {
  const by = execution.cancelRequest?.by ?? "someone";
  const doubt =
    execution.uncertainStarts > 0
      ? "; nobody can say whether an earlier start call had its effect: look for a run of this record at the engine"
      : "";
  return ended(execution, "canceled", { reason: `canceled before it was started, by ${by}${doubt}` }, bridge.now());
}

/**
 * Asks the engine to cancel the run. A refusal is an answer too (the run may be over by now); anything else is asked again
 * with the next sweep, since canceling twice does no harm.
 */
export async function callCancel(bridge: Bridge, execution: Execution): Promise<Execution> {
  const { runId, cancelRequest } = execution;
  const engine = bridge.engine(execution.engine);
  if (runId === null || !engine) return execution;
  const begun = bridge.now();
  const answer = await permitted(bridge, execution.engine, () =>
    engine.cancel(runId, execution.start?.workflowDefinitionId),
  );
  const now = bridge.now();
  const entry = { at: now, step: "cancel", durationMs: now - begun } as const;
  if (answer.ok) {
    const detail = `wanted by ${cancelRequest?.by ?? "someone"}`;
    return note({ ...execution, cancelAnsweredAt: now }, { ...entry, outcome: "accepted", detail });
  }
  logFailure(bridge, execution, "cancel", answer.error);
  const { reason, detail } = answer.error;
  if (reason === "rejected")
    return note({ ...execution, cancelAnsweredAt: now }, { ...entry, outcome: reason, detail });
  // An engine that cannot be reached for hours is told once, not with every sweep: each line is a row written.
  const last = execution.timeline.at(-1);
  return last?.step === "cancel" && last.outcome === reason
    ? execution
    : note(execution, { ...entry, outcome: reason, detail });
}
