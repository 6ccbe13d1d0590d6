// What only the Durable Object can show: calls that the runtime repeats, objects that are evicted, rows that were freed.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { attempted } from "../../src/core/attempt.ts";
import { admitted, type Execution } from "../../src/core/execution.ts";
import { LEASE_MS } from "../../src/core/retry.ts";
import type { LedgerShard } from "../../src/ledger/ledger-shard.ts";
import { type Candidate, toCandidate, toProgressRow } from "../../src/ledger/row.ts";
import { addressOf } from "../../src/ledger/shard.ts";
import {
  admission,
  admitAll,
  admitNew,
  advance,
  claimAll,
  claimedIds,
  DAY_MS,
  delivered,
  finished,
  idsOf,
  MINUTE_MS,
  NOW,
  recordId,
  running,
  save,
  times,
  told,
  WINDOW_MS,
} from "../contract/ledger/executions.ts";
import { openShard, RETENTION_MS, type ShardStub } from "./ledger-objects.ts";
import { countRowsWritten } from "./rows-counted.ts";

describe("a call that the runtime repeats", () => {
  it("to admit answers the same again and writes nothing", async ({ expect }) => {
    const { shard } = openShard();
    const rows = [candidate("sub_1"), candidate("sub_2"), candidate("sub_1")];
    const first = await shard.admit(rows, NOW, "token a", 0);
    const written = await countRowsWritten(shard);
    expect(await shard.admit(rows, NOW + 1, "token a", 0)).toEqual(first);
    expect(first?.map(({ outcome }) => outcome)).toEqual(["new", "new", "duplicate"]);
    expect(written()).toBe(0);
  });

  it("to admit after a window frees the key once", async ({ expect }) => {
    const { shard } = openShard();
    await shard.admit([candidate("sub_1")], NOW, "token a", 0);
    const later = NOW + WINDOW_MS;
    const first = await shard.admit([candidate("sub_1", later)], later, "token b", 0);
    expect(await shard.admit([candidate("sub_1", later)], later, "token b", 0)).toEqual(first);
    expect(await count(shard)).toBe(2);
  });

  it("to save is a save, and does not count twice", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const fresh = await admitNew(ledger);
    const id = addressOf(fresh.id)?.row ?? 0;
    const row = toProgressRow(running(fresh), RETENTION_MS);
    expect(await shard.save(id, 1, row, "token b")).toBe("saved");
    const written = await countRowsWritten(shard);
    expect(await shard.save(id, 1, row, "token b")).toBe("saved");
    expect(written()).toBe(0);
    expect((await ledger.get(fresh.id))?.version).toBe(2);
    expect(await shard.save(id, 1, row, "token c")).toBe("conflict");
  });

  it("to save is a conflict once someone else has saved since", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const fresh = await admitNew(ledger);
    const id = addressOf(fresh.id)?.row ?? 0;
    const row = toProgressRow(running(fresh), RETENTION_MS);
    await shard.save(id, 1, row, "token b");
    await save(ledger, { ...finished(running(fresh)), version: 2 });
    expect(await shard.save(id, 1, row, "token b")).toBe("conflict");
    expect((await ledger.get(fresh.id))?.run).toBe("succeeded");
  });

  it("to admit with one bad row among good ones stores none of them", async ({ expect }) => {
    const { shard } = openShard();
    const good = candidate("bad");
    const bad = { ...good, row: { ...good.row, rule: null } } as unknown as Candidate;
    const outcome = await runInDurableObject(shard, (object: LedgerShard) => {
      try {
        return object.admit([candidate("good"), bad], NOW, "token a", 0);
      } catch (thrown) {
        return String(thrown);
      }
    });
    expect(outcome).toContain("NOT NULL");
    expect(await count(shard)).toBe(0);
  });
});

describe("an object that is evicted", () => {
  it("between every two steps loses nothing of an execution", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const evict = () => evictDurableObject(shard);
    const fresh = await admitNew(ledger);
    await evict();
    expect(await ledger.get(fresh.id)).toEqual(fresh);
    await evict();
    const started = await save(ledger, running(fresh));
    await evict();
    const [polled] = await claimAll(ledger, NOW + LEASE_MS);
    expect(polled).toEqual(started);
    await evict();
    const failed = { delivered: false, detail: "503", durationMs: 1 } as const;
    await save(ledger, attempted(finished(polled as Execution, NOW, { score: 1 }), "crm", failed, NOW, 0));
    await evict();
    const [owed] = await claimAll(ledger, NOW + 5 * MINUTE_MS);
    expect(owed).toMatchObject({ id: fresh.id, run: "succeeded", result: { score: 1 } });
    await evict();
    expect(await claimedIds(ledger, NOW + 5 * MINUTE_MS), "still leased").toEqual([]);
    await evict();
    const over = await save(ledger, delivered(owed as Execution));
    await evict();
    expect(await ledger.get(fresh.id)).toEqual(over);
    expect(idsOf((await ledger.list({ limit: 5 })).executions)).toEqual([fresh.id]);
    await evict();
    expect(await ledger.admit([admission()], NOW + DAY_MS)).toMatchObject({ value: [{ outcome: "duplicate" }] });
    await evict();
    expect(await ledger.purge(0, NOW + 400 * DAY_MS)).toBe(1);
    await evict();
    expect(await ledger.get(fresh.id)).toBeNull();
  });

  it("forgets who polls, so that a poll is made twice at worst", async ({ expect }) => {
    const { ledger, shard } = openShard();
    await advance(ledger, await admitNew(ledger), running);
    const [one] = await claimAll(ledger, NOW + 2 * MINUTE_MS);
    await evictDurableObject(shard);
    const [other] = await claimAll(ledger, NOW + 2 * MINUTE_MS);
    expect(await ledger.save(told(one as Execution))).toBe("saved");
    expect(await ledger.save(told(other as Execution))).toBe("conflict");
  });

  it("still recognises a call that is repeated", async ({ expect }) => {
    const { shard } = openShard();
    const first = await shard.admit([candidate("sub_1")], NOW, "token a", 0);
    await evictDurableObject(shard);
    expect(await shard.admit([candidate("sub_1")], NOW, "token a", 0)).toEqual(first);
  });
});

describe("a key whose window has passed", () => {
  it("is still told of the execution that had it", async ({ expect }) => {
    const { ledger } = openShard();
    const first = await admitNew(ledger);
    const second = await admitNew(ledger, admission(), NOW + WINDOW_MS);
    expect((await ledger.get(first.id))?.dedupeKey).toBe("sub_1");
    const page = await ledger.list({ limit: 5 });
    expect(page.executions.map(({ id, dedupeKey }) => [id, dedupeKey])).toEqual([
      [second.id, "sub_1"],
      [first.id, "sub_1"],
    ]);
  });

  it("is freed whatever other keys a sender has thought of", async ({ expect }) => {
    const { ledger } = openShard();
    const first = await admitNew(ledger);
    const row = addressOf(first.id)?.row;
    for (const dedupeKey of [`sub_1 ${row}`, `sub_1${row}`, `${row}`]) await admitNew(ledger, admission({ dedupeKey }));
    const second = await admitNew(ledger, admission(), NOW + WINDOW_MS);
    expect(second.id).not.toBe(first.id);
  });

  it("does not stand in the way of a key that reads like it", async ({ expect }) => {
    const { ledger } = openShard();
    const first = await admitNew(ledger);
    await admitNew(ledger, admission(), NOW + WINDOW_MS);
    const alike = admission({ dedupeKey: `sub_1 ${addressOf(first.id)?.row}` });
    await admitNew(ledger, alike, NOW + WINDOW_MS);
    const again = await ledger.admit([alike, admission()], NOW + WINDOW_MS);
    expect(again).toMatchObject({ ok: true, value: [{ outcome: "duplicate" }, { outcome: "duplicate" }] });
  });
});

describe("ids", () => {
  it("grow with every execution, even if the clock goes back", async ({ expect }) => {
    const { ledger } = openShard();
    const rows: number[] = [];
    for (const [n, at] of [NOW, NOW, NOW - DAY_MS, NOW + 1, NOW - 1].entries()) {
      const { id } = await admitNew(ledger, admission({ recordId: recordId(n) }), at);
      rows.push(addressOf(id)?.row ?? 0);
    }
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    expect(new Set(rows).size).toBe(rows.length);
    expect(rows[3]).toBe((NOW + 1) * 1_000);
  });
});

describe("purge", () => {
  it("passes over many that are under way, comes to those behind them, and begins anew", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const many = (name: string, count: number) => times(count, (n) => admission({ dedupeKey: `${name} ${n}` }));
    const over = { start: null, over: { state: "invalid", reason: "no" }, callbacks: [] } as const;
    await admitAll(ledger, many("under way", 700));
    await admitAll(
      ledger,
      many("over", 100).map((each) => ({ ...each, ...over })),
      NOW + 1,
    );
    const far = NOW + 400 * DAY_MS;
    const written = await countRowsWritten(shard);
    expect(await ledger.purge(0, far)).toBe(0);
    expect(written(), "the mark").toBeLessThanOrEqual(2);
    await evictDurableObject(shard);
    expect(await ledger.purge(0, far)).toBe(100);
    expect(await count(shard)).toBe(700);
    expect(await ledger.purge(0, far)).toBe(0);
    expect(await ledger.purge(0, far)).toBe(0);
  });

  it("takes large values with it", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const large = "x".repeat(2 * 1024 * 1024);
    const wanted = admission({ data: large, callbacks: [] });
    await advance(ledger, await admitNew(ledger, wanted), running, (started) => finished(started, NOW, large));
    expect(await count(shard, "chunks")).toBe(6);
    expect(await ledger.purge(0, NOW + 400 * DAY_MS)).toBe(1);
    expect(await count(shard, "chunks")).toBe(0);
  });
});

function candidate(dedupeKey: string, now = NOW): Candidate {
  return toCandidate(admitted("", admission({ dedupeKey }), now), RETENTION_MS);
}

function count(shard: ShardStub, table: "executions" | "chunks" = "executions"): Promise<number> {
  return runInDurableObject(
    shard,
    (_object, { storage }) => storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n,
  );
}
