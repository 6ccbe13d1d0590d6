// What an event does whose dedupe key has an execution already. Pure: the ledger asks here, in the same breath in which it
// reads the execution and writes the next one.
import { isActive, type RunState } from "./run-state.ts";

/** Compare Temporal's workflow-id policies. What each means is told in the configuration's schema. */
export const DUPLICATE_POLICIES = ["skip", "skip-while-active", "retry-failed", "replace"] as const;

/** `replay`: a person has asked for it, so only an execution that still goes on stands in its way. */
export type DuplicatePolicy = (typeof DUPLICATE_POLICIES)[number] | "replay";

/** The execution that has the key now. */
export interface Holder {
  readonly run: RunState;
  /** Whether the very same event has had an execution under this key within the window, the holder's or an earlier one. */
  readonly sameEvent: boolean;
}

/** `new`: the key goes to a new execution. `replace`: so it does, and the holder is canceled. */
export type Verdict = "duplicate" | "new" | "replace";

const FAILED: ReadonlySet<RunState> = new Set(["failed", "canceled", "expired", "rejected", "invalid"]);

export function onRepeat(policy: DuplicatePolicy, { run, sameEvent }: Holder): Verdict {
  const active = isActive(run);
  switch (policy) {
    case "skip":
      return "duplicate";
    case "retry-failed":
      return FAILED.has(run) ? "new" : "duplicate";
    case "replay":
      return active ? "duplicate" : "new";
    case "skip-while-active":
      return active || sameEvent ? "duplicate" : "new";
    case "replace":
      if (sameEvent) return "duplicate";
      return active ? "replace" : "new";
  }
}
