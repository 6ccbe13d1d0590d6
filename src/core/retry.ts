// When to try again: start calls, polls and callbacks. Pure: the time and the random number come in as arguments.
import { HOUR_MS, MINUTE_MS } from "./duration.ts";

const SECOND_MS = 1_000;

/** How long one claimed execution belongs to whoever claimed it. Longer than the longest step (two engine calls). */
export const LEASE_MS = MINUTE_MS;

/** Waits between start calls that had no effect. The last one repeats until START_GIVE_UP_MS. */
const START_DELAYS_MS = [10 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS];

/** A start that could not be made for so long is told as expired: a workflow started days late does harm of its own. */
export const START_GIVE_UP_MS = 72 * HOUR_MS;

/** Waits after failed attempt 1, 2, …; the first attempt is made at once, so ten in all over three days. */
const CALLBACK_DELAYS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** Nobody may ask us to wait longer than this, whatever Retry-After says. */
const MAX_RETRY_AFTER_MS = 24 * HOUR_MS;

/** Jitter spreads the retries of many executions that failed at the same moment: up to a fifth on top. */
const JITTER = 0.2;

/**
 * A running execution is polled at intervals of at most a tenth of its age, from every minute to every hour. Each interval
 * is a multiple of the one before: with any others the minutes of an interval could all fall outside of the ages that it
 * is for, and an execution would not be polled for hours.
 */
export const POLL_INTERVALS_MINUTES = [1, 2, 10, 30, 60] as const;
export const POLL_AGE_FRACTION = 10;

/**
 * @param attempts start calls made so far, at least 1
 * @param random a number from 0 up to 1
 * @param retryAfterMs what the engine asked for, if it did
 * @returns ms until the next start call
 */
export function startDelayMs(attempts: number, random: number, retryAfterMs?: number): number {
  const delay = START_DELAYS_MS[Math.min(attempts, START_DELAYS_MS.length) - 1] ?? MINUTE_MS;
  return withJitter(Math.max(delay, retryAfterMs ?? 0), random);
}

/**
 * @param attempts attempts made so far, at least 1
 * @param delaysMs waits after failed attempt 1, 2, …
 * @returns ms until the next attempt, or undefined where there is none left
 */
export function callbackDelayMs(
  attempts: number,
  random: number,
  retryAfterMs?: number,
  delaysMs: readonly number[] = CALLBACK_DELAYS_MS,
): number | undefined {
  const delay = delaysMs[attempts - 1];
  return delay === undefined ? undefined : withJitter(Math.max(delay, retryAfterMs ?? 0), random);
}

function withJitter(ms: number, random: number): number {
  return Math.round(ms * (1 + JITTER * random));
}

/**
 * Polls are not written down: which minutes an execution is polled in follows from its age alone. `slot` spreads
 * executions of the same age over the minutes. The ledger computes the same in SQL.
 */
export function isPollMinute(now: number, startedAt: number, slot: number): boolean {
  return (Math.floor(now / MINUTE_MS) + slot) % pollIntervalMinutes(now - startedAt) === 0;
}

export function pollIntervalMinutes(ageMs: number): number {
  const longest = ageMs / MINUTE_MS / POLL_AGE_FRACTION;
  return POLL_INTERVALS_MINUTES.findLast((minutes) => minutes <= longest) ?? 1;
}

/**
 * Reads Retry-After in both its forms (RFC 9110, section 10.2.3): seconds, or a date.
 * @returns ms to wait from `now`, at most a day; undefined where the header is absent or unreadable
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * SECOND_MS : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}
