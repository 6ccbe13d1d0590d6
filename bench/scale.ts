// How far the design goes, by computing alone: how evenly keys are placed, what a million to a hundred million events a day need and
// cost, where it stops and at what, and a simulated day beside the arithmetic. No workerd; the placing and the poll intervals are
// the project's own.
import { LedgerSettings } from "../src/core/config.ts";
import { BRIDGE, MEASURED_ADMISSIONS_PER_SECOND, PLATFORM, TRAFFIC } from "./assumed.ts";
import { dollarsPerMillionOf } from "./cost.ts";
import { simulateDay } from "./day.ts";
import { placed, SHAPES, spreadOf } from "./placing.ts";
import {
  CALLS_OF_AN_END,
  CALLS_PER_INVOCATION,
  ceilings,
  dollarsAMonth,
  HOTTEST,
  MOST,
  needsOf,
  pollsOf,
  ratesOf,
  SWEEP_CALLS,
  usedInAMonth,
} from "./sizing.ts";
import { storedBytesOfOne } from "./stored-bytes.ts";

const SHARD_COUNTS = [1, 4, 16, 64, 256];
const VOLUMES = [1_000_000, 10_000_000, 100_000_000];
/** In minutes. */
const RUN_LENGTHS = [
  ["10 minutes", 10],
  ["an hour", 60],
  ["6 hours", 360],
  ["a day", 1_440],
  ["a week", 10_080],
] as const;
const SEED = 20_261_126;

export async function scale({ keysOfEachShape = 2_000_000, volumes = VOLUMES } = {}): Promise<void> {
  placing(keysOfEachShape);
  const bytes = Math.round(storedBytesOfOne());
  assumptions(bytes);
  needs(volumes, bytes);
  money(volumes, bytes);
  stops(bytes);
  days(volumes, bytes);
}

function placing(keys: number): void {
  console.log(`### Placing\n\n${whole(keys)} keys of each shape, by the ledger's own shardOf.\n`);
  table("keys | shards | fewest | most | most / mean | deviation | binomial | ratio | percentile");
  for (const shape of SHAPES) {
    for (const counts of placed(shape, keys, SHARD_COUNTS)) {
      const { min, max, maxToMean, deviation, binomial, percentile } = spreadOf(counts);
      const even =
        counts.length === 1
          ? ["–", "–", "–", "–"]
          : [whole(deviation), whole(binomial), (deviation / binomial).toFixed(2), percentile.toFixed(2)];
      row(shape.name, counts.length, whole(min), whole(max), maxToMean.toFixed(4), ...even);
    }
  }
  console.log(
    "\nPercentile: how often a fair placing is at most as uneven (χ²). Only values very near 0 or 1 would tell.",
  );
}

function assumptions(bytes: number): void {
  const slow = TRAFFIC.slow.map(
    ({ name, minutes, share }) => `${percent(share)} ${name} (${whole(pollsOf(minutes))} polls)`,
  );
  console.log(`
### What is taken for granted

- Traffic, assumed: peak ${TRAFFIC.peakFactor} times the mean; ${percent(TRAFFIC.duplicates)} duplicates; of the fresh ${slow.join(", ")} and the rest within the fast path;
  ${percent(TRAFFIC.callbacksFailTwice)} of the callbacks fail twice first; ${TRAFFIC.callMs} ms a call to an engine or a callback; the most frequent of ${whole(TRAFFIC.records)} records has ${(HOTTEST * 100).toFixed(2)} % of the events.
- So sweeps make ${SWEEP_CALLS.toFixed(1)} calls for each fresh event, ${whole(CALLS_PER_INVOCATION)} at most in each invocation.
- A kept execution takes ${whole(bytes)} bytes (measured now: the ledger's schema in SQLite, a payload of ${whole(TRAFFIC.payloadBytes)}; ${whole(storedBytesOfOne(false))} with keepPayloads false), for ${BRIDGE.retentionDays} days.
- A shard takes ${PLATFORM.objectWritesPerSecond} calls a second that write and ${whole(PLATFORM.objectRequestsPerSecond)} of any kind (Cloudflare, soft). Seen here: ${MEASURED_ADMISSIONS_PER_SECOND} admissions a second (\`npm run bench -- ingress\`).`);
}

function needs(volumes: readonly number[], bytes: number): void {
  console.log("\n### What is needed\n");
  table(["", ...volumes.map((events) => `${whole(events)} a day`)].join(" | "));
  const all = volumes.map((events) => {
    const need = needsOf(events, bytes);
    return { ...need, ...ratesOf(events, need.shardsUsed) };
  });
  const line = (what: string, pick: (each: (typeof all)[number]) => string): void => row(what, ...all.map(pick));
  const atMost = (shards: number | undefined): string =>
    shards === undefined ? `**more than ${BRIDGE.maxShards}**` : whole(shards);
  line("events a second, mean / peak", ({ mean, peak }) => `${whole(mean)} / ${whole(peak)}`);
  line(`shards by admissions, ${MEASURED_ADMISSIONS_PER_SECOND}/s as seen here`, ({ shards }) =>
    atMost(shards.admissions),
  );
  line("shards by calls that write", ({ shards }) => atMost(shards.writes));
  line("shards by calls of any kind, worst second", ({ shards }) => atMost(shards.calls));
  line("shards by storage, the purge's lag included", ({ shards }) => atMost(shards.storage));
  line("shards counted with below", ({ shardsUsed }) => whole(shardsUsed));
  line("calls that write to the fullest shard, a second of the peak", ({ shardWrites }) => whole(shardWrites));
  line("days by which the purge is late", ({ purgeLagDays: days }) =>
    Number.isFinite(days) ? days.toFixed(1) : "**for ever**",
  );
  line("kept, GB", ({ storedGb }) => (Number.isFinite(storedGb) ? whole(storedGb) : "**no end**"));
  line("engines, each with a gate", ({ gates }) => whole(gates));
  line("sweep invocations in the peak, of 30 at most", ({ invocations: n }) =>
    n > BRIDGE.maxSweepInvocations ? `**${whole(n)}**` : whole(n),
  );
  line(`subrequests of one, of ${whole(PLATFORM.subrequests)}`, ({ subrequests }) => whole(subrequests));
  line(`connections of one at a time, of ${PLATFORM.connections}`, () => whole(PLATFORM.connections));
  line(`CPU of one, ms, of ${whole(PLATFORM.sweepCpuMs)}`, ({ cpuMs }) => whole(cpuMs));
  console.log(
    "\nBold is what the bridge cannot have. Sweeps begin every minute, the cron trigger's least; alarms are not used, so their rules bound nothing.",
  );
}

function money(volumes: readonly number[], bytes: number): void {
  console.log("\n### Dollars a month, gross\n");
  table(["", ...volumes.map((events) => `${whole(events)} a day`)].join(" | "));
  const months = volumes.map((events) => usedInAMonth(events, bytes));
  for (const what of Object.keys(months[0] ?? {}))
    row(what, ...months.map((month) => money2(dollarsPerMillionOf(month[what] ?? {}))));
  row("**together**", ...volumes.map((events) => money2(dollarsAMonth(events, bytes))));
}

function stops(bytes: number): void {
  const { shards, sweepInvocations } = LedgerSettings.parse({});
  const defaults = ceilings(bytes, { shards, sweepInvocations });
  console.log("\n### Where it stops, in events a day\n");
  table(
    `limit | ${MOST.shards} shards, ${MOST.sweepInvocations} invocations | ${shards} shards, ${sweepInvocations} invocations (the defaults) | beyond it`,
  );
  for (const { limit, eventsPerDay, beyond } of ceilings(bytes)) {
    const byDefault = defaults.find((each) => each.limit === limit)?.eventsPerDay ?? Number.NaN;
    row(limit, millions(eventsPerDay), millions(byDefault), beyond);
  }
  for (const [what, [first]] of [
    ["all that may be configured", ceilings(bytes)],
    ["the defaults", defaults],
  ] as const) {
    if (first)
      console.log(
        `\nWith ${what} the first is ${first.limit}: ${millions(first.eventsPerDay)} events a day, ${whole(first.eventsPerDay / 86_400)} a second.`,
      );
  }
  console.log(
    "\nSweeps are the first because of long runs. If all fresh events were runs of one length, on the mean of the day:\n",
  );
  table(`a run of | calls of sweeps | runs a day, ${MOST.sweepInvocations} invocations`);
  const callsPerDay = MOST.sweepInvocations * CALLS_PER_INVOCATION * 1_440;
  for (const [name, minutes] of RUN_LENGTHS) {
    const calls = pollsOf(minutes) - 1 + CALLS_OF_AN_END;
    row(name, whole(calls), millions(callsPerDay / calls));
  }
}

function days(volumes: readonly number[], bytes: number): void {
  console.log(`\n### A simulated day beside the arithmetic (seed ${SEED})\n`);
  table(["", ...volumes.flatMap((events) => [`${whole(events)} a day: computed`, "simulated"])].join(" | "));
  const both = volumes.map((events) => {
    const need = needsOf(events, bytes);
    const computed = ratesOf(events, need.shardsUsed, false);
    return { need, computed, seen: simulateDay({ events, shards: need.shardsUsed, seed: SEED }) };
  });
  const line = (what: string, pick: (each: (typeof both)[number]) => [string, string]): void =>
    row(what, ...both.flatMap(pick));
  line("events", ({ computed, seen }) => [whole(computed.mean * 86_400), whole(seen.events)]);
  line("events in the busiest second (computed: expected)", ({ computed, seen }) => [
    whole(computed.peak),
    whole(seen.highestRate),
  ]);
  line("calls to a shard a second, mean of the burst", ({ computed, seen }) => [
    computed.shardCalls.toFixed(1),
    seen.meanShardCallsInBurst.toFixed(1),
  ]);
  line("calls to one shard in its worst second", ({ computed, seen }) => [
    whole(computed.worstShardCalls),
    whole(seen.highestShardCalls),
  ]);
  line("calls due in a sweep, mean", ({ need, seen }) => [
    whole(need.sweepCallsPerMinute / TRAFFIC.peakFactor),
    whole(mean(seen.sweepCalls)),
  ]);
  line("calls due in the fullest sweep", ({ need, seen }) => [
    whole(need.sweepCallsPerMinute),
    whole(Math.max(...seen.sweepCalls)),
  ]);
  for (const invocations of [4, BRIDGE.maxSweepInvocations]) {
    const capacity = invocations * CALLS_PER_INVOCATION;
    line(`left over by the fullest sweep, ${invocations} invocations`, ({ need, seen }) => [
      whole(Math.max(0, need.sweepCallsPerMinute - capacity)),
      whole(Math.max(0, Math.max(...seen.sweepCalls) - capacity)),
    ]);
    line(`of a day's calls not made in their minute, ${invocations} invocations`, ({ seen }) => [
      "–",
      percent(leftOver(seen.sweepCalls, capacity)),
    ]);
  }
}

/** The part of what is due that is more than a sweep can do. A poll that falls out is made in a later minute of its own. */
function leftOver(due: Float64Array, capacity: number): number {
  const all = due.reduce((a, b) => a + b, 0);
  return due.reduce((sum, calls) => sum + Math.max(0, calls - capacity), 0) / all;
}

function mean(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function table(heads: string): void {
  console.log(`| ${heads} |\n|${"---|".repeat(heads.split(" | ").length)}`);
}

function row(...cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

const whole = (value: number): string => Math.round(value).toLocaleString("en");
const money2 = (dollars: number): string =>
  Number.isFinite(dollars)
    ? dollars.toLocaleString("en", { maximumFractionDigits: 2, minimumFractionDigits: 2 })
    : "**no end**";
const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const millions = (events: number): string => `${(events / 1e6).toFixed(events < 1e6 ? 2 : 1)} M`;
