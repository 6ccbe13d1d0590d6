// One day, simulated: each arrival is drawn (Poisson, with a wave of the day and a burst), each has a record whose shard the ledger's own
// placing gives, and what shards are called for and sweeps find due is counted. Seeded, no clock, no I/O. The end of the day before is
// simulated too, so that the day begins with what is still running. The calls of sweeps to shards are not in it.
import { MINUTE_MS } from "../src/core/duration.ts";
import { pollIntervalMinutes } from "../src/core/retry.ts";
import { shardOf } from "../src/ledger/shard.ts";
import { TRAFFIC } from "./assumed.ts";
import { randomUuid } from "./placing.ts";
import { poissonProcess, type Random, seeded, weighted } from "./seeded.ts";
import { BURST_SECONDS, CALLS_OF_AN_END, FRESH } from "./sizing.ts";

const DAY_SECONDS = 86_400;
const DAY_MINUTES = 1_440;
const BURST_BEGINS = 15 * 3_600;
/** The wave goes from 0.4 to 1.6 times the mean, lowest at 3 and highest at 15 o'clock; the burst comes on top of it. */
const WAVE = 0.6;

/** Seconds after its arrival in which an execution calls its shard again. */
const STARTED_AFTER = 1;
const ENDED_AFTER = 4;
const RING = 8;

/** Poll intervals are divisors of it, so an execution's minute within the hour says when it is polled. */
const HOUR_MINUTES = 60;

/** So much of the day before is simulated that everything is running that could be. */
const FIRST_SECOND = DAY_SECONDS - 60 * (HOUR_MINUTES + Math.max(...TRAFFIC.slow.map(({ minutes }) => minutes)));

export interface Day {
  readonly events: number;
  readonly shards: number;
  readonly seed: number;
  /** How many there are. */
  readonly records?: number;
}

export interface SeenDay {
  /** That came on the day. */
  readonly events: number;
  /** The most that came in a second. */
  readonly highestRate: number;
  /** The most calls to one shard in a second, and on average to all in the burst. */
  readonly highestShardCalls: number;
  readonly meanShardCallsInBurst: number;
  /** Calls to engines and callbacks that fall due, by the minute. */
  readonly sweepCalls: Float64Array;
}

/** The rate in a second of the day, over the mean: 1 on average, `peakFactor` in the burst. */
export function rateFactor(second: number): number {
  const burst = second >= BURST_BEGINS && second < BURST_BEGINS + BURST_SECONDS;
  return burst ? TRAFFIC.peakFactor : CALM * wave(second);
}

function wave(second: number): number {
  return 1 + WAVE * Math.sin(2 * Math.PI * (second / DAY_SECONDS) - (3 * Math.PI) / 4);
}

/** What is left of the day for the other seconds. */
const CALM = (() => {
  let outside = 0;
  for (let second = 0; second < DAY_SECONDS; second++) {
    if (second < BURST_BEGINS || second >= BURST_BEGINS + BURST_SECONDS) outside += wave(second);
  }
  return (DAY_SECONDS - TRAFFIC.peakFactor * BURST_SECONDS) / outside;
})();

export function simulateDay({ events, shards, seed, records = TRAFFIC.records }: Day): SeenDay {
  const random = seeded(seed);
  const homes = homesOfRecords(records, shards, random);
  const record = weighted(recordWeights(records), random);
  const arrivals = poissonProcess(random);
  const ring = Array.from({ length: RING }, () => new Uint32Array(shards));
  const cohorts = TRAFFIC.slow.map(() => Array.from({ length: 2 * DAY_MINUTES }, () => new Uint32Array(HOUR_MINUTES)));
  let [seen, highestRate, highestShardCalls, callsInBurst] = [0, 0, 0, 0];

  for (let second = FIRST_SECOND; second < 2 * DAY_SECONDS; second++) {
    const ofDay = second % DAY_SECONDS;
    const counted = second >= DAY_SECONDS;
    const [now, soon, later] = [second, second + STARTED_AFTER, second + ENDED_AFTER].map((at) => ring[at % RING]);
    if (!now || !soon || !later) throw new Error("a ring has no gaps");
    const arrived = arrivals((events / DAY_SECONDS) * rateFactor(ofDay));
    for (let n = 0; n < arrived; n++) {
      const shard = homes[record()] ?? 0;
      add(now, shard, 1);
      if (random() >= FRESH) continue;
      add(soon, shard, 1);
      const slow = slowClass(random);
      if (slow < 0) add(later, shard, 2);
      else add(cohorts[slow]?.[Math.floor(second / 60)], Math.floor(random() * HOUR_MINUTES), 1);
    }
    if (counted) {
      seen += arrived;
      highestRate = Math.max(highestRate, arrived);
      for (const calls of now) highestShardCalls = Math.max(highestShardCalls, calls);
      if (ofDay >= BURST_BEGINS && ofDay < BURST_BEGINS + BURST_SECONDS) callsInBurst += now.reduce((a, b) => a + b, 0);
    }
    now.fill(0);
  }
  const sweepCalls = new Float64Array(DAY_MINUTES);
  for (const [index, { minutes }] of TRAFFIC.slow.entries()) addDue(sweepCalls, cohorts[index] ?? [], minutes);
  return {
    events: seen,
    highestRate,
    highestShardCalls,
    meanShardCallsInBurst: callsInBurst / BURST_SECONDS / shards,
    sweepCalls,
  };
}

function add(counts: Uint32Array | undefined, index: number, much: number): void {
  if (counts) counts[index] = (counts[index] ?? 0) + much;
}

function homesOfRecords(records: number, shards: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: records }, () =>
    shardOf({ recordId: randomUuid(random), rule: "", dedupeKey: "" }, shards),
  );
}

function recordWeights(records: number): Float64Array {
  return Float64Array.from({ length: records }, (_, n) => (n + 1) ** -TRAFFIC.recordExponent);
}

/** @returns -1 for a run that the fast path sees to its end */
function slowClass(random: Random): number {
  let left = random();
  for (const [index, { share }] of TRAFFIC.slow.entries()) {
    left -= share;
    if (left < 0) return index;
  }
  return -1;
}

/**
 * Adds what sweeps of the second day find due of runs that last so long: a call for each poll, and three in the first minute of theirs
 * after the end.
 *
 * @param cohorts by minute of both days, how many began in it; of these, by their own minute within the hour
 */
export function addDue(due: Float64Array, cohorts: readonly Uint32Array[], minutes: number): void {
  const last = minutes + pollIntervalMinutes(minutes * MINUTE_MS);
  for (const [began, slots] of cohorts.entries()) {
    for (let age = Math.max(1, DAY_MINUTES - began); age < last && began + age < 2 * DAY_MINUTES; age++) {
      const interval = pollIntervalMinutes(age * MINUTE_MS);
      let polled = 0;
      const first = (interval - ((began + age) % interval)) % interval;
      for (let slot = first; slot < HOUR_MINUTES; slot += interval) polled += slots[slot] ?? 0;
      const at = began + age - DAY_MINUTES;
      due[at] = (due[at] ?? 0) + polled * (age < minutes ? 1 : CALLS_OF_AN_END);
    }
  }
}
