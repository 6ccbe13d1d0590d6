// Durations as people write them ("90s", "30m", "12h", "7d") and as the code counts them (ms). Pure.
import * as z from "zod";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const UNIT_MS = { ms: 1, s: 1_000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS } as const;
const PATTERN = /^(\d{1,9})(ms|s|m|h|d)$/;

/** A duration in configuration: a whole number and a unit (`ms`, `s`, `m`, `h`, `d`), such as "15s" or "30d". */
export const Duration = z
  .string()
  .regex(PATTERN, 'expected a whole number and a unit (ms, s, m, h or d), such as "15s" or "30d"')
  .describe('A whole number and a unit: ms, s, m, h or d. For example "15s", "30m", "7d".');

/** The same in ms. Takes only what `Duration` has accepted; throws on anything else, since that is a bug. */
export function durationMs(text: string): number {
  const match = PATTERN.exec(text);
  if (!match) throw new Error(`not a duration: ${text}`);
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

/** A duration setting with bounds, checked where the configuration is read. */
export function durationBetween(min: string, max: string) {
  return Duration.refine((text) => !PATTERN.test(text) || within(text, min, max), {
    error: `expected a duration between ${min} and ${max}`,
  });
}

function within(text: string, min: string, max: string): boolean {
  const ms = durationMs(text);
  return ms >= durationMs(min) && ms <= durationMs(max);
}
