// What so many events a day need: shards, invocations of a sweep, gates, storage and money, and which limit stops them first. Pure
// arithmetic over assumed.ts, the counted figures and the price table; day.ts checks it by simulation.
import { DAY_MS, MINUTE_MS } from "../src/core/duration.ts";
import { pollIntervalMinutes } from "../src/core/retry.ts";
import { SHARD_LIMIT_BYTES } from "../src/core/shard-size.ts";
import { BRIDGE, MEASURED_ADMISSIONS_PER_SECOND, PLATFORM, TRAFFIC } from "./assumed.ts";
import { dollarsPerMillionOf, type Used, usedBy } from "./cost.ts";
import { COUNTED, type Counted } from "./counted.ts";

const DAY_SECONDS = 86_400;
export const MONTH_DAYS = 30;
const SWEEPS_PER_DAY = DAY_MS / PLATFORM.cronMs;

/** A start asks the gate of its engine before, and tells it afterwards. */
export const GATE_CALLS_PER_START = 2;
/** The admission, the start, the end's reservation, the end. */
export const SHARD_CALLS =
  COUNTED["happy path: started, ended and delivered by the fast path"].objectRequests - GATE_CALLS_PER_START;
/** All of them but the reservation. */
export const SHARD_WRITES = 3;
/** What the sweep that finds an end calls: how the run stands, its result, the callback. */
export const CALLS_OF_AN_END = 3;

export const FRESH = 1 - TRAFFIC.duplicates;
const SLOW = TRAFFIC.slow.reduce((sum, { share }) => sum + share, 0);

/** The share of the most frequent record. */
export const HOTTEST = (() => {
  let sum = 0;
  for (let n = 1; n <= TRAFFIC.records; n++) sum += n ** -TRAFFIC.recordExponent;
  return 1 / sum;
})();

/** How often a run is asked for that lasts so long: by its age, and once more at its end. */
export function pollsOf(minutes: number): number {
  let polls = 1;
  for (let age = 1; age < minutes; age++) polls += 1 / pollIntervalMinutes(age * MINUTE_MS);
  return polls;
}

/** Calls to engines and callbacks that sweeps make for one fresh event, on average. */
export const SWEEP_CALLS = TRAFFIC.slow.reduce(
  (sum, { minutes, share }) => sum + share * (pollsOf(minutes) - 1 + CALLS_OF_AN_END),
  0,
);

/** Executions under way for one fresh event a second (Little's law), the few seconds of the fast path left out. */
const RUNNING = TRAFFIC.slow.reduce((sum, { minutes, share }) => sum + share * minutes * 60, 0);

/** Calls that one invocation of a sweep makes at most. */
export const CALLS_PER_INVOCATION = (PLATFORM.connections * BRIDGE.sweepBudgetMs) / TRAFFIC.callMs;

/**
 * By how many days a purge comes late. Each sweep looks at the next 500 rows of a shard, whether due or not, and begins anew at the end,
 * so a round lasts until all that is kept and all that comes meanwhile has been looked at, and what falls due behind the mark waits for
 * the next. With r rows a day that are kept for R days, and L looked at, that is r R / (L - r): a test goes through the purge minute by minute.
 *
 * @param rowsPerDay fresh rows of one shard
 * @returns infinite where the round never ends, and the shard only grows
 */
export function purgeLagDays(rowsPerDay: number, retentionDays: number = BRIDGE.retentionDays): number {
  const left = BRIDGE.purgeBatch * SWEEPS_PER_DAY - rowsPerDay;
  return left <= 0 ? Number.POSITIVE_INFINITY : (rowsPerDay * retentionDays) / left;
}

export interface Rates {
  readonly mean: number;
  readonly peak: number;
  /** Calls in a second of the peak: to a shard on average, to the fullest, and to any in the worst second of the burst. */
  readonly shardCalls: number;
  readonly fullestShardCalls: number;
  readonly worstShardCalls: number;
  /** Calls to the fullest that write, in a second of the peak, and the admissions among all. */
  readonly shardWrites: number;
  readonly shardAdmissions: number;
}

/** Standard deviations by which the highest of so many draws lies above their mean. */
const highestOf = (draws: number): number => Math.sqrt(2 * Math.log(draws));

/** Seconds of a peak, in each of which each shard may be at its worst. */
export const BURST_SECONDS = 600;

/** @param bySweeps whether the ends that sweeps find are counted too, as if there were as many of them a second as at the peak */
export function ratesOf(eventsPerDay: number, shards: number, bySweeps = true): Rates {
  const mean = eventsPerDay / DAY_SECONDS;
  const peak = mean * TRAFFIC.peakFactor;
  // Of the fresh: a start; and an end, whose two calls come together, so that they count fourfold in the variance.
  const ends = FRESH * (bySweeps ? 1 : 1 - SLOW);
  const calls = 1 + FRESH + 2 * ends;
  const variance = 1 + FRESH + 4 * ends;
  const worst = (events: number, draws: number): number =>
    events * calls + highestOf(draws) * Math.sqrt(events * variance);
  const ofAverage = peak / shards;
  // The fullest shard has the most frequent record and its part of the others.
  const ofFullest = peak * (HOTTEST + (1 - HOTTEST) / shards);
  return {
    mean,
    peak,
    shardCalls: ofAverage * calls,
    fullestShardCalls: ofFullest * calls,
    worstShardCalls: Math.max(worst(ofFullest, BURST_SECONDS), worst(ofAverage, BURST_SECONDS * shards)),
    shardWrites: ofFullest * FRESH * SHARD_WRITES,
    shardAdmissions: ofFullest,
  };
}

export interface Needs {
  /** By each reason; undefined where 256 are not enough. */
  readonly shards: Readonly<Record<"admissions" | "writes" | "calls" | "storage", number | undefined>>;
  /** The most of these, but no more than there can be. */
  readonly shardsUsed: number;
  readonly fits: boolean;
  /** Gates (so engines) over which the starts must be spread. */
  readonly gates: number;
  readonly sweepCallsPerMinute: number;
  readonly invocations: number;
  /** Of the busiest invocation of a sweep, if no more are used than there may be. */
  readonly subrequests: number;
  readonly cpuMs: number;
  readonly purgeLagDays: number;
  readonly storedGb: number;
}

/** @param bytes that one kept execution takes (stored-bytes.ts) */
export function needsOf(eventsPerDay: number, bytes: number): Needs {
  const byReason = {
    admissions: fewest((shards) => ratesOf(eventsPerDay, shards).shardAdmissions <= MEASURED_ADMISSIONS_PER_SECOND),
    writes: fewest((shards) => ratesOf(eventsPerDay, shards).shardWrites <= PLATFORM.objectWritesPerSecond),
    calls: fewest((shards) => ratesOf(eventsPerDay, shards).worstShardCalls <= PLATFORM.objectRequestsPerSecond),
    storage: fewest((shards) => storedBytes(eventsPerDay, shards, bytes) / shards <= SHARD_LIMIT_BYTES),
  };
  const enough = Object.values(byReason).filter((shards) => shards !== undefined);
  const fits = enough.length === Object.keys(byReason).length;
  const shardsUsed = fits ? Math.max(...enough) : BRIDGE.maxShards;
  const sweepCallsPerMinute = ((eventsPerDay * FRESH) / SWEEPS_PER_DAY) * SWEEP_CALLS * TRAFFIC.peakFactor;
  const invocations = Math.max(1, Math.ceil(sweepCallsPerMinute / CALLS_PER_INVOCATION));
  const own = Math.min(CALLS_PER_INVOCATION, sweepCallsPerMinute / Math.min(invocations, BRIDGE.maxSweepInvocations));
  return {
    shards: byReason,
    shardsUsed,
    fits,
    gates: Math.ceil((ratesOf(eventsPerDay, 1).peak * FRESH * GATE_CALLS_PER_START) / PLATFORM.objectRequestsPerSecond),
    sweepCallsPerMinute,
    invocations,
    // Each call; its part of a claim and of a permit; at worst every third call is of an end, with its two calls to the shard.
    subrequests: own * (1 + 1 / BRIDGE.claimBatch + GATE_CALLS_PER_START / BRIDGE.callsPerPermit + 2 / CALLS_OF_AN_END),
    cpuMs: own * TRAFFIC.stepCpuMs,
    purgeLagDays: purgeLagDays((eventsPerDay * FRESH) / shardsUsed),
    storedGb: storedBytes(eventsPerDay, shardsUsed, bytes) / 1e9,
  };
}

function fewest(enough: (shards: number) => boolean): number | undefined {
  for (let shards = 1; shards <= BRIDGE.maxShards; shards++) if (enough(shards)) return shards;
  return undefined;
}

/** Of all shards at the beginning of a purge's round, when it is most. */
export function storedBytes(eventsPerDay: number, shards: number, bytes: number): number {
  const rows = eventsPerDay * FRESH;
  return rows * (BRIDGE.retentionDays + purgeLagDays(rows / shards)) * bytes;
}

/** What a month uses, by where it comes from; in millions, as the price table wants it. */
export function usedInAMonth(eventsPerDay: number, bytes: number): Readonly<Record<string, Used>> {
  const { shardsUsed, storedGb } = needsOf(eventsPerDay, bytes);
  const millions = (eventsPerDay * MONTH_DAYS) / 1e6;
  const fresh = millions * FRESH;
  const happy = COUNTED["happy path: started, ended and delivered by the fast path"];
  const failed = COUNTED["the same, two callbacks failed first"];
  // In bulk: a claim for twelve, two questions to the gate for twenty calls. Polls write nothing.
  const sweepCall = 1 / BRIDGE.claimBatch + GATE_CALLS_PER_START / BRIDGE.callsPerPermit;
  const sweeps = (SWEEPS_PER_DAY * MONTH_DAYS) / 1e6;
  const running = ((eventsPerDay * FRESH) / DAY_SECONDS) * RUNNING;
  // A row that is looked at by an index is two that are read.
  const rowsRead = sweeps * (2 * running + BRIDGE.purgeBatch * shardsUsed) + 10 * millions;
  return {
    "executions, by the fast path": times(usedBy(happy), fresh),
    "callbacks that fail twice": times(usedBy(difference(failed, happy)), fresh * TRAFFIC.callbacksFailTwice),
    duplicates: times(usedBy(COUNTED["a duplicate"]), millions * TRAFFIC.duplicates),
    "polls of sweeps": times(
      {
        ...usedBy({ rowsWritten: 0, objectRequests: sweepCall, workerRequests: 0 }),
        cpuMs: TRAFFIC.stepCpuMs,
      },
      fresh * SWEEP_CALLS,
    ),
    "sweeps of nothing": times(
      usedBy({ rowsWritten: 0, objectRequests: 3 + 2 * shardsUsed, workerRequests: 1 }),
      sweeps,
    ),
    "rows read": { rowsRead },
    storage: { gbMonths: storedGb / 1e6 },
  };
}

function difference(a: Counted, b: Counted): Counted {
  return {
    rowsWritten: a.rowsWritten - b.rowsWritten,
    objectRequests: a.objectRequests - b.objectRequests,
    workerRequests: a.workerRequests - b.workerRequests,
  };
}

export function times(used: Used, factor: number): Used {
  return Object.fromEntries(Object.entries(used).map(([each, count]) => [each, count * factor]));
}

export function dollarsAMonth(eventsPerDay: number, bytes: number): number {
  return Object.values(usedInAMonth(eventsPerDay, bytes)).reduce((sum, used) => sum + dollarsPerMillionOf(used), 0);
}

export interface Ceiling {
  readonly limit: string;
  readonly eventsPerDay: number;
  readonly beyond: string;
}

/** What may be configured of it. */
export interface Settings {
  readonly shards: number;
  readonly sweepInvocations: number;
}

export const MOST: Settings = { shards: BRIDGE.maxShards, sweepInvocations: BRIDGE.maxSweepInvocations };

/** Where the design stops, the lowest first. */
export function ceilings(bytes: number, { shards, sweepInvocations }: Settings = MOST): Ceiling[] {
  const most = (holds: (eventsPerDay: number) => boolean): number => {
    let [low, high] = [1, 1e12];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (holds(middle)) low = middle;
      else high = middle;
    }
    return low;
  };
  const { objectRequestsPerSecond, objectWritesPerSecond } = PLATFORM;
  return [
    {
      limit: "one engine's gate, one object: 1,000 requests/s, two a start",
      eventsPerDay: most((events) => ratesOf(events, 1).peak * FRESH * GATE_CALLS_PER_START <= objectRequestsPerSecond),
      beyond:
        "the gate is out of reach and so open: starts go on, the engine's limits and breaker do not hold. Several engines have a gate each",
    },
    {
      limit: "one record: 200 writes/s of its shard, if it is the most frequent one",
      eventsPerDay: most((events) => ratesOf(events, 1).peak * HOTTEST * FRESH * SHARD_WRITES <= objectWritesPerSecond),
      beyond: "its shard answers late, then 503; more shards do not help",
    },
    {
      limit: `storage: shards of 10 GB, ${BRIDGE.retentionDays} days`,
      eventsPerDay: most((events) => storedBytes(events, shards, bytes) / shards <= SHARD_LIMIT_BYTES),
      beyond: "full shards admit nothing, senders get 503. A shorter retention, or keepPayloads false",
    },
    {
      limit: "purge: 500 rows looked at in each shard and minute",
      eventsPerDay: most((events) => Number.isFinite(purgeLagDays((events * FRESH) / shards))),
      beyond: "a round of the purge never ends, whatever the retention is: shards only grow",
    },
    {
      limit: `sweeps: six calls of ${TRAFFIC.callMs} ms at a time in each invocation, in the peak`,
      eventsPerDay: most((events) => needsOf(events, bytes).invocations <= sweepInvocations),
      beyond:
        "polls fall out of their minute and are made in a later one of theirs: ends are seen late, nothing is lost. With pushes of the engine ends are seen all the same",
    },
    {
      limit: "the same, on the mean of the day",
      eventsPerDay: most((events) => needsOf(events, bytes).invocations <= sweepInvocations * TRAFFIC.peakFactor),
      beyond:
        "polls fall out all day, those of the newest runs of a shard first; purges, which come last in a sweep, are left out",
    },
    {
      limit: "writes: shards of 200/s, in the peak",
      eventsPerDay: most((events) => ratesOf(events, shards).shardWrites <= objectWritesPerSecond),
      beyond: "shards answer late, then 503: senders come back",
    },
    {
      limit: "calls: shards of 1,000/s, in the peak's worst second",
      eventsPerDay: most((events) => ratesOf(events, shards).worstShardCalls <= objectRequestsPerSecond),
      beyond: "the same",
    },
  ].toSorted((a, b) => a.eventsPerDay - b.eventsPerDay);
}
