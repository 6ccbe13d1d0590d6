// The ledger in memory, with the semantics of the Durable Object: the same shards and ids, windows, leases, versions and
// transitions. Everything goes in and out as JSON, as it does over RPC. test/contract/ledger-contract.ts holds both to
// their word. It does not bound a claim by size, and needs no tokens, since no call to it arrives twice.
import type { Admitted, ClaimedBatch, ExecutionFilter, ExecutionSummary, Ledger } from "../../src/bridge/ports.ts";
import { onRepeat } from "../../src/core/dedupe.ts";
import { admitted, applied, type Delivery, type Execution, mayFollow } from "../../src/core/execution.ts";
import { asKept } from "../../src/core/kept-payload.ts";
import { ok } from "../../src/core/result.ts";
import { isPollMinute, LEASE_MS, START_GIVE_UP_MS } from "../../src/core/retry.ts";
import { isActive } from "../../src/core/run-state.ts";
import { addressOf, IDS_PER_MS, publicId, shardOf } from "../../src/ledger/shard.ts";

const CLAIM_BATCH = 12;
const POLL_LEASE_MS = 45_000;
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
  const marks = new Map<string, number>();

  const inShard = (shard: number): Row[] =>
    [...rows.values()].filter((each) => each.shard === shard).sort((a, b) => a.row - b.row);

  function admitOne(fresh: Execution, now: number): Admitted {
    const shard = shardOf(fresh, shards);
    const sameKey = inShard(shard).filter(({ execution }) => keyOf(execution) === keyOf(fresh));
    const known = sameKey.find(({ holdsKey }) => holdsKey);
    const standing = inReplaysWay(fresh, sameKey);
    if (standing) return { outcome: "duplicate", execution: summaryOf(standing.execution) };
    if (known) {
      const verdict = verdictOn(fresh, known, sameKey, now);
      if (verdict === "duplicate") return { outcome: "duplicate", execution: summaryOf(known.execution) };
      if (verdict === "replace") {
        requestCancel(known, `event ${fresh.event.id}, for which the rule started anew`, now);
      }
      known.holdsKey = false;
    }
    const row = Math.max((inShard(shard).at(-1)?.row ?? 0) + 1, now * IDS_PER_MS);
    const admission = fresh.run === "moot" ? canceling(fresh, shard, now) : fresh;
    const execution = { ...copyOf(admission), id: publicId({ shard, row }) };
    const windowEndsAt = now + fresh.windowMs;
    rows.set(execution.id, { row, shard, execution, windowEndsAt, holdsKey: true, pollLeasedUntil: 0, toldUntil: 0 });
    return { outcome: "new", execution: copyOf(execution) };
  }

  function verdictOn(fresh: Execution, known: Row, sameKey: readonly Row[], now: number) {
    if (known.windowEndsAt <= now) return "new";
    if (known.execution.run === "shadow" && fresh.run !== "shadow") return "new";
    const sameEvent = sameKey.some(
      ({ execution: { run, event }, windowEndsAt }) =>
        (run !== "shadow" || fresh.run === "shadow") && windowEndsAt > now && event.dedupeKey === fresh.event.dedupeKey,
    );
    return onRepeat(fresh.onDuplicate, { run: known.execution.run, sameEvent });
  }

  /** What the same request has started before, or else whatever goes on under the key. */
  function inReplaysWay({ replay }: Execution, sameKey: readonly Row[]): Row | undefined {
    if (!replay) return undefined;
    const newest = sameKey.toReversed();
    return (
      newest.find(({ execution }) => execution.replay?.once === replay.once) ??
      newest.find(({ execution }) => isActive(execution.run))
    );
  }

  function canceling(cancel: Execution, shard: number, now: number): Execution {
    const { rule = "", dedupeKey = null } = cancel.cancel ?? {};
    const targets = inShard(shard)
      .filter(({ execution }) => execution.recordId === cancel.recordId && execution.rule === rule)
      .filter(({ execution }) => execution.run !== "shadow")
      .filter(({ execution }) => dedupeKey === null || execution.dedupeKey === dedupeKey)
      .reverse();
    for (const target of targets) requestCancel(target, `the rule "${cancel.rule}" at event ${cancel.event.id}`, now);
    const known = targets.map(({ execution: { id, run } }) => ({ id, run }));
    return applied(cancel, known, now);
  }

  function requestCancel(row: Row, by: string, now: number): void {
    const { run, cancelRequest, dueAt } = row.execution;
    if (!isActive(run)) return;
    const waits = run === "queued" || run === "running";
    row.execution = {
      ...row.execution,
      cancelRequest: cancelRequest ?? { at: now, by },
      dueAt: waits && dueAt !== null ? Math.min(dueAt, now) : dueAt,
    };
  }

  /** What may have an effect is leased by its due time and version; a poll is leased beside the row. */
  function lease(each: Row, now: number): Execution[] {
    if (each.execution.run === "running") {
      if (each.execution.cancelRequest === null && each.pollLeasedUntil > now) return [];
      each.pollLeasedUntil = now + POLL_LEASE_MS;
    } else {
      each.execution = { ...each.execution, dueAt: now + LEASE_MS, version: each.execution.version + 1 };
    }
    return [copyOf(each.execution)];
  }

  return {
    shards,

    async admit(admissions, now) {
      return ok(admissions.map((admission) => admitOne(asKept(admitted("", admission, now)), now)));
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
      const owed = stored.execution.dueAt !== null;
      const kept = asKept(execution);
      const result = keptResult(kept, owed);
      const progress = { ...progressOf(kept), result };
      stored.execution = copyOf({ ...stored.execution, ...progress, version: execution.version + 1 });
      stored.pollLeasedUntil = 0;
      stored.toldUntil = 0;
      return stored.execution.cancelRequest !== null && isActive(execution.run) ? "cancel-requested" : "saved";
    },

    async requestCancel(id, by, now) {
      const stored = rows.get(id);
      if (!stored) return "unknown";
      if (!isActive(stored.execution.run)) return "over";
      requestCancel(stored, by, now);
      return "requested";
    },

    async getAll(ids) {
      return ids.flatMap((id) => rows.get(id)?.execution ?? []).map(copyOf);
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
        .filter(({ execution }) => hasDelivery(execution, filter))
        .filter(({ execution }) => filter.rule === undefined || execution.rule === filter.rule)
        .filter(({ execution }) => filter.source === undefined || execution.event.source === filter.source)
        .filter(({ execution }) => filter.recordId === undefined || execution.recordId === filter.recordId)
        .filter(({ execution }) => filter.eventId === undefined || execution.event.id === filter.eventId)
        .filter(({ execution }) => filter.runId === undefined || execution.runId === filter.runId)
        .filter(({ row }) => row >= (filter.since ?? 0) * IDS_PER_MS)
        .filter(({ row }) => filter.until === undefined || row < filter.until * IDS_PER_MS)
        .sort(compareNewest);
      const executions = found.slice(0, filter.limit).map(({ execution }) => summaryOf(execution));
      return { executions, next: found.length > filter.limit ? (executions.at(-1)?.id ?? null) : null };
    },

    async counts(since) {
      const recent = [...rows.values()].filter(({ execution }) => execution.admittedAt >= since);
      const groups = Map.groupBy(recent, ({ execution: { rule, run } }) => JSON.stringify([rule, run]));
      return [...groups].map(([key, { length: count }]) => {
        const [rule, state] = JSON.parse(key);
        return { rule, state, count };
      });
    },

    /** Statistics are the real ledger's matter. */
    stats: () => Promise.reject(new Error("the ledger in memory has no statistics")),

    async goingOn(targets) {
      return targets.map(({ recordId, rule, dedupeKey }) =>
        [...rows.values()]
          .filter(({ execution }) => execution.recordId === recordId && execution.rule === rule)
          .filter(({ execution }) => dedupeKey === null || execution.dedupeKey === dedupeKey)
          .filter(({ execution }) => isActive(execution.run))
          .sort(compareNewest)
          .map(({ execution }) => summaryOf(execution)),
      );
    },

    async purge(shard, now) {
      const over = inShard(shard).filter(({ execution }) => {
        const { endedAt, dueAt, admittedAt, windowMs } = execution;
        return endedAt !== null && dueAt === null && Math.max(admittedAt + windowMs, endedAt + retentionMs) <= now;
      });
      for (const { execution } of over) rows.delete(execution.id);
      return over.length;
    },

    async owedBefore({ id, recordId, endedAt }, callback) {
      if (recordId === null || endedAt === null) return false;
      const own = rows.get(id)?.row ?? 0;
      return [...rows.values()].some(({ row, execution: other }) => {
        if (other.recordId !== recordId || other.id === id || other.endedAt === null) return false;
        const earlier = other.endedAt < endedAt || (other.endedAt === endedAt && row < own);
        return earlier && other.deliveries.some((each) => each.callback === callback && each.state === "due");
      });
    },

    /** Erasing is the real ledger's matter. */
    erase: () => Promise.reject(new Error("the ledger in memory erases nothing")),

    /** It keeps nothing on a disk that could fill up. */
    async sizes() {
      return Array.from({ length: shards }, () => 0);
    },

    async marks(beginning) {
      return new Map([...marks].filter(([name]) => name.startsWith(beginning)));
    },

    async setMarks(moved) {
      for (const [name, value] of moved) {
        if (value === null) marks.delete(name);
        else marks.set(name, Math.max(value, marks.get(name) ?? value));
      }
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

function isPolledNow({ startedAt, cancelRequest }: Execution, row: number, now: number): boolean {
  if (cancelRequest !== null) return true;
  return startedAt !== null && isPollMinute(now, startedAt, Math.floor(row / IDS_PER_MS));
}

/** What a step may change; the rest is written once, at admission. */
function progressOf(execution: Execution): Partial<Execution> {
  const { run, runId, reason, startAttempts, uncertainStarts, startedAt, expiresAt, finishedAt, endedAt } = execution;
  const { deliveries, timeline, dueAt, cancelAnsweredAt } = execution;
  const progress = { run, runId, reason, startAttempts, uncertainStarts, startedAt, expiresAt, finishedAt, endedAt };
  const dropped = execution.payloadDropped
    ? { payloadDropped: true as const, start: null, event: execution.event }
    : {};
  const left = execution.resultLeft ? { resultLeft: true as const } : {};
  return { ...progress, ...dropped, ...left, deliveries, timeline, dueAt, cancelAnsweredAt };
}

function keptResult(execution: Execution, owed: boolean): Execution["result"] {
  const needed = !owed || execution.dueAt !== null || deliveryOf(execution) !== "delivered";
  if (execution.result === undefined || needed) return execution.result;
  const bytes = new TextEncoder().encode(JSON.stringify(execution.result)).byteLength;
  return bytes > SMALL_RESULT_BYTES ? undefined : execution.result;
}

function hasDelivery(execution: Execution, { callback, delivery }: ExecutionFilter): boolean {
  if (callback === undefined) return delivery === undefined || deliveryOf(execution) === delivery;
  return execution.deliveries.some(
    (each) => each.callback === callback && (delivery === undefined || each.state === delivery),
  );
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
