// Replays: what a person may ask to be done with an execution once more, whether it can be, and what it does to dedupe. Pure.
import type { Admission, Replay } from "./admission.ts";
import { type Delivery, ERASED, type Execution, note } from "./execution.ts";
import { LEASE_MS } from "./retry.ts";
import { isActive } from "./run-state.ts";

export const INTENTS = ["re-evaluate", "restart", "refetch", "resend"] as const;
export type Intent = (typeof INTENTS)[number];

export type ReplayRequest =
  /** The event is decided anew, by the rules of today or by those that decided it then. */
  | { readonly intent: "re-evaluate"; readonly revision: "today" | "then" }
  /** The recorded start request, as a new execution. */
  | { readonly intent: "restart" }
  /** The engine is asked for the result again. */
  | { readonly intent: "refetch" }
  /** The end is sent again. `callback` null: to all of the execution's callbacks */
  | { readonly intent: "resend"; readonly callback: string | null };

/** What an intent does to dedupe, for whoever is about to ask for it. */
export const DEDUPE: Readonly<Record<Intent, string>> = {
  "re-evaluate":
    "Each key that is decided goes to its new execution, whatever became of the one before; a key whose execution still goes on keeps it, and nothing is started. Cancels are applied again, to what goes on now.",
  restart:
    "The key goes to the new execution, whatever became of the one before; a key whose execution still goes on keeps it, and nothing is started.",
  refetch: "Dedupe is not touched.",
  resend: "Dedupe is not touched; the message has the id that it always had.",
};

/** Why an intent cannot be done. `reason` is for programs, `detail` for people. */
export interface Objection {
  readonly reason:
    | "goes-on"
    | "held"
    | "no-start-request"
    | "payload-dropped"
    | "no-run"
    | "no-callbacks"
    | "not-its-callback"
    | "callback-gone"
    | "revision-gone"
    | "nothing-decided"
    | "key-in-use"
    | "run-goes-on"
    | "engine-refused"
    | "changed-meanwhile";
  readonly detail: string;
}

/** What has to be known of an execution: a listing knows it. */
export type Replayable = Pick<Execution, "run" | "runId" | "reason" | "cancel" | "endedAt" | "deliveries"> & {
  readonly payloadDropped?: true;
};

/** @param exists whether the configuration of today has this callback */
export function objectionTo(
  request: ReplayRequest,
  execution: Replayable,
  exists: (callback: string) => boolean,
): Objection | null {
  if (execution.reason === ERASED) {
    return { reason: "no-start-request", detail: "What was kept of it has been erased on request." };
  }
  if (execution.payloadDropped && request.intent !== "resend") {
    const detail =
      "Its event, its start request and its result are not kept: keepPayloads is false. Have the sender send the event again; its end can be resent.";
    return { reason: "payload-dropped", detail };
  }
  switch (request.intent) {
    case "re-evaluate":
      if (execution.run !== "alert") return null;
      return {
        reason: "nothing-decided",
        detail: "It is an alert, and no event: there is nothing to decide. Use resend.",
      };
    case "restart":
      return objectionToRestart(execution);
    case "refetch":
      if (isActive(execution.run)) return goesOn("its result is fetched when it ends");
      if (execution.runId !== null) return null;
      return { reason: "no-run", detail: "It has no run at the engine that could be asked." };
    case "resend":
      return objectionToResend(execution, request.callback, exists);
  }
}

function objectionToRestart({ run, reason, cancel }: Replayable): Objection | null {
  if (run === "held") {
    const detail =
      "It is held: nobody can say whether the engine has started it, and a second start might run beside the first. Look for a run of its record at the engine, and release it.";
    return { reason: "held", detail };
  }
  if (isActive(run)) return goesOn("cancel it first");
  const failedShadow = run === "shadow" && reason !== null;
  if (cancel === null && run !== "invalid" && run !== "unmatched" && run !== "alert" && !failedShadow) return null;
  const detail = "It has no start request to be sent again. Use re-evaluate, which decides its event anew.";
  return { reason: "no-start-request", detail };
}

function objectionToResend(
  { run, deliveries }: Replayable,
  callback: string | null,
  exists: (callback: string) => boolean,
): Objection | null {
  if (isActive(run)) return goesOn("its end is sent when it comes");
  const names = deliveries.map((delivery) => delivery.callback);
  if (names.length === 0) return { reason: "no-callbacks", detail: "It has no callbacks." };
  if (callback !== null && !names.includes(callback)) {
    return { reason: "not-its-callback", detail: `It has no callback "${callback}"; it has ${names.join(", ")}.` };
  }
  const gone = names.filter((name) => (callback === null || name === callback) && !exists(name));
  if (gone.length === 0) return null;
  const others = names.length > gone.length ? " Name one of the others with callback." : "";
  return { reason: "callback-gone", detail: `The configuration has no callback ${gone.join(", ")} any more.${others}` };
}

function goesOn(advice: string): Objection {
  return { reason: "goes-on", detail: `It still goes on: ${advice}.` };
}

/** The recorded start, to be admitted once more; its record, its key and its callbacks are those of the record. */
export function restartOf(execution: Execution, once: string): Admission {
  const { rule, revision, engine, event, recordId, dedupeKey, windowMs, onUncertainStart, deliveries, start } =
    execution;
  const callbacks = deliveries.map(({ callback }) => callback);
  const recorded = { rule, revision, engine, event, recordId, dedupeKey, windowMs, onUncertainStart, callbacks, start };
  const replay = { of: execution.id, intent: "restart", once } as const;
  return asReplay({ ...recorded, onDuplicate: "replay", cancel: null, over: null }, replay);
}

/** What was decided, admitted because a person wants it: only what goes on stands in its way. */
export function asReplay(admission: Admission, replay: Replay): Admission {
  return { ...admission, onDuplicate: "replay", replay };
}

/**
 * The end, owed once more to one callback or to all, from the first attempt on. Leased to whoever saves it, who sends it at
 * once; `deferred`: the sweep's.
 */
export function owedAgain(execution: Execution, callback: string | null, now: number, deferred: boolean): Execution {
  const again = (delivery: Delivery): boolean => callback === null || delivery.callback === callback;
  const deliveries = execution.deliveries.map((delivery) =>
    again(delivery) ? { ...delivery, state: "due" as const, attempts: 0, nextAt: now } : delivery,
  );
  const owed = { ...execution, deliveries, dueAt: deferred ? now : now + LEASE_MS };
  const detail = `the end is sent again to ${callback ?? deliveries.map((each) => each.callback).join(", ")}`;
  return note(owed, { at: now, step: "replay", outcome: "resend", detail });
}
