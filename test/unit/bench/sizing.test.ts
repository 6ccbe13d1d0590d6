// The benchmark of scale: prices and sizes against what one works out by hand, and its constants against the sources.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dollarsOf, WAYS } from "../../../bench/alternatives.ts";
import { BRIDGE, PLATFORM, TRAFFIC } from "../../../bench/assumed.ts";
import { dollarsPerMillionOf } from "../../../bench/cost.ts";
import {
  ceilings,
  dollarsAMonth,
  needsOf,
  pollsOf,
  purgeLagDays,
  ratesOf,
  storedBytes,
  usedInAMonth,
} from "../../../bench/sizing.ts";
import { LedgerSettings } from "../../../src/core/config.ts";

const read = (path: string): string => readFileSync(join(import.meta.dirname, "../../..", path), "utf8");

describe("what the sizing takes for granted of the bridge", () => {
  it.each([
    ["src/bridge/sweep.ts", `const SWEEP_BUDGET_MS = ${BRIDGE.sweepBudgetMs}`],
    ["src/bridge/sweep-shards.ts", `const CONCURRENCY = ${PLATFORM.connections};`],
    ["src/ledger/ledger-shard.ts", `const CLAIM_BATCH = ${BRIDGE.claimBatch};`],
    ["src/bridge/permits.ts", `const CALLS_PER_PERMIT = ${BRIDGE.callsPerPermit};`],
    ["src/ledger/purge.ts", `const PURGE_BATCH = ${BRIDGE.purgeBatch};`],
  ])("stands in %s: %s", (file, constant) => {
    expect(read(file).replaceAll(/(\d)_(?=\d)/g, "$1")).toContain(constant);
  });

  it("is what may be configured", () => {
    const shards = (count: number) => LedgerSettings.safeParse({ shards: count }).success;
    expect([shards(BRIDGE.maxShards), shards(BRIDGE.maxShards + 1)]).toEqual([true, false]);
    const invocations = (count: number) => LedgerSettings.safeParse({ sweepInvocations: count }).success;
    expect([invocations(BRIDGE.maxSweepInvocations), invocations(BRIDGE.maxSweepInvocations + 1)]).toEqual([
      true,
      false,
    ]);
    expect(LedgerSettings.parse({}).retention).toBe(`${BRIDGE.retentionDays}d`);
  });

  it("has the throughput that RESULTS.md shows", () => {
    expect(read("bench/RESULTS.md")).toContain("| 1 | Hookspan | 567 |");
  });
});

describe("the prices", () => {
  it("multiply what was used", () => {
    // 2 rows $2, 3 calls $0.45, a request $0.30, 10 ms $0.20, 0.1 GB-s $1.25.
    const used = { rowsWritten: 2, objectRequests: 3, workerRequests: 1, cpuMs: 10, gbSeconds: 0.1 };
    expect(dollarsPerMillionOf(used)).toBeCloseTo(4.2, 10);
    expect(dollarsPerMillionOf({ queueOperations: 3, workflowSteps: 5, rowsRead: 1_000 })).toBeCloseTo(42.2, 10);
    // 250 GB for a month, in millions.
    expect(dollarsPerMillionOf({ gbMonths: 250e-6 })).toBeCloseTo(50, 10);
    expect(dollarsPerMillionOf({})).toBe(0);
  });

  it("add up", () => {
    const much = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(much, much, much, (rows, calls, factor) => {
        const apart = dollarsPerMillionOf({ rowsWritten: rows }) + dollarsPerMillionOf({ objectRequests: calls });
        expect(dollarsPerMillionOf({ rowsWritten: rows, objectRequests: calls })).toBeCloseTo(apart, 3);
        expect(dollarsPerMillionOf({ rowsWritten: rows * factor }) / factor || 0).toBeCloseTo(factor && rows, 3);
      }),
    );
  });

  it("of a month are those of its days: a million a day, by hand", () => {
    const month = usedInAMonth(1_000_000, 5_000);
    // 27 M fresh at $7.32136; 3 M duplicates at $0.30 + $0.10 + $0.15 + $0.0032.
    expect(dollarsPerMillionOf(month["executions, by the fast path"] ?? {})).toBeCloseTo(27 * 7.3192, 1);
    expect(dollarsPerMillionOf(month.duplicates ?? {})).toBeCloseTo(3 * 0.5532, 2);
    // 2 % of 27 M with eight rows and four calls more.
    expect(dollarsPerMillionOf(month["callbacks that fail twice"] ?? {})).toBeCloseTo(0.54 * (8 + 4 * 0.1532), 2);
    const { storedGb } = needsOf(1_000_000, 5_000);
    expect(dollarsPerMillionOf(month.storage ?? {})).toBeCloseTo(storedGb * 0.2, 6);
    const parts = Object.values(month).map(dollarsPerMillionOf);
    expect(dollarsAMonth(1_000_000, 5_000)).toBeCloseTo(
      parts.reduce((a, b) => a + b, 0),
      6,
    );
  });
});

describe("the alternatives", () => {
  it("cost what their operations cost, by hand", () => {
    const byName = Object.fromEntries(WAYS.map((way) => [way.name, dollarsOf(way.happy)]));
    // Two requests with 5 ms each, five steps.
    expect(byName["Cloudflare Workflows, steps at $8/M"]).toBeCloseTo(40.8, 6);
    expect(byName["Cloudflare Workflows, steps free"]).toBeCloseTo(0.8, 6);
    // A request with CPU; 6 rows; 4 calls of 2 ms; 6 operations; 0.2 invocations of a consumer with 5 ms each.
    expect(byName["Queues and a Durable Object"]).toBeCloseTo(0.4 + 6 + 4 * 0.1532 + 2.4 + 0.08, 6);
    // A request with CPU; 7 rows; 4 calls of 2 ms; 4 waits of 300 ms with 128 MB.
    expect(byName["an object and its alarms for each event"]).toBeCloseTo(0.4 + 7 + 4 * 0.1532 + 4 * 0.48, 6);
  });

  it("have Hookspan at what is counted", () => {
    expect(dollarsOf(WAYS[0]?.happy ?? [])).toBeCloseTo(7.3192, 4);
  });
});

describe("the sizing", () => {
  it("knows how often a run is asked for, by its age", () => {
    expect(pollsOf(1)).toBe(1);
    expect(pollsOf(10)).toBe(10);
    // Every minute up to 20, every second up to 100, every tenth up to 120, and once at the end.
    expect(pollsOf(120)).toBeCloseTo(19 + 40 + 2 + 1, 6);
  });

  it("asks of a larger number of events no fewer shards, and of more shards no more from each", () => {
    const events = fc.integer({ min: 1_000, max: 200_000_000 });
    const shards = fc.integer({ min: 1, max: 255 });
    fc.assert(
      fc.property(events, shards, (much, count) => {
        const [few, more] = [ratesOf(much, count), ratesOf(much, count + 1)];
        expect(more.shardCalls).toBeLessThan(few.shardCalls);
        expect(more.shardWrites).toBeLessThanOrEqual(few.shardWrites);
        expect(few.fullestShardCalls).toBeGreaterThanOrEqual(few.shardCalls);
        expect(few.worstShardCalls).toBeGreaterThan(few.fullestShardCalls);
        expect(needsOf(much * 2, 5_000).shardsUsed).toBeGreaterThanOrEqual(needsOf(much, 5_000).shardsUsed);
      }),
      { numRuns: 50 },
    );
  });

  it("never counts with a shard beyond a limit where it says that it fits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 50_000_000 }), (events) => {
        const { fits, shardsUsed } = needsOf(events, 6_000);
        if (!fits) return;
        expect(ratesOf(events, shardsUsed).shardWrites).toBeLessThanOrEqual(PLATFORM.objectWritesPerSecond);
        expect(storedBytes(events, shardsUsed, 6_000) / shardsUsed).toBeLessThanOrEqual(10e9);
      }),
      { numRuns: 50 },
    );
  });

  it("says of each ceiling the rate at which it holds no more", () => {
    const all = ceilings(6_000);
    expect(all.map(({ eventsPerDay }) => eventsPerDay)).toEqual(
      all.map(({ eventsPerDay }) => eventsPerDay).toSorted((a, b) => a - b),
    );
    // 1,000 requests a second of a gate, two for each of the 90 % that are fresh, at four times the mean: 12 M a day.
    const gate = all.find(({ limit }) => limit.includes("gate"))?.eventsPerDay ?? 0;
    expect(gate / ((1_000 / 2 / 0.9 / 4) * 86_400)).toBeCloseTo(1, 5);
    // 720,000 rows are looked at a day and shard: with as many fresh ones a round never ends.
    const purge = all.find(({ limit }) => limit.startsWith("purge"))?.eventsPerDay ?? 0;
    expect(purge / ((720_000 * 256) / 0.9)).toBeCloseTo(1, 5);
    expect(TRAFFIC.duplicates).toBe(0.1);
  });
});

describe("the purge's lag", () => {
  /** The purge of src/ledger/purge.ts, told by the minute: 500 rows from the mark on, then from the beginning. */
  function lagSeen(rowsPerMinute: number, retentionDays: number, days: number): number {
    const retention = retentionDays * 1_440;
    let [mark, oldest, longest] = [0, 0, 0];
    const total = days * 1_440 * rowsPerMinute;
    const gone = new Uint8Array(total);
    for (let minute = 0; minute < days * 1_440; minute++) {
      const end = (minute + 1) * rowsPerMinute;
      let looked = 0;
      let row = Math.max(mark, oldest);
      for (; row < end && looked < BRIDGE.purgeBatch; row++) {
        if (gone[row]) continue;
        looked++;
        const age = minute - Math.floor(row / rowsPerMinute);
        if (age < retention) continue;
        gone[row] = 1;
        if (minute > (days * 1_440) / 2) longest = Math.max(longest, age - retention);
      }
      while (gone[oldest]) oldest++;
      mark = looked < BRIDGE.purgeBatch ? 0 : row;
    }
    return longest / 1_440;
  }

  it.each([
    { rowsPerMinute: 50, retentionDays: 2 },
    { rowsPerMinute: 100, retentionDays: 2 },
    { rowsPerMinute: 150, retentionDays: 1 },
  ])(
    "is what the purge does, with $rowsPerMinute rows a minute kept for $retentionDays days",
    ({ rowsPerMinute, retentionDays }) => {
      const seen = lagSeen(rowsPerMinute, retentionDays, retentionDays * 20);
      const computed = purgeLagDays(rowsPerMinute * 1_440, retentionDays);
      expect(seen / computed).toBeGreaterThan(0.98);
      expect(seen / computed).toBeLessThan(1.02);
    },
  );

  it("has no end where all that is looked at is new", () => {
    expect(purgeLagDays(720_000)).toBe(Number.POSITIVE_INFINITY);
    expect(purgeLagDays(719_000)).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});
