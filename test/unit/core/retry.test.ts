// When things are tried again. Fixed clock; random numbers are arguments.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MINUTE_MS } from "../../../src/core/duration.ts";
import {
  callbackDelayMs,
  isPollMinute,
  pollIntervalMinutes,
  retryAfterMs,
  startDelayMs,
} from "../../../src/core/retry.ts";

const NOW = 1_795_425_600_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** From 0 up to 1, as Math.random gives them. */
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("startDelayMs", () => {
  test.each([
    [1, 10_000],
    [2, 30_000],
    [3, 60_000],
    [4, 120_000],
    [5, 300_000],
    [6, 300_000],
    [1_000, 300_000],
  ])("after attempt %i waits %i ms", (attempts, ms) => {
    expect(startDelayMs(attempts, 0)).toBe(ms);
  });

  test("waits at least its own delay and what was asked for, and at most a fifth longer", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        random,
        fc.option(fc.integer({ min: 0, max: DAY_MS }), { nil: undefined }),
        (attempts, chance, asked) => {
          const least = Math.max(startDelayMs(attempts, 0), asked ?? 0);
          const delay = startDelayMs(attempts, chance, asked);
          expect(delay).toBeGreaterThanOrEqual(least);
          expect(delay).toBeLessThanOrEqual(Math.round(least * 1.2));
          expect(Number.isInteger(delay)).toBe(true);
        },
      ),
    );
  });
});

describe("callbackDelayMs", () => {
  test("gives nine waits, which make ten attempts over a little more than three days, then none", () => {
    const waits = Array.from({ length: 12 }, (_, index) => callbackDelayMs(index + 1, 0));
    expect(waits.slice(9)).toEqual([undefined, undefined, undefined]);
    const total = waits.reduce<number>((sum, ms) => sum + (ms ?? 0), 0);
    expect(total / DAY_MS).toBeCloseTo(3.15, 2);
    expect(waits.slice(0, 9)).toEqual([...waits.slice(0, 9)].sort((a, b) => (a ?? 0) - (b ?? 0)));
  });

  test("what the receiver asks for never adds an attempt", () => {
    expect(callbackDelayMs(10, 0, HOUR_MS)).toBeUndefined();
    expect(callbackDelayMs(9, 0, 30 * HOUR_MS)).toBe(30 * HOUR_MS);
  });
});

describe("retryAfterMs", () => {
  test.each([
    ["0", 0],
    ["120", 120_000],
    [" 120 ", 120_000],
    ["86400", DAY_MS],
    ["86401", DAY_MS],
    ["999999999", DAY_MS],
    ["99999999999999999999999", DAY_MS],
    ["Mon, 23 Nov 2026 09:21:00 GMT", MINUTE_MS],
    ["Monday, 23-Nov-26 09:21:00 GMT", MINUTE_MS],
    ["Mon, 23 Nov 2026 09:19:00 GMT", 0],
    ["Mon, 23 Nov 2099 09:21:00 GMT", DAY_MS],
  ])("reads %j as %i ms", (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });

  test.each([null, "", " ", "soon", "1e3", "0x10", "12s", "NaN", "Infinity"])("%j says nothing", (header) => {
    expect(retryAfterMs(header, NOW)).toBeUndefined();
  });

  test("any text gives undefined or whole ms from 0 to a day", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.integer().map(String),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const ms = retryAfterMs(text, NOW);
        if (ms === undefined) return;
        expect(Number.isInteger(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(DAY_MS);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the poll minutes", () => {
  test.each([
    [-MINUTE_MS, 1],
    [0, 1],
    [19 * MINUTE_MS, 1],
    [20 * MINUTE_MS, 2],
    [100 * MINUTE_MS, 10],
    [300 * MINUTE_MS, 30],
    [10 * HOUR_MS, 60],
    [30 * DAY_MS, 60],
  ])("at an age of %i ms come every %i minutes", (age, minutes) => {
    expect(pollIntervalMinutes(age)).toBe(minutes);
  });

  test("never come less often than every tenth of the age, nor than every hour", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 * DAY_MS }), (age) => {
        const minutes = pollIntervalMinutes(age);
        expect(minutes).toBeGreaterThanOrEqual(1);
        expect(minutes).toBeLessThanOrEqual(Math.max(1, Math.min(age / MINUTE_MS / 10, 60)));
      }),
    );
  });

  test("an execution is polled at least once in every interval of its age, whatever its slot", () => {
    const slots = fc.integer({ min: 0, max: 2 ** 42 });
    const starts = fc.integer({ min: NOW, max: NOW + 10 * DAY_MS });
    fc.assert(
      fc.property(starts, slots, (startedAt, slot) => {
        let lastPoll = startedAt;
        const until = startedAt + 24 * HOUR_MS;
        for (let now = startedAt - (startedAt % MINUTE_MS) + MINUTE_MS; now < until; now += MINUTE_MS) {
          if (isPollMinute(now, startedAt, slot)) lastPoll = now;
          const gapMinutes = (now - lastPoll) / MINUTE_MS;
          if (gapMinutes >= pollIntervalMinutes(now - startedAt) + 1)
            expect.fail(`not polled for ${gapMinutes} minutes`);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("executions of the same age are spread over the minutes by their slots", () => {
    const startedAt = NOW - 20 * HOUR_MS;
    const polled = Array.from({ length: 60 }, (_, slot) => slot).filter((slot) => isPollMinute(NOW, startedAt, slot));
    expect(polled).toHaveLength(1);
  });
});
