// What an attempt to deliver makes of an execution: delivered, due again, or a dead letter. Pure.
import { type Delivery, nextDue } from "./delivery.ts";
import { type Execution, note, type TimelineEntry } from "./execution.ts";
import { callbackDelayMs } from "./retry.ts";

/** What came of one attempt to deliver. */
export type AttemptOutcome =
  | { readonly delivered: true; readonly status: number; readonly durationMs: number }
  | {
      readonly delivered: false;
      readonly status?: number;
      readonly detail: string;
      readonly durationMs: number;
      readonly retryAfterMs?: number;
      /** No further attempt is of any use: the receiver wants no more of this, or it cannot be sent at all. */
      readonly final?: boolean;
      /** The beginning of the answer, where there is one to be read. */
      readonly answer?: string;
    };

/** An attempt that was not even made, or of which nothing more is known. */
export function notDelivered(detail: string) {
  return { delivered: false, detail, durationMs: 0 } as const;
}

/** Of the answers to attempts that failed, so many are kept, the latest: a receiver's words are long and repeat themselves. */
const ANSWERS_KEPT = 3;

/**
 * After one attempt at one callback: delivered, due again, or a dead letter.
 *
 * @param delaysMs the callback's own waits after failed attempts
 */
export function attempted(
  execution: Execution,
  callback: string,
  outcome: AttemptOutcome,
  now: number,
  random: number,
  delaysMs?: readonly number[],
): Execution {
  const deliveries = execution.deliveries.map((delivery) =>
    delivery.callback === callback ? afterAttempt(delivery, outcome, now, random, delaysMs) : delivery,
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
    ...(outcome.delivered || outcome.answer === undefined ? {} : { answer: outcome.answer }),
  };
  return withFewAnswers(note({ ...execution, deliveries, dueAt: nextDue(deliveries) }, entry));
}

function withFewAnswers(execution: Execution): Execution {
  const answered = execution.timeline.filter(({ answer }) => answer !== undefined);
  const [oldest] = answered;
  if (answered.length <= ANSWERS_KEPT || !oldest) return execution;
  const { answer: _, ...rest } = oldest;
  return { ...execution, timeline: execution.timeline.map((entry) => (entry === oldest ? rest : entry)) };
}

/** Nothing is owed to a callback that does not want to know of such an end. */
export function unwanted(execution: Execution, callbacks: readonly string[]): Execution {
  if (callbacks.length === 0) return execution;
  const deliveries = execution.deliveries.map((delivery) =>
    callbacks.includes(delivery.callback) ? { ...delivery, state: "unwanted" as const, nextAt: null } : delivery,
  );
  return { ...execution, deliveries, dueAt: nextDue(deliveries) };
}

/** It cannot be called now: looked at again later, and not counted as an attempt. */
export function postponed(execution: Execution, callback: string, nextAt: number): Execution {
  const deliveries = execution.deliveries.map((delivery) =>
    delivery.callback === callback ? { ...delivery, nextAt } : delivery,
  );
  return { ...execution, deliveries, dueAt: nextDue(deliveries) };
}

function afterAttempt(
  delivery: Delivery,
  outcome: AttemptOutcome,
  now: number,
  random: number,
  delaysMs: readonly number[] | undefined,
): Delivery {
  const attempts = delivery.attempts + 1;
  if (outcome.delivered) return { ...delivery, attempts, state: "delivered", nextAt: null };
  const delay = outcome.final ? undefined : callbackDelayMs(attempts, random, outcome.retryAfterMs, delaysMs);
  if (delay === undefined) return { ...delivery, attempts, state: "exhausted", nextAt: null };
  return { ...delivery, attempts, nextAt: now + delay };
}
