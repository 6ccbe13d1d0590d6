// Claiming: everything due is leased to one caller at a time, and comes back when the lease ends.
import { it } from "vitest";
import type { DueCursor } from "../../../src/bridge/ports.ts";
import { attempted } from "../../../src/core/attempt.ts";
import { type Execution, requeued } from "../../../src/core/execution.ts";
import { LEASE_MS, START_GIVE_UP_MS } from "../../../src/core/retry.ts";
import {
  admission,
  admitAll,
  admitNew,
  advance,
  claimAll,
  claimedIds,
  DAY_MS,
  finished,
  HOUR_MS,
  idsOf,
  type LedgerUnderTest,
  NOW,
  parked,
  recordId,
  running,
  save,
  times,
  told,
} from "./executions.ts";

/** So many of one record, hence in one shard, that no single claim carries them. */
const MANY = 70;

export function claimContract({ open }: LedgerUnderTest): void {
  it("leaves a fresh execution to whoever admitted it, until the lease ends", async ({ expect }) => {
    const ledger = open();
    const { id } = await admitNew(ledger);
    expect(await claimedIds(ledger, NOW + LEASE_MS - 1)).toEqual([]);
    expect(await claimedIds(ledger, NOW + LEASE_MS)).toEqual([id]);
  });

  it("gives a second caller nothing until the first one's lease ends", async ({ expect }) => {
    const ledger = open();
    const { id } = await admitNew(ledger);
    const later = NOW + HOUR_MS;
    expect(await claimedIds(ledger, later)).toEqual([id]);
    expect(await claimedIds(ledger, later)).toEqual([]);
    expect(await claimedIds(ledger, later + LEASE_MS - 1)).toEqual([]);
    expect(await claimedIds(ledger, later + LEASE_MS)).toEqual([id]);
  });

  it("leaves alone what waits for a start at an engine that is shut, and nothing else", async ({ expect }) => {
    const ledger = open();
    const at = (engine: string, id: number) => admission({ engine, recordId: recordId(id), onUncertainStart: "hold" });
    const waiting = await admitNew(ledger, at("down", 1));
    const other = await admitNew(ledger, at("up", 2));
    const lost = await admitNew(ledger, { ...at("down", 3), onUncertainStart: "retry" });
    const polled = await advance(
      ledger,
      await admitNew(ledger, { ...at("down", 4), onUncertainStart: "retry" }),
      running,
    );
    const claimed = async (now: number) => {
      const batches = await Promise.all(times(ledger.shards, (shard) => ledger.claim(shard, now, null, ["down"])));
      return idsOf(batches.flatMap(({ executions }) => executions)).toSorted();
    };
    expect(await claimed(NOW + HOUR_MS)).toEqual([other.id, lost.id, polled.id].toSorted());
    expect(await ledger.get(waiting.id)).toEqual(waiting);
    expect(await claimed(NOW + START_GIVE_UP_MS)).not.toContain(waiting.id);
    expect(await claimed(NOW + START_GIVE_UP_MS + 1)).toContain(waiting.id);
  });

  it("gives the execution whole, as it can be read and saved", async ({ expect }) => {
    const ledger = open();
    const admitted = await admitNew(ledger, admission({ onUncertainStart: "hold" }));
    const [claimed] = await claimAll(ledger, NOW + HOUR_MS);
    expect(claimed).toEqual({ ...admitted, dueAt: NOW + HOUR_MS + LEASE_MS, version: claimed?.version });
    expect(await ledger.get(admitted.id)).toEqual(claimed);
    expect(await ledger.save(requeued(claimed as Execution, { at: NOW, step: "start", outcome: "throttled" }, 0))).toBe(
      "saved",
    );
  });

  it("takes the execution from a caller whose lease has ended: only the new one may save", async ({ expect }) => {
    const ledger = open();
    await admitNew(ledger);
    const [slow] = await claimAll(ledger, NOW + LEASE_MS);
    const [quick] = await claimAll(ledger, NOW + 2 * LEASE_MS);
    expect(quick?.id).toBe(slow?.id);
    expect(await ledger.save(running(slow as Execution))).toBe("conflict");
    expect(await ledger.save(running(quick as Execution))).toBe("saved");
  });

  it("takes a fresh execution from a fast path that took longer than its lease", async ({ expect }) => {
    const ledger = open();
    const fresh = await admitNew(ledger);
    await claimAll(ledger, NOW + LEASE_MS);
    expect(await ledger.save(running(fresh))).toBe("conflict");
  });

  it("walks over more than one claim carries, and meets every execution once", async ({ expect }) => {
    const ledger = open();
    const admitted = await admitAll(
      ledger,
      times(MANY, (n) => admission({ dedupeKey: `sub_${n}` })),
    );
    const ids = await claimedIds(ledger, NOW + HOUR_MS);
    expect(ids.toSorted()).toEqual(idsOf(admitted.map(({ execution }) => execution)).toSorted());
    expect(await claimedIds(ledger, NOW + HOUR_MS)).toEqual([]);
  });

  it("shares what is due between two walks at the same time", async ({ expect }) => {
    const ledger = open();
    await admitAll(
      ledger,
      times(MANY, (n) => admission({ dedupeKey: `sub_${n}`, recordId: recordId(n % 3) })),
    );
    const [one, other] = await Promise.all([claimedIds(ledger, NOW + HOUR_MS), claimedIds(ledger, NOW + HOUR_MS)]);
    expect(one.length + other.length).toBe(MANY);
    expect(new Set([...one, ...other]).size).toBe(MANY);
  });

  it("goes on from a cursor, and does not look back", async ({ expect }) => {
    const ledger = open();
    for (const n of times(MANY, (each) => each)) await admitNew(ledger, admission({ dedupeKey: `sub_${n}` }), NOW + n);
    const after: DueCursor = { dueAt: NOW + LEASE_MS + MANY - 2, row: Number.MAX_SAFE_INTEGER };
    const batches = await Promise.all(times(ledger.shards, (shard) => ledger.claim(shard, NOW + HOUR_MS, after)));
    expect(batches.flatMap(({ executions }) => executions).map(({ dedupeKey }) => dedupeKey)).toEqual(["sub_69"]);
    expect(batches.every(({ next }) => next === null)).toBe(true);
  });

  it("gives the longest due first", async ({ expect }) => {
    const ledger = open();
    for (const n of [3, 1, 2]) await admitNew(ledger, admission({ dedupeKey: `sub_${n}` }), NOW + n);
    const claimed = await claimAll(ledger, NOW + HOUR_MS);
    expect(claimed.map(({ dedupeKey }) => dedupeKey)).toEqual(["sub_1", "sub_2", "sub_3"]);
  });

  it("gives an execution back to the queue at the time that its caller has set", async ({ expect }) => {
    const ledger = open();
    const fresh = await admitNew(ledger);
    await save(ledger, requeued(fresh, { at: NOW, step: "start", outcome: "throttled" }, 10_000));
    expect(await claimedIds(ledger, NOW + 9_999)).toEqual([]);
    expect(await claimedIds(ledger, NOW + 10_000)).toEqual([fresh.id]);
  });

  it("gives an end whose callback failed again when the next attempt is due, and never before", async ({ expect }) => {
    const ledger = open();
    const end = finished(await advance(ledger, await admitNew(ledger), running), NOW, { score: 1 });
    const failed = attempted(end, "crm", { delivered: false, detail: "503", durationMs: 1 }, NOW, 0);
    await save(ledger, failed);
    expect(await claimedIds(ledger, NOW + 4_999)).toEqual([]);
    expect(await claimAll(ledger, NOW + 5_000)).toMatchObject([{ id: end.id, result: { score: 1 } }]);
  });

  it("never gives what is held, ended and delivered, or ended with nobody to tell", async ({ expect }) => {
    const ledger = open();
    const [one, two, three] = await Promise.all([
      admitNew(ledger, admission({ dedupeKey: "held" })),
      admitNew(ledger, admission({ dedupeKey: "delivered" })),
      admitNew(ledger, admission({ dedupeKey: "silent", callbacks: [] })),
    ]);
    await save(ledger, parked(one));
    await advance(ledger, two, running, told);
    await advance(ledger, three, running, (execution) => finished(execution));
    await admitNew(
      ledger,
      admission({ dedupeKey: "invalid", callbacks: [], start: null, over: { state: "invalid", reason: "no" } }),
    );
    expect(await claimedIds(ledger, NOW + 400 * DAY_MS)).toEqual([]);
  });

  it("gives an invalid execution to the sweep, like any other, where a callback is to be told", async ({ expect }) => {
    const ledger = open();
    const { id } = await admitNew(ledger, admission({ start: null, over: { state: "invalid", reason: "no" } }));
    expect(await claimedIds(ledger, NOW + LEASE_MS - 1)).toEqual([]);
    expect(await claimedIds(ledger, NOW + LEASE_MS)).toEqual([id]);
  });
}
