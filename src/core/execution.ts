// One execution: our view of one workflow run, and what may happen to it. Pure: every function takes an execution and
// what was learnt, and gives the execution after it. The ledger stores what these functions return.
import type { Admission } from "./admission.ts";
import { type Delivery, nextDue } from "./delivery.ts";
import type { Json } from "./json.ts";
import { LEASE_MS } from "./retry.ts";
import { type EndState, isActive, type RunState } from "./run-state.ts";

export type { Admission, StartRequest } from "./admission.ts";
export { DELIVERY_STATES, type Delivery, type DeliveryState } from "./delivery.ts";
export { type EndState, mayFollow, RUN_STATES, type RunState, TRANSITIONS } from "./run-state.ts";

/** In place of what was erased on request. */
export const ERASED = "erased";

/** A line of an execution's timeline, for the person who asks what happened. */
export interface TimelineEntry {
  /** ms since the epoch */
  readonly at: number;
  readonly step:
    | "admitted"
    | "start"
    | "held"
    | "released"
    | "run"
    | "cancel"
    | "result"
    | "ended"
    | "callback"
    | "replay";
  /** What came of it, in a word or a few: `running`, `unavailable`, `delivered`. */
  readonly outcome: string;
  /** What a person needs to know beyond that. Never a payload, never a secret. */
  readonly detail?: string;
  readonly callback?: string;
  /** 1-based number of the attempt */
  readonly attempt?: number;
  readonly status?: number;
  readonly durationMs?: number;
  /** The beginning of what a callback answered that has not taken the message. Kept for the last few attempts. */
  readonly answer?: string;
}

/** Somebody wants an execution canceled. Kept beside its progress, so that no step under way can lose it. */
export interface CancelRequest {
  readonly at: number;
  /** Who, in words: `the rule "stop-on-delete" at event evt_9`. */
  readonly by: string;
}

/** What a cancel rule found: an execution, and how it stood at that moment. */
export interface Found {
  readonly id: string;
  readonly run: RunState;
}

export interface Execution extends Omit<Admission, "callbacks" | "over" | "deferred"> {
  readonly id: string;
  readonly run: RunState;
  /** The engine's id of the run, once a start call was answered. */
  readonly runId: string | null;
  /** Why it ended or is held, where there is more to say than the state. */
  readonly reason: string | null;
  /** Start calls begun, the one under way included. */
  readonly startAttempts: number;
  /** Start calls of which nobody can say whether they had an effect. */
  readonly uncertainStarts: number;
  readonly admittedAt: number;
  readonly startedAt: number | null;
  /** When the engine gives the run up. */
  readonly expiresAt: number | null;
  readonly cancelRequest: CancelRequest | null;
  /** When the engine has taken note of the cancel, or refused it: from then on it is only asked how the run stands. */
  readonly cancelAnsweredAt: number | null;
  /** What a cancel rule was applied to; empty for everything else. */
  readonly canceled: readonly Found[];
  /** When the engine was first seen to have finished the run. */
  readonly finishedAt: number | null;
  readonly endedAt: number | null;
  /** The event's data, the start request and the result are not kept any more. Left out where they are. */
  readonly payloadDropped?: true;
  /** The result is larger than the bridge keeps: it is left at the engine. Left out where that is not so. */
  readonly resultLeft?: true;
  /** The run's result; undefined where there is none (yet, or not any more) */
  readonly result?: Json | undefined;
  readonly deliveries: readonly Delivery[];
  readonly timeline: readonly TimelineEntry[];
  /** When someone must look at it again; null where nobody need. */
  readonly dueAt: number | null;
  /** Counts the writes; a write by someone who has not seen the last one is refused. */
  readonly version: number;
}

/**
 * A fresh execution. It is leased to whoever admitted it, who goes on at once; the sweep takes over after the lease. A
 * deferred one is the sweep's from the beginning.
 *
 * Where the rule allows a start to be repeated, the admission itself records the intent to start: one write less for
 * every execution. Where it does not (`hold`), the intent is written separately, right before the call, so that a
 * Worker lost in between does not leave a doubt that parks the execution for nothing.
 */
export function admitted(id: string, admission: Admission, now: number): Execution {
  const { callbacks, over, deferred = false, ...decided } = admission;
  const starting = admission.onUncertainStart === "retry" && !deferred;
  const fresh: Execution = {
    ...decided,
    id,
    run: starting ? "starting" : "queued",
    runId: null,
    reason: null,
    startAttempts: starting ? 1 : 0,
    uncertainStarts: 0,
    admittedAt: now,
    startedAt: null,
    expiresAt: null,
    cancelRequest: null,
    cancelAnsweredAt: null,
    canceled: [],
    finishedAt: null,
    endedAt: null,
    deliveries: callbacks.map((callback) => ({ callback, state: "due", attempts: 0, nextAt: null })),
    timeline: [{ at: now, step: "admitted", outcome: "new", ...replayDetail(admission) }],
    dueAt: deferred ? now : now + LEASE_MS,
    version: 1,
  };
  if (over !== null) {
    const done = bornOver(fresh, over.state, over.reason, now);
    return done.dueAt === null ? done : { ...done, dueAt: fresh.dueAt };
  }
  return admission.cancel === null ? fresh : bornOver(fresh, "moot", NOTHING_TO_CANCEL, now);
}

const NOTHING_TO_CANCEL = "the rule has no execution for this record and key";

/**
 * What a cancel comes to in view of what there is, the newest first: it is applied to everything that goes on. What is
 * over already stays as it is.
 */
export function applied(cancel: Execution, known: readonly Found[], now: number): Execution {
  const active = known.filter(({ run }) => isActive(run));
  if (active.length > 0) return { ...bornOver(cancel, "applied", null, now), canceled: active };
  const [last] = known;
  return bornOver(cancel, "moot", last ? `it was over already: ${last.run}` : NOTHING_TO_CANCEL, now);
}

function bornOver(execution: Execution, state: EndState, reason: string | null, now: number): Execution {
  const how = reason === null ? {} : { reason };
  const unborn = { ...execution, startAttempts: 0, timeline: execution.timeline.slice(0, 1) };
  return ended(unborn, state, how, now);
}

function replayDetail({ replay }: Admission): { detail?: string } {
  return replay === undefined ? {} : { detail: `${replay.intent} of ${replay.of}` };
}

/** The intent to start, to be made durable before the call. */
export function starting(execution: Execution, now: number): Execution {
  return { ...execution, run: "starting", startAttempts: execution.startAttempts + 1, dueAt: now + LEASE_MS };
}

/** `dueAt` stays: a running execution is polled by its age, and an index entry that does not move costs nothing. */
export function started(
  execution: Execution,
  run: { runId: string; expiresAt: number | null; existed?: boolean },
  now: number,
): Execution {
  return note(
    { ...execution, run: "running", runId: run.runId, startedAt: now, expiresAt: run.expiresAt },
    {
      at: now,
      step: "start",
      outcome: "running",
      attempt: execution.startAttempts,
      detail: `run ${run.runId}${run.existed ? ", which an earlier call had started" : ""}`,
    },
  );
}

/** A start that had no effect, or that may be repeated: back into the queue. */
export function requeued(execution: Execution, entry: TimelineEntry, delayMs: number): Execution {
  return note({ ...execution, run: "queued", dueAt: entry.at + delayMs }, entry);
}

/** Parked for a person: nobody can say whether the engine has started it, and the rule forbids to repeat it. */
export function held(execution: Execution, entry: TimelineEntry, reason: string): Execution {
  return note({ ...execution, run: "held", reason, dueAt: null }, entry);
}

/** The end. Every callback is due from now on. */
export function ended(
  execution: Execution,
  state: EndState,
  how: { reason?: string; result?: Json | undefined; resultLeft?: true },
  now: number,
): Execution {
  const deliveries = execution.deliveries.map((delivery) => ({ ...delivery, nextAt: now }));
  const entry: TimelineEntry = {
    at: now,
    step: "ended",
    outcome: state,
    ...(how.reason === undefined ? {} : { detail: how.reason }),
    ...(how.resultLeft ? { detail: "its result is larger than the bridge keeps, and left at the engine" } : {}),
  };
  const reason = how.reason ?? null;
  const after = {
    ...execution,
    run: state,
    reason,
    endedAt: now,
    result: how.result,
    ...(how.resultLeft ? { resultLeft: true as const } : {}),
    deliveries,
    dueAt: nextDue(deliveries),
  };
  return note(after, entry);
}

/** The first and the last of a long story are kept; the middle of it is the same line many times. */
const TIMELINE_HEAD = 20;
const TIMELINE_MAX = 100;

/** The execution with one more line in its timeline. */
export function note(execution: Execution, entry: TimelineEntry): Execution {
  const timeline = [...execution.timeline, entry];
  if (timeline.length > TIMELINE_MAX) timeline.splice(TIMELINE_HEAD, 1);
  return { ...execution, timeline };
}

export function isEnded(execution: Execution): boolean {
  return execution.endedAt !== null;
}
