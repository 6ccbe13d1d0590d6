// Replays as the operations API shows them. Pure.
import type { Replayed } from "../bridge/replay-outcome.ts";
import type { Foreseen } from "../bridge/replay-preview.ts";

export function replayedView({ of, outcome, reason, detail, executions }: Replayed) {
  return {
    of,
    outcome,
    reason,
    detail,
    executions: executions.map(({ outcome: how, execution: { id, rule, recordId, dedupeKey, run, canceled } }) => ({
      id,
      outcome: how,
      rule,
      recordId,
      dedupeKey,
      state: run,
      canceled: canceled.map((found) => ({ id: found.id, state: found.run })),
    })),
  };
}

export function foreseenView({ of, would, reason, detail, starts }: Foreseen) {
  return {
    of,
    would,
    reason,
    detail,
    executions: starts.map(({ admission, obstacle, cancels }) => ({
      rule: admission.rule,
      revision: admission.revision,
      engine: admission.engine,
      recordId: admission.recordId,
      dedupeKey: admission.dedupeKey,
      callbacks: admission.callbacks,
      start: admission.start,
      cancel: admission.cancel,
      cancels: cancels.map(({ id, run }) => ({ id, state: run })),
      obstacle,
    })),
  };
}
