// One execution: our view of one workflow run, and what may happen to it. Pure: every function takes an execution and
// what was learnt, and gives the execution after it. The ledger stores what these functions return.
import type { Event } from "./event.ts";
import type { Json, JsonObject } from "./json.ts";
import { callbackDelayMs, LEASE_MS } from "./retry.ts";

export const RUN_STATES = [
  "queued",
  "starting",
  "running",
  "succeeded",
  "failed",
  "canceled",
  "expired",
  "rejected",
  "invalid",
  "held",
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** Ends: nothing follows but the callbacks. */
export type EndState = "succeeded" | "failed" | "canceled" | "expired" | "rejected" | "invalid";

/** The whole state machine: what may follow what. The ledger refuses everything else. */
export const TRANSITIONS: Readonly<Record<RunState, readonly RunState[]>> = {
  queued: ["starting", "expired"],
  starting: ["running", "queued", "rejected", "expired", "held"],
  running: ["succeeded", "failed", "canceled", "expired"],
  held: [],
  succeeded: [],
  failed: [],
  canceled: [],
  expired: [],
  rejected: [],
  invalid: [],
};

export function mayFollow(from: RunState, to: RunState): boolean {
  return from === to || TRANSITIONS[from].includes(to);
}

export const DELIVERY_STATES = ["due", "delivered", "exhausted"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What is owed to one callback. `exhausted` is a dead letter. */
export interface Delivery {
  readonly callback: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** When the next attempt is due, ms since the epoch; null before the end and when nothing is owed any more. */
  readonly nextAt: number | null;
}

/** A line of an execution's timeline, for the person who asks what happened. */
export interface TimelineEntry {
  /** ms since the epoch */
  readonly at: number;
  readonly step: "admitted" | "start" | "run" | "result" | "ended" | "callback";
  /** What came of it, in a word or a few: `running`, `unavailable`, `delivered`. */
  readonly outcome: string;
  /** What a person needs to know beyond that. Never a payload, never a secret. */
  readonly detail?: string;
  readonly callback?: string;
  /** 1-based number of the attempt */
  readonly attempt?: number;
  readonly status?: number;
  readonly durationMs?: number;
}

/** What the start call will say, apart from the times, which are resolved when it is made. */
export interface StartRequest {
  readonly workflowDefinitionId: string;
  readonly locale: string;
  readonly parameters: JsonObject;
  readonly expiresInMs: number | null;
}

/** What a rule decided about an event; the ledger admits it or reports the duplicate. */
export interface Admission {
  readonly rule: string;
  readonly engine: string;
  readonly event: Event;
  readonly recordId: string | null;
  readonly dedupeKey: string;
  readonly windowMs: number;
  readonly onUncertainStart: "retry" | "hold";
  readonly callbacks: readonly string[];
  /** null where the rule's expressions failed */
  readonly start: StartRequest | null;
  /** Why the execution is `invalid`; null where it is not */
  readonly invalid: string | null;
  /** Left to the sweep from the beginning: nobody goes on with it after the answer. */
  readonly deferred?: boolean;
}

export interface Execution extends Omit<Admission, "callbacks" | "invalid" | "deferred"> {
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
  /** When the engine was first seen to have finished the run. */
  readonly finishedAt: number | null;
  readonly endedAt: number | null;
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
  const { callbacks, invalid, deferred = false, ...decided } = admission;
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
    finishedAt: null,
    endedAt: null,
    deliveries: callbacks.map((callback) => ({ callback, state: "due", attempts: 0, nextAt: null })),
    timeline: [{ at: now, step: "admitted", outcome: "new" }],
    dueAt: deferred ? now : now + LEASE_MS,
    version: 1,
  };
  if (invalid === null) return fresh;
  const over = ended({ ...fresh, run: "invalid", startAttempts: 0 }, "invalid", { reason: invalid }, now);
  return over.dueAt === null ? over : { ...over, dueAt: fresh.dueAt };
}

/** The intent to start, to be made durable before the call. */
export function starting(execution: Execution, now: number): Execution {
  return { ...execution, run: "starting", startAttempts: execution.startAttempts + 1, dueAt: now + LEASE_MS };
}

/** `dueAt` stays: a running execution is polled by its age, and an index entry that does not move costs nothing. */
export function started(
  execution: Execution,
  run: { runId: string; expiresAt: number | null },
  now: number,
): Execution {
  return note(
    { ...execution, run: "running", runId: run.runId, startedAt: now, expiresAt: run.expiresAt },
    {
      at: now,
      step: "start",
      outcome: "running",
      attempt: execution.startAttempts,
      detail: `run ${run.runId}`,
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
  how: { reason?: string; result?: Json | undefined },
  now: number,
): Execution {
  const deliveries = execution.deliveries.map((delivery) => ({ ...delivery, nextAt: now }));
  const entry: TimelineEntry = {
    at: now,
    step: "ended",
    outcome: state,
    ...(how.reason === undefined ? {} : { detail: how.reason }),
  };
  const reason = how.reason ?? null;
  const after = {
    ...execution,
    run: state,
    reason,
    endedAt: now,
    result: how.result,
    deliveries,
    dueAt: nextDue(deliveries),
  };
  return note(after, entry);
}

/** What came of one attempt to deliver. */
export type AttemptOutcome =
  | { readonly delivered: true; readonly status: number; readonly durationMs: number }
  | {
      readonly delivered: false;
      readonly status?: number;
      readonly detail: string;
      readonly durationMs: number;
      readonly retryAfterMs?: number;
      /** The receiver wants no more of this: no further attempt. */
      readonly gone?: boolean;
    };

/** After one attempt at one callback: delivered, due again, or a dead letter. */
export function attempted(
  execution: Execution,
  callback: string,
  outcome: AttemptOutcome,
  now: number,
  random: number,
): Execution {
  const deliveries = execution.deliveries.map((delivery) =>
    delivery.callback === callback ? afterAttempt(delivery, outcome, now, random) : delivery,
  );
  const delivery = deliveries.find((each) => each.callback === callback);
  const entry: TimelineEntry = {
    at: now,
    step: "callback",
    outcome: outcome.delivered ? "delivered" : delivery?.state === "exhausted" ? "exhausted" : "failed",
    callback,
    attempt: delivery?.attempts ?? 0,
    durationMs: outcome.durationMs,
    ...(outcome.status === undefined ? {} : { status: outcome.status }),
    ...(outcome.delivered ? {} : { detail: outcome.detail }),
  };
  return note({ ...execution, deliveries, dueAt: nextDue(deliveries) }, entry);
}

function afterAttempt(delivery: Delivery, outcome: AttemptOutcome, now: number, random: number): Delivery {
  const attempts = delivery.attempts + 1;
  if (outcome.delivered) return { ...delivery, attempts, state: "delivered", nextAt: null };
  const delay = outcome.gone ? undefined : callbackDelayMs(attempts, random, outcome.retryAfterMs);
  if (delay === undefined) return { ...delivery, attempts, state: "exhausted", nextAt: null };
  return { ...delivery, attempts, nextAt: now + delay };
}

function nextDue(deliveries: readonly Delivery[]): number | null {
  const times = deliveries.flatMap(({ nextAt }) => (nextAt === null ? [] : [nextAt]));
  return times.length === 0 ? null : Math.min(...times);
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
