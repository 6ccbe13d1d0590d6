// What a person decides about an execution that is held, and holding one that waits. Pure. What is held is nobody's until then: the
// sweep leaves it alone.
import { type Execution, ended, note, type TimelineEntry } from "./execution.ts";
import { LEASE_MS } from "./retry.ts";

/** `start`: there is no run, so start one. A run's id: the engine has this one. An end: let it be over, and tell the callbacks. */
export type Release =
  | { readonly as: "start" }
  | { readonly as: "running"; readonly runId: string }
  | { readonly as: "failed" | "canceled"; readonly reason: string };

/** Leased to whoever saves it, who goes on at once. @param by who decides, in words */
export function released(execution: Execution, release: Release, by: string, now: number): Execution {
  const entry = (outcome: string, detail: string): TimelineEntry => ({ at: now, step: "released", outcome, detail });
  switch (release.as) {
    case "start": {
      const queued: Execution = { ...execution, run: "queued", reason: null, dueAt: now + LEASE_MS };
      return note(queued, entry("queued", `by ${by}: there is no run, start one`));
    }
    case "running": {
      const { runId } = release;
      const running: Execution = {
        ...execution,
        run: "running",
        reason: null,
        runId,
        startedAt: now,
        dueAt: now + LEASE_MS,
      };
      return note(running, entry("running", `by ${by}: its run is ${runId}`));
    }
    default: {
      const decided = note(execution, entry(release.as, `by ${by}`));
      return ended(decided, release.as, { reason: release.reason }, now);
    }
  }
}

/** Parks what waits for its start. */
export function parked(execution: Execution, by: string, now: number): Execution {
  const reason = `held by ${by}: release it to have it started`;
  return note(
    { ...execution, run: "held", reason, dueAt: null },
    { at: now, step: "held", outcome: "held", detail: `by ${by}` },
  );
}
