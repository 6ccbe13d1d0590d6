// Purging: an execution goes once its window and its retention have passed, and never while anything is owed.
import { it } from "vitest";
import { attempted } from "../../../src/core/attempt.ts";
import {
  admission,
  admitAll,
  admitNew,
  advance,
  DAY_MS,
  delivered,
  finished,
  type LedgerUnderTest,
  NOW,
  parked,
  purgeAll,
  recordId,
  running,
  save,
  times,
  told,
  WINDOW_MS,
} from "./executions.ts";

const FAR = NOW + 3_650 * DAY_MS;

export function purgeContract({ open, retentionMs }: LedgerUnderTest): void {
  it("deletes an execution once its retention has passed, counted from its end", async ({ expect }) => {
    const ledger = open();
    const endedAt = NOW + DAY_MS;
    const { id } = await advance(ledger, await admitNew(ledger), running, (execution) => told(execution, endedAt));
    expect(await purgeAll(ledger, endedAt + retentionMs - 1)).toBe(0);
    expect(await ledger.get(id)).not.toBeNull();
    expect(await purgeAll(ledger, endedAt + retentionMs)).toBe(1);
    expect(await ledger.get(id)).toBeNull();
    expect((await ledger.list({ limit: 5 })).executions).toEqual([]);
  });

  it("keeps an execution for as long as its key is remembered", async ({ expect }) => {
    const ledger = open();
    const windowMs = retentionMs + 30 * DAY_MS;
    const { id } = await advance(ledger, await admitNew(ledger, admission({ windowMs })), running, told);
    expect(await purgeAll(ledger, NOW + windowMs - 1)).toBe(0);
    expect(await ledger.get(id)).not.toBeNull();
    expect(await purgeAll(ledger, NOW + windowMs)).toBe(1);
    expect(await ledger.get(id)).toBeNull();
  });

  it("deletes an invalid execution that nobody waits for", async ({ expect }) => {
    const ledger = open();
    await admitNew(ledger, admission({ start: null, over: { state: "invalid", reason: "no" }, callbacks: [] }));
    expect(await purgeAll(ledger, NOW + retentionMs - 1)).toBe(0);
    expect(await purgeAll(ledger, NOW + retentionMs)).toBe(1);
  });

  it("never deletes what is under way, held, or not delivered yet", async ({ expect }) => {
    const ledger = open();
    const named = (dedupeKey: string) => admitNew(ledger, admission({ dedupeKey }));
    await named("starting");
    await admitNew(ledger, admission({ dedupeKey: "queued", onUncertainStart: "hold" }));
    await save(ledger, running(await named("running")));
    await save(ledger, parked(await named("held")));
    const end = finished(await advance(ledger, await named("failed callback"), running));
    await save(ledger, attempted(end, "crm", { delivered: false, detail: "503", durationMs: 1 }, NOW, 0));
    expect(await purgeAll(ledger, FAR)).toBe(0);
    expect((await ledger.list({ limit: 10 })).executions).toHaveLength(5);
  });

  it("keeps an execution while one of two callbacks is owed", async ({ expect }) => {
    const ledger = open();
    const fresh = await admitNew(ledger, admission({ callbacks: ["crm", "audit"] }));
    const end = finished(await advance(ledger, fresh, running));
    const half = await save(ledger, delivered(end));
    expect(await purgeAll(ledger, FAR)).toBe(0);
    await save(ledger, attempted(half, "audit", { delivered: true, status: 200, durationMs: 1 }, NOW, 0));
    expect(await purgeAll(ledger, FAR)).toBe(1);
  });

  it("keeps a key whose window was opened anew by a later execution", async ({ expect }) => {
    const ledger = open();
    const first = await advance(ledger, await admitNew(ledger), running, told);
    const later = NOW + Math.max(WINDOW_MS, retentionMs);
    const second = await admitNew(ledger, admission(), later);
    expect(await purgeAll(ledger, later)).toBe(1);
    expect(await ledger.get(first.id)).toBeNull();
    expect(await ledger.get(second.id)).toEqual(second);
    const [again] = await admitAll(ledger, [admission()], later + 1);
    expect(again).toMatchObject({ outcome: "duplicate", execution: { id: second.id } });
  });

  it("deletes each once, from every shard, and nothing when repeated", async ({ expect }) => {
    const ledger = open();
    for (const n of times(20, (each) => each)) {
      await advance(ledger, await admitNew(ledger, admission({ recordId: recordId(n) })), running, told);
    }
    expect(await purgeAll(ledger, FAR)).toBe(20);
    expect(await purgeAll(ledger, FAR)).toBe(0);
  });

  it("forgets the key together with the execution", async ({ expect }) => {
    const ledger = open();
    const { id } = await advance(ledger, await admitNew(ledger), running, told);
    await purgeAll(ledger, FAR);
    expect((await admitNew(ledger, admission(), FAR)).id).not.toBe(id);
  });
}
