// The simulated day of the benchmark of scale: that it is the day that it is said to be, and agrees with the arithmetic.
import { describe, expect, it } from "vitest";
import { TRAFFIC } from "../../../bench/assumed.ts";
import { addDue, rateFactor, simulateDay } from "../../../bench/day.ts";
import { needsOf, ratesOf } from "../../../bench/sizing.ts";
import { MINUTE_MS } from "../../../src/core/duration.ts";
import { isPollMinute } from "../../../src/core/retry.ts";

const EVENTS = 200_000;
const SHARDS = 8;

describe("the simulated day", () => {
  it("has as many events as were asked for, at most four times the mean", () => {
    const factors = Array.from({ length: 86_400 }, (_, second) => rateFactor(second));
    expect(factors.reduce((a, b) => a + b, 0) / 86_400).toBeCloseTo(1, 9);
    expect(Math.max(...factors)).toBe(TRAFFIC.peakFactor);
    expect(Math.min(...factors)).toBeGreaterThan(0);
  });

  const seen = simulateDay({ events: EVENTS, shards: SHARDS, seed: 1 });

  it("is the same each time, and another with another seed", () => {
    const day = (seed: number) => simulateDay({ events: 5_000, shards: 4, seed, records: 1_000 });
    expect(day(2)).toEqual(day(2));
    expect(day(3)).not.toEqual(day(2));
  });

  it("agrees with the arithmetic on events, calls to shards and calls of sweeps", () => {
    const computed = ratesOf(EVENTS, SHARDS, false);
    expect(seen.events / EVENTS).toBeCloseTo(1, 1);
    expect(seen.meanShardCallsInBurst / computed.shardCalls).toBeCloseTo(1, 1);
    expect(seen.highestShardCalls).toBeGreaterThan(computed.fullestShardCalls);
    expect(seen.highestShardCalls).toBeLessThan(1.5 * computed.worstShardCalls);
    const mean = seen.sweepCalls.reduce((a, b) => a + b, 0) / 1_440;
    const expected = needsOf(EVENTS, 6_000).sweepCallsPerMinute / TRAFFIC.peakFactor;
    expect(mean / expected).toBeGreaterThan(0.97);
    expect(mean / expected).toBeLessThan(1.03);
  });
});

describe("what a sweep finds due", () => {
  it.each([1, 10, 45, 250])("is what the bridge polls, minute by minute, of runs of %i minutes", (minutes) => {
    const cohorts = Array.from({ length: 2_880 }, () => new Uint32Array(60));
    const began = 1_440 + 123;
    cohorts[began]?.fill(1);
    const due = new Float64Array(1_440);
    addDue(due, cohorts, minutes);

    const expected = new Float64Array(1_440);
    for (let slot = 0; slot < 60; slot++) {
      for (let age = 1; began + age < 2_880; age++) {
        const at = (began + age) * MINUTE_MS;
        if (!isPollMinute(at, began * MINUTE_MS, slot)) continue;
        const over = age >= minutes;
        expected[began + age - 1_440] = (expected[began + age - 1_440] ?? 0) + (over ? 3 : 1);
        if (over) break;
      }
    }
    expect(due).toEqual(expected);
  });
});
