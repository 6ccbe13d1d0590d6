// Another number of shards, on a ledger that is in use: no dedupe key is forgotten, nothing is started twice, nothing is left
// lying where nobody looks; also while some Workers know the new number and others do not yet.
import { evictDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, it } from "vitest";
import type { Ledger } from "../../src/bridge/ports.ts";
import { shardOf } from "../../src/ledger/shard.ts";
import {
  admission,
  admit,
  admitAll,
  admitDuplicate,
  admitNew,
  claimedIds,
  DAY_MS,
  idsOf,
  NOW,
  purgeAll,
  recordId,
  running,
  save,
  times,
  told,
  WINDOW_MS,
} from "../contract/ledger/executions.ts";
import { openLedger, ownShards, type Shards } from "./ledger-objects.ts";
import { countRowsWritten } from "./rows-counted.ts";

/** The same ledger under the configurations before and after the change. */
function layouts(namespace: Shards = ownShards(), [from, to] = [8, 16]) {
  return {
    namespace,
    before: openLedger(namespace, from, { revision: 1 }),
    after: openLedger(namespace, to, { formerShards: [from], revision: 2 }),
  };
}

const MANY = 20;
const recordOf = (n: number) => admission({ recordId: recordId(n), dedupeKey: `sub_${n}` });
const keyOf = (n: number) => admission({ recordId: null, dedupeKey: `order_${n}` });

describe.for([
  ["more", [8, 16]],
  ["fewer", [16, 8]],
  ["another number of", [8, 11]],
] as const)("%s shards", ([, [from, to]]) => {
  it("forget no key, with a record and without", async ({ expect }) => {
    const { before, after } = layouts(ownShards(), [from, to]);
    const all = times(MANY, (n) => (n % 2 ? recordOf(n) : keyOf(n)));
    const first = await admitAll(before, all);
    const again = await admitAll(after, all, NOW + 1);
    expect(again.map(({ outcome }) => outcome)).toEqual(times(MANY, () => "duplicate"));
    expect(idsOf(again.map(({ execution }) => execution))).toEqual(idsOf(first.map(({ execution }) => execution)));
  });

  it("are swept, listed and purged to the last execution", async ({ expect }) => {
    const { before, after } = layouts(ownShards(), [from, to]);
    const old = await admitAll(before, times(MANY, recordOf));
    const fresh = await admitAll(
      after,
      times(MANY, (n) => recordOf(n + MANY)),
    );
    const ids = idsOf([...old, ...fresh].map(({ execution }) => execution)).toSorted();
    expect((await claimedIds(after, NOW + DAY_MS)).toSorted()).toEqual(ids);
    expect(idsOf((await after.list({ limit: 200 })).executions).toSorted()).toEqual(ids);
    for (const each of [...old, ...fresh]) {
      const execution = await after.get(each.execution.id);
      if (execution) await save(after, told(await save(after, running(execution))));
    }
    expect(await purgeAll(after, NOW + 400 * DAY_MS)).toBe(2 * MANY);
  });
});

describe("a record that lives in its former shard", () => {
  it("stays there for as long as a window of it is open, and then moves", async ({ expect }) => {
    const { before, after } = layouts();
    const moving = movingRecord();
    const { id } = await admitNew(before, moving);
    const other = { ...moving, dedupeKey: "another key" };
    expect(shardIn((await admitNew(after, other, NOW + 1)).id)).toBe(shardIn(id));
    const later = await admitNew(after, moving, NOW + 1 + WINDOW_MS);
    expect(shardIn(later.id), "an execution goes on there").toBe(shardIn(id));
    for (const each of (await after.list({ limit: 10 })).executions) {
      const execution = await after.get(each.id);
      if (execution) await save(after, told(await save(after, running(execution))));
    }
    const moved = await admitNew(after, moving, NOW + 3 * WINDOW_MS);
    expect(shardIn(moved.id)).not.toBe(shardIn(id));
    const page = await after.list({ limit: 10, recordId: moving.recordId ?? "" });
    expect(page.executions, "everything about it is found all the same").toHaveLength(4);
  });

  it("is canceled there", async ({ expect }) => {
    const { before, after } = layouts();
    for (const [n, moving] of [movingRecord(), keyOf(1), keyOf(2), keyOf(3)].entries()) {
      const target = await admitNew(before, { ...moving, rule: "starts" });
      const cancel = { rule: "starts", dedupeKey: moving.dedupeKey };
      const stop = { ...moving, rule: "stop", dedupeKey: `stop ${n}`, start: null, callbacks: [], cancel };
      expect((await admitNew(after, stop)).canceled).toEqual([{ id: target.id, run: "starting" }]);
    }
  });
});

describe("while the change spreads", () => {
  it("a Worker that knows only the former number admits nothing where one with the new number has been", async ({
    expect,
  }) => {
    const { before, after, namespace } = layouts();
    const moving = movingRecord();
    await admitNew(after, moving);
    expect(await before.admit([moving], NOW)).toMatchObject({ ok: false, error: { reason: "ledger-unavailable" } });
    await evictDurableObject(namespace.getByName(`ledger/${shardOf(moving, 8)}`));
    expect((await before.admit([moving], NOW)).ok, "not even after it was evicted").toBe(false);
    const restored = openLedger(namespace, 8, { formerShards: [16], revision: 3 });
    await admitDuplicate(restored, moving);
  });

  it("no key is started twice, whoever is asked in whatever order", { timeout: 60_000 }, async ({ expect }) => {
    const asked = fc.array(fc.record({ key: fc.nat(5), knows: fc.constantFrom("before", "after") }), { maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(asked, async (requests) => {
        const ledgers = layouts();
        const started = new Map<number, string>();
        await Promise.all(
          requests.map(async ({ key, knows }) => {
            const ledger: Ledger = ledgers[knows as "before" | "after"];
            // A sender that is told to come back does, once its Worker has read the new configuration.
            await ledger.admit([recordOf(key)], NOW);
            const answer = await admit(ledgers.after, recordOf(key));
            expect(started.get(key) ?? answer.execution.id).toBe(answer.execution.id);
            started.set(key, answer.execution.id);
          }),
        );
        const { executions } = await ledgers.after.list({ limit: 100 });
        expect(executions).toHaveLength(started.size);
      }),
      { numRuns: 25 },
    );
  });
});

describe("what the change costs", () => {
  it("is no row for an event, and one mark for each former shard", async ({ expect }) => {
    const { before, after, namespace } = layouts();
    const moving = movingRecord();
    const { id } = await admitNew(before, moving);
    const written = await countRowsWritten(namespace.getByName(`ledger/${shardIn(id)}`));
    await admitDuplicate(after, moving);
    expect(written()).toBe(1);
    await admitDuplicate(after, moving);
    expect(written()).toBe(0);
  });
});

/** An admission whose shard is another one after the change from 8 to 16. */
function movingRecord() {
  const moves = (n: number): boolean => shardOf(recordOf(n), 8) !== shardOf(recordOf(n), 16);
  return recordOf([...Array(100).keys()].find(moves) ?? 0);
}

function shardIn(id: string): number {
  return Number.parseInt(id.split("_")[1] ?? "", 36);
}
