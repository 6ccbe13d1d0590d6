// The ledger in memory, with the semantics of the Durable Object: the same shards and ids, windows, leases, versions and
// transitions. Everything goes in and out as JSON, as it does over RPC. test/contract/ledger-contract.ts holds both to
// their word. It does not bound a claim by size, and needs no tokens, since no call to it arrives twice.
import type { Admitted, ClaimedBatch, ExecutionSummary, Ledger } from "../../src/bridge/ports.ts";
import { admitted, type Delivery, type Execution, mayFollow } from "../../src/core/execution.ts";
import { ok } from "../../src/core/result.ts";
import { isPollMinute, LEASE_MS, START_GIVE_UP_MS } from "../../src/core/retry.ts";
import { addressOf, publicId, shardOf } from "../../src/ledger/shard.ts";

const CLAIM_BATCH = 12;
const POLL_LEASE_MS = 45_000;
const IDS_PER_MS = 1_000;
/** A result beyond this is dropped once every callback has it. */
const SMALL_RESULT_BYTES = 900 * 1024;
const DAY_MS = 86_400_000;

interface Row {
  readonly row: number;
  readonly shard: number;
  execution: Execution;
  readonly windowEndsAt: number;
  /** False once the window has passed and the key has gone to another. */
  holdsKey: boolean;
  /** Until when a poll of it belongs to someone. Written nowhere in the real ledger either. */
  pollLeasedUntil: number;
  /** Until when somebody is telling its end. Written nowhere either. */
  toldUntil: number;
}

export interface MemoryLedgerOptions {
  readonly shards?: number;
  readonly retentionMs?: number;
}

export function createMemoryLedger({ shards = 4, retentionMs = 30 * DAY_MS }: MemoryLedgerOptions = {}): Ledger {
  const rows = new Map<string, Row>();

  const inShard = (shard: number): Row[] =>
    [...rows.values()].filter((each) => each.shard === shard).sort((a, b) => a.row - b.row);

  function admitOne(fresh: Execution, now: number): Admitted {
    const shard = shardOf(fresh, shards);
    const known = inShard(shard).find((each) => each.holdsKey && keyOf(each.execution) === keyOf(fresh));
    if (known && known.windowEndsAt > now) return { outcome: "duplicate", execution: summaryOf(known.execution) };
    if (known) known.holdsKey = false;
    const row = Math.max((inShard(shard).at(-1)?.row ?? 0) + 1, now * IDS_PER_MS);
    const execution = { ...copyOf(fresh), id: publicId({ shard, row }) };
    const windowEndsAt = now + fresh.windowMs;
    rows.set(execution.id, { row, shard, execution, windowEndsAt, holdsKey: true, pollLeasedUntil: 0, toldUntil: 0 });
    return { outcome: "new", execution: copyOf(execution) };
  }

  /** What may have an effect is leased by its due time and version; a poll is leased beside the row. */
  function lease(each: Row, now: number): Execution[] {
    if (each.execution.run === "running") {
      if (each.pollLeasedUntil > now) return [];
      each.pollLeasedUntil = now + POLL_LEASE_MS;
    } else {
      each.execution = { ...each.execution, dueAt: now + LEASE_MS, version: each.execution.version + 1 };
    }
    return [copyOf(each.execution)];
  }

  return {
    shards,

    async admit(admissions, now) {
      return ok(admissions.map((admission) => admitOne(admitted("", admission, now), now)));
    },

    async claim(shard, now, after, shut = []): Promise<ClaimedBatch> {
      const due = inShard(shard)
        .filter(({ execution, row }) => !(shut.includes(execution.engine) && waitsForStart(execution, row, now)))
        .filter(({ execution }) => execution.dueAt !== null && execution.dueAt <= now)
        .filter((each) => after === null || compareDue(each, after) > 0)
        .filter(({ execution, row }) => execution.run !== "running" || isPolledNow(execution, row, now))
        .sort((a, b) => compareDue(a, { dueAt: b.execution.dueAt ?? 0, row: b.row }))
        .slice(0, CLAIM_BATCH);
      const last = due.at(-1);
      const next = last && due.length === CLAIM_BATCH ? { dueAt: last.execution.dueAt ?? 0, row: last.row } : null;
      return { executions: due.flatMap((each) => lease(each, now)), next };
    },

    async save(execution) {
      if (!addressOf(execution.id)) throw new Error(`not an execution id: ${execution.id}`);
      const stored = rows.get(execution.id);
      if (!stored || stored.execution.version !== execution.version) return "conflict";
      if (!mayFollow(stored.execution.run, execution.run)) return "conflict";
      stored.execution = { ...stored.execution, ...progressOf(copyOf(execution)), version: execution.version + 1 };
      stored.pollLeasedUntil = 0;
      stored.toldUntil = 0;
      return "saved";
    },

    async reserve({ id, version }, now) {
      const stored = rows.get(id);
      if (stored?.execution.version !== version || stored.toldUntil > now) return false;
      stored.toldUntil = now + POLL_LEASE_MS;
      return true;
    },

    async claimRuns(engine, runIds, now) {
      const own = [...rows.values()].filter(
        ({ execution: { run, runId, engine: of } }) =>
          run === "running" && of === engine && runId !== null && runIds.includes(runId),
      );
      return { known: own.length > 0, executions: own.flatMap((each) => lease(each, now)) };
    },

    async get(id) {
      const stored = rows.get(id);
      return stored ? copyOf(stored.execution) : null;
    },

    async list(filter) {
      const before = filter.before === undefined ? undefined : addressOf(filter.before);
      const found = [...rows.values()]
        .filter((each) => !before || compareNewest(each, before) > 0)
        .filter(({ execution }) => filter.state === undefined || execution.run === filter.state)
        .filter(({ execution }) => filter.delivery === undefined || deliveryOf(execution) === filter.delivery)
        .filter(({ execution }) => filter.rule === undefined || execution.rule === filter.rule)
        .filter(({ execution }) => filter.source === undefined || execution.event.source === filter.source)
        .filter(({ execution }) => filter.recordId === undefined || execution.recordId === filter.recordId)
        .sort(compareNewest);
      const executions = found.slice(0, filter.limit).map(({ execution }) => summaryOf(execution));
      return { executions, next: found.length > filter.limit ? (executions.at(-1)?.id ?? null) : null };
    },

    async purge(shard, now) {
      const over = inShard(shard).filter(({ execution }) => {
        const { endedAt, dueAt, admittedAt, windowMs } = execution;
        return endedAt !== null && dueAt === null && Math.max(admittedAt + windowMs, endedAt + retentionMs) <= now;
      });
      for (const { execution } of over) rows.delete(execution.id);
      return over.length;
    },
  };
}

function waitsForStart({ run }: Execution, row: number, now: number): boolean {
  return run === "queued" && row >= (now - START_GIVE_UP_MS) * IDS_PER_MS;
}

function keyOf({ recordId, rule, dedupeKey }: Execution): string {
  return JSON.stringify([recordId, rule, dedupeKey]);
}

/** Over (due time, row), as the walk goes. */
function compareDue(a: Row, b: { dueAt: number; row: number }): number {
  return (a.execution.dueAt ?? 0) - b.dueAt || a.row - b.row;
}

/** Newest first; rows of several shards may have the same number. */
function compareNewest(a: { row: number; shard: number }, b: { row: number; shard: number }): number {
  return b.row - a.row || b.shard - a.shard;
}

function isPolledNow({ startedAt }: Execution, row: number, now: number): boolean {
  return startedAt !== null && isPollMinute(now, startedAt, Math.floor(row / IDS_PER_MS));
}

/** What a step may change; the rest is written once, at admission. */
function progressOf(execution: Execution): Partial<Execution> {
  const { run, runId, reason, startAttempts, uncertainStarts, startedAt, expiresAt, finishedAt, endedAt } = execution;
  const { deliveries, timeline, dueAt } = execution;
  const progress = { run, runId, reason, startAttempts, uncertainStarts, startedAt, expiresAt, finishedAt, endedAt };
  return { ...progress, deliveries, timeline, dueAt, result: keptResult(execution) };
}

function keptResult(execution: Execution): Execution["result"] {
  if (execution.result === undefined || execution.dueAt !== null || deliveryOf(execution) !== "delivered")
    return execution.result;
  const bytes = new TextEncoder().encode(JSON.stringify(execution.result)).byteLength;
  return bytes > SMALL_RESULT_BYTES ? undefined : execution.result;
}

/** One word for all callbacks. */
function deliveryOf({ deliveries }: Execution): "none" | Delivery["state"] {
  const has = (state: Delivery["state"]): boolean => deliveries.some((delivery) => delivery.state === state);
  if (deliveries.length === 0) return "none";
  return has("exhausted") ? "exhausted" : has("due") ? "due" : "delivered";
}

function summaryOf(execution: Execution): ExecutionSummary {
  const { start: _start, result: _result, event, ...summary } = copyOf(execution);
  const { data: _data, ...attributes } = event;
  return { ...summary, event: attributes };
}

/** As over RPC: what the caller holds is never what is stored. */
function copyOf(execution: Execution): Execution {
  return { result: undefined, ...JSON.parse(JSON.stringify(execution)) };
}
