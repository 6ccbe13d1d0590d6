// The states of an execution and what may follow what. Pure data; the ledger refuses every step that is not in the table.

/** Ends of a run: the callbacks are told. */
export const RUN_ENDS = ["succeeded", "failed", "canceled", "expired", "rejected", "invalid"] as const;

/**
 * Records that never were a run and never change: what a shadow rule would have done; an event that no rule took; a
 * cancel that found something to cancel; a cancel that found nothing (left) to cancel; something that a person was told.
 */
export const RECORDS = ["shadow", "unmatched", "applied", "moot", "alert"] as const;

export const RUN_STATES = ["queued", "starting", "running", "held", ...RUN_ENDS, ...RECORDS] as const;
export type RunState = (typeof RUN_STATES)[number];

/** Ends: nothing follows but the callbacks. */
export type EndState = (typeof RUN_ENDS)[number] | (typeof RECORDS)[number];

/** The whole state machine. An execution is born queued, starting, invalid, or as a record. */
export const TRANSITIONS: Readonly<Record<RunState, readonly RunState[]>> = {
  queued: ["starting", "held", "canceled", "expired"],
  starting: ["running", "queued", "rejected", "expired", "held", "canceled"],
  running: ["succeeded", "failed", "canceled", "expired"],
  held: ["queued", "running", "failed", "canceled"],
  succeeded: [],
  failed: [],
  canceled: [],
  expired: [],
  rejected: [],
  invalid: [],
  shadow: [],
  unmatched: [],
  applied: [],
  moot: [],
  alert: [],
};

export function mayFollow(from: RunState, to: RunState): boolean {
  return from === to || TRANSITIONS[from].includes(to);
}

/** Whether something may still come of it at the engine. */
export function isActive(run: RunState): boolean {
  return run === "queued" || run === "starting" || run === "running" || run === "held";
}
