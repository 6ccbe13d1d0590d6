// How executions stand: counted in a shard over a bounded walk of its newest rows, and put together over all shards. Writes nothing.
import type { LedgerStats, StatsPart } from "../bridge/ports.ts";
import type { Execution } from "../core/execution.ts";
import { IDS_PER_MS } from "./shard.ts";
import { SELECT_BACKLOG, SELECT_NEWEST } from "./statements.ts";

/** Times of one shard that are kept: enough for a p95, and few enough to be sent. */
const SAMPLE = 200;

export interface StatsRow extends Omit<LedgerStats, "states" | "deliveries"> {
  readonly states: readonly { readonly state: string; readonly count: number }[];
  readonly deliveries: readonly { readonly callback: string; readonly state: string; readonly count: number }[];
}

interface Row extends Record<string, SqlStorageValue> {
  id: number;
  run: string;
  started_at: number | null;
  progress: string;
}

const FAILED: ReadonlySet<string> = new Set(["failed", "expired", "rejected", "invalid"]);

export interface StatsQuery {
  readonly since: number;
  readonly now: number;
  readonly limit: number;
  readonly parts: number;
}

export function statsOf(sql: SqlStorage, { since, now, limit, parts }: StatsQuery): StatsRow {
  const rows = sql.exec<Row>(SELECT_NEWEST, since * IDS_PER_MS, limit + 1).toArray();
  const partMs = Math.max((now - since) / parts, 1);
  const series = Array.from({ length: parts }, (_, n) => ({
    at: Math.floor(since + n * partMs),
    admitted: 0,
    succeeded: 0,
    failed: 0,
  }));
  const states = new Map<string, number>();
  const deliveries = new Map<string, { callback: string; state: string; count: number }>();
  const startMs: number[] = [];
  const deliveryMs: number[] = [];
  for (const { id, run, started_at, progress } of rows.slice(0, limit)) {
    states.set(run, (states.get(run) ?? 0) + 1);
    // Ids are the time of the admission.
    const admittedAt = Math.floor(id / IDS_PER_MS);
    const part = series[Math.min(Math.floor((admittedAt - since) / partMs), parts - 1)];
    if (part) {
      part.admitted++;
      if (run === "succeeded") part.succeeded++;
      else if (FAILED.has(run)) part.failed++;
    }
    const known: Pick<Execution, "deliveries" | "endedAt" | "timeline"> = JSON.parse(progress);
    for (const { callback, state } of known.endedAt === null ? [] : known.deliveries) {
      const key = JSON.stringify([callback, state]);
      deliveries.set(key, { callback, state, count: (deliveries.get(key)?.count ?? 0) + 1 });
    }
    if (started_at !== null) startMs.push(Math.max(started_at - admittedAt, 0));
    const told = known.timeline.find(({ step, outcome }) => step === "callback" && outcome === "delivered");
    if (told && known.endedAt !== null) deliveryMs.push(Math.max(told.at - known.endedAt, 0));
  }
  const { count, oldest } = sql.exec<{ count: number; oldest: number | null }>(SELECT_BACKLOG, now).one();
  return {
    looked: Math.min(rows.length, limit),
    complete: rows.length <= limit,
    states: [...states].map(([state, number]) => ({ state, count: number })),
    deliveries: [...deliveries.values()],
    startMs: sampled(startMs),
    deliveryMs: sampled(deliveryMs),
    backlog: count,
    oldestDueAt: oldest,
    series,
  };
}

/** Evenly out of the whole, in ascending order. */
function sampled(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length <= SAMPLE) return sorted;
  return Array.from({ length: SAMPLE }, (_, n) => sorted[Math.floor((n * (sorted.length - 1)) / (SAMPLE - 1))] ?? 0);
}

export function mergedStats(all: readonly StatsRow[]): LedgerStats {
  const states: Record<string, number> = {};
  const deliveries: Record<string, Record<string, number>> = {};
  for (const shard of all) {
    for (const { state, count } of shard.states) states[state] = (states[state] ?? 0) + count;
    for (const { callback, state, count } of shard.deliveries) {
      deliveries[callback] = { ...deliveries[callback], [state]: (deliveries[callback]?.[state] ?? 0) + count };
    }
  }
  const oldest = all.flatMap(({ oldestDueAt }) => (oldestDueAt === null ? [] : [oldestDueAt]));
  return {
    looked: all.reduce((sum, { looked }) => sum + looked, 0),
    complete: all.every(({ complete }) => complete),
    states,
    deliveries,
    startMs: all.flatMap(({ startMs }) => startMs).toSorted((a, b) => a - b),
    deliveryMs: all.flatMap(({ deliveryMs }) => deliveryMs).toSorted((a, b) => a - b),
    backlog: all.reduce((sum, { backlog }) => sum + backlog, 0),
    oldestDueAt: oldest.length === 0 ? null : Math.min(...oldest),
    series: mergedSeries(all),
  };
}

/** All shards divide the same time, so their parts are put together one by one. */
function mergedSeries(all: readonly StatsRow[]): StatsPart[] {
  return (all[0]?.series ?? []).map(({ at }, n) => {
    const parts = all.flatMap(({ series }) => series[n] ?? []);
    const sum = (name: "admitted" | "succeeded" | "failed"): number =>
      parts.reduce((total, part) => total + part[name], 0);
    return { at, admitted: sum("admitted"), succeeded: sum("succeeded"), failed: sum("failed") };
  });
}
