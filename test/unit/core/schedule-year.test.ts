// Whole years of minutes, against clocks that are read every minute: nothing left out, nothing twice, however the span
// is cut into sweeps.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueBetween } from "../../../src/core/schedule.ts";
import { type Due, dueByClocks, readClocks } from "./clock-oracle.ts";
import { scheduleOf } from "./schedules.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** A year of minutes takes some seconds, and more on a busy machine. */
const PATIENCE_MS = 120_000;
const YEAR = [Date.UTC(2026, 0, 1) - MINUTE_MS, Date.UTC(2027, 0, 1)] as const;

const between = (low: number, value: number, high: number): boolean => low <= value && value <= high;
const hour = (d: Date): number => d.getUTCHours();
const minute = (d: Date): number => d.getUTCMinutes();
const weekday = (d: Date): number => d.getUTCDay();
const date = (d: Date): number => d.getUTCDate();

const EVERY_HOUR: readonly (readonly [string, Due])[] = [
  ["* * * * *", () => true],
  ["0 * * * *", (d) => minute(d) === 0],
  ["@hourly", (d) => minute(d) === 0],
  ["*/15 */1 * * *", (d) => minute(d) % 15 === 0],
  ["30 0-23 * * *", (d) => minute(d) === 30],
  ["45 * * * SUN", (d) => minute(d) === 45 && weekday(d) === 0],
];
const FIXED_HOURS: readonly (readonly [string, Due])[] = [
  ["0 2 * * *", (d) => hour(d) === 2 && minute(d) === 0],
  ["30 2 * * *", (d) => hour(d) === 2 && minute(d) === 30],
  ["30 1 * * *", (d) => hour(d) === 1 && minute(d) === 30],
  ["* 2 * * *", (d) => hour(d) === 2],
  ["*/20 1-3 * * *", (d) => between(1, hour(d), 3) && minute(d) % 20 === 0],
  ["0 */2 * * *", (d) => hour(d) % 2 === 0 && minute(d) === 0],
  ["5 3 * * MON-FRI", (d) => hour(d) === 3 && minute(d) === 5 && between(1, weekday(d), 5)],
  ["@daily", (d) => hour(d) === 0 && minute(d) === 0],
  ["0 2 1,15 * 0", (d) => hour(d) === 2 && minute(d) === 0 && (weekday(d) === 0 || date(d) === 1 || date(d) === 15)],
  ["15 2 L * *", (d) => hour(d) === 2 && minute(d) === 15 && new Date(d.getTime() + DAY_MS).getUTCDate() === 1],
  ["0 2 * * SUN#2", (d) => hour(d) === 2 && minute(d) === 0 && weekday(d) === 0 && between(8, date(d), 14)],
  ["0-59/7 2 29 3 *", (d) => hour(d) === 2 && minute(d) % 7 === 0 && date(d) === 29 && d.getUTCMonth() === 2],
];
const PATTERNS = [
  ...EVERY_HOUR.map(([cron, due]) => ({ cron, due, everyHour: true })),
  ...FIXED_HOURS.map(([cron, due]) => ({ cron, due, everyHour: false })),
];

/** Half a million due minutes say no more than the days around the changes. */
const OF_THE_YEAR = PATTERNS.filter(({ cron }) => cron !== "* * * * *");

describe.each([
  { timezone: "Europe/Warsaw", oneByOne: "*/20 1-3 * * *" },
  { timezone: "America/New_York", oneByOne: "*/30 * * * *" },
])("every minute of 2026 in $timezone", ({ timezone, oneByOne }) => {
  const clocks = readClocks(timezone, ...YEAR);

  test("is looked at", () => {
    expect(clocks).toHaveLength(525_601);
  });

  test.each(OF_THE_YEAR)(
    "$cron is due as clocks say",
    ({ cron, due, everyHour }) => {
      const found = dueBetween(scheduleOf({ cron, timezone }), ...YEAR);
      expect(found.length).toBeGreaterThan(0);
      expect(found).toEqual(dueByClocks(clocks, due, everyHour));
    },
    PATIENCE_MS,
  );

  test(
    `asked for one by one gives what the whole gives: ${oneByOne}`,
    () => {
      const schedule = scheduleOf({ cron: oneByOne, timezone });
      const found: number[] = [];
      for (let at = YEAR[0]; at < YEAR[1]; at += MINUTE_MS) found.push(...dueBetween(schedule, at, at + MINUTE_MS));
      expect(found).toEqual(dueBetween(schedule, ...YEAR));
    },
    PATIENCE_MS,
  );

  test.each(["0 2 * * *", "30 1 * * *", "0 * * * *"])(
    "may be cut into sweeps anywhere: %s",
    (cron) => {
      const schedule = scheduleOf({ cron, timezone });
      const whole = dueBetween(schedule, ...YEAR);
      const cuts = fc.array(fc.integer({ min: YEAR[0], max: YEAR[1] }), { minLength: 1, maxLength: 40 });
      fc.assert(
        fc.property(cuts, (at) => {
          const ends = [...at.sort((a, b) => a - b), YEAR[1]];
          expect(ends.flatMap((end, i) => dueBetween(schedule, ends[i - 1] ?? YEAR[0], end))).toEqual(whole);
        }),
        { numRuns: 5 },
      );
    },
    PATIENCE_MS,
  );
});

describe.each([
  ["Europe/Warsaw", "2027-03-28"],
  ["Europe/Warsaw", "2027-10-31"],
  ["America/New_York", "2027-03-14"],
  ["America/New_York", "2027-11-07"],
  // Half an hour, two hours, at midnight, with odd minutes, and a whole day that was left out.
  ["Australia/Lord_Howe", "2027-04-04"],
  ["Australia/Lord_Howe", "2027-10-03"],
  ["Antarctica/Troll", "2027-03-28"],
  ["Antarctica/Troll", "2027-10-31"],
  ["Africa/Cairo", "2027-04-30"],
  ["America/St_Johns", "2027-11-07"],
  ["Pacific/Chatham", "2027-09-26"],
  ["Pacific/Apia", "2011-12-30"],
])("the days around the change in %s on %s", (timezone, day) => {
  const span = [Date.parse(day) - DAY_MS, Date.parse(day) + DAY_MS] as const;
  const clocks = readClocks(timezone, ...span);

  test("has a change", () => {
    expect(clocks.some(({ again, skipped }) => again || skipped.length > 0)).toBe(true);
  });

  test.each(PATTERNS)("$cron is due as clocks say, asked at once and minute by minute", ({ cron, due, everyHour }) => {
    const schedule = scheduleOf({ cron, timezone });
    const expected = dueByClocks(clocks, due, everyHour);
    expect(dueBetween(schedule, ...span)).toEqual(expected);
    const found: number[] = [];
    for (let at = span[0]; at < span[1]; at += MINUTE_MS) found.push(...dueBetween(schedule, at, at + MINUTE_MS));
    expect(found).toEqual(expected);
  });
});
