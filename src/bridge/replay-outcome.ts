// What a replay is asked for with, and what came of it for each execution. Types, and the two outcomes that do nothing.
import type { Execution } from "../core/execution.ts";
import type { Objection, ReplayRequest } from "../core/replay.ts";
import type { ExecutionSummary } from "./ports.ts";

export interface ReplayOrder {
  readonly request: ReplayRequest;
  /** Names the request. */
  readonly key: string;
  /** How many executions may be taken up at once; the others are left to the sweep. */
  readonly followable: number;
}

/** What came of the order for one execution. */
export interface Replayed {
  readonly of: string;
  /**
   * `repeated`: the same request has started it before. `unavailable`: it could not be tried, and can be asked for again.
   */
  readonly outcome: "started" | "repeated" | "refetched" | "resent" | "refused" | "unavailable";
  /** Why it is refused; null for everything else. */
  readonly reason: Objection["reason"] | null;
  /** What was done, or what stands in the way, in words. */
  readonly detail: string;
  /** Of a start: one for each key that was decided, be it new, started before by the same request, or in the way. */
  readonly executions: readonly StartedAgain[];
  /** What the fast path is to take up. */
  readonly followUps: readonly Execution[];
}

export interface StartedAgain {
  readonly outcome: "new" | "repeated" | "in-the-way";
  readonly execution: ExecutionSummary;
}

export function refusal(of: Execution, { reason, detail }: Objection): Replayed {
  return { of: of.id, outcome: "refused", reason, detail, executions: [], followUps: [] };
}

export function unavailable(of: Execution, detail: string): Replayed {
  return { of: of.id, outcome: "unavailable", reason: null, detail, executions: [], followUps: [] };
}
