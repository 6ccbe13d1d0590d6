// Listing: newest first over all shards, filtered, and page by page without gaps or repeats.
import { describe, it } from "vitest";
import type { ExecutionFilter, Ledger } from "../../../src/bridge/ports.ts";
import { attempted } from "../../../src/core/attempt.ts";
import {
  admission,
  admitAll,
  admitNew,
  advance,
  delivered,
  finished,
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

export function listContract({ open }: LedgerUnderTest): void {
  it("is empty where nothing was admitted", async ({ expect }) => {
    expect(await open().list({ limit: 10 })).toEqual({ executions: [], next: null });
  });

  it("gives the newest first, over all shards", async ({ expect }) => {
    const ledger = open();
    const ids: string[] = [];
    for (const n of times(30, (each) => each)) ids.unshift((await admitNew(ledger, nth(n), NOW + n)).id);
    const page = await ledger.list({ limit: 100 });
    expect(idsOf(page.executions)).toEqual(ids);
    expect(page.next).toBeNull();
  });

  it("gives what get gives, without the payloads", async ({ expect }) => {
    const ledger = open();
    const end = await advance(ledger, await admitNew(ledger), running, (execution) => finished(execution));
    const { start: _start, result: _result, event, ...rest } = end;
    const { data: _data, ...eventRest } = event;
    expect((await ledger.list({ limit: 1 })).executions).toEqual([{ ...rest, event: eventRest }]);
  });

  describe("filters", () => {
    const filters: [Omit<ExecutionFilter, "limit">, string[]][] = [
      [{ state: "starting" }, ["fresh", "typeform", "other-rule"]],
      [{ state: "succeeded" }, ["told", "silent"]],
      [{ state: "failed" }, ["dead-letter"]],
      [{ state: "held" }, ["held"]],
      [{ state: "expired" }, []],
      [{ delivery: "delivered" }, ["told"]],
      [{ delivery: "exhausted" }, ["dead-letter"]],
      [{ delivery: "due" }, ["fresh", "typeform", "other-rule", "running", "held"]],
      [{ callback: "audit" }, ["dead-letter"]],
      [{ callback: "crm", delivery: "exhausted" }, []],
      [{ callback: "audit", delivery: "exhausted" }, ["dead-letter"]],
      [{ callback: "crm", delivery: "delivered" }, ["told", "dead-letter"]],
      [{ callback: "audit", rule: "stop" }, []],
      [{ callback: "%" }, []],
      [{ rule: "stop" }, ["other-rule"]],
      [{ rule: "sto" }, []],
      [{ source: "typeform" }, ["typeform"]],
      [{ eventId: "evt_that_is_not_there" }, []],
      [{ runId: "run_that_is_not_there" }, []],
      [{ recordId: recordId(7) }, ["running", "told", "dead-letter"]],
      [{ recordId: recordId(999) }, []],
      [{ recordId: recordId(7), state: "succeeded" }, ["told"]],
      [{ recordId: recordId(7), rule: "stop" }, []],
      [{ state: "succeeded", delivery: "delivered", rule: "kyb-on-subscription", source: "stripe" }, ["told"]],
    ];

    it.for(filters)("by %o", async ([filter, keys], { expect }) => {
      const ledger = open();
      await fill(ledger);
      const page = await ledger.list({ ...filter, limit: 50 });
      expect(page.executions.map(({ dedupeKey }) => dedupeKey).toSorted()).toEqual(keys.toSorted());
    });

    it("by time of admission: from one moment on, and before another", async ({ expect }) => {
      const ledger = open();
      const ids: string[] = [];
      for (const n of [0, 1, 2, 3]) ids.push((await admitNew(ledger, nth(n), NOW + n)).id);
      const listed = async (filter: Omit<ExecutionFilter, "limit">) => {
        const { executions } = await ledger.list({ ...filter, limit: 10 });
        return idsOf(executions).map((id) => ids.indexOf(id));
      };
      expect(await listed({ since: NOW + 2 })).toEqual([3, 2]);
      expect(await listed({ until: NOW + 2 })).toEqual([1, 0]);
      expect(await listed({ since: NOW + 1, until: NOW + 3 })).toEqual([2, 1]);
      expect(await listed({ since: NOW + 1, until: NOW + 3, before: ids[2] ?? "" })).toEqual([1]);
      expect(await listed({ since: NOW, recordId: recordId(1) })).toEqual([1]);
      expect(await listed({ since: NOW + 4 })).toEqual([]);
    });

    it("follow an execution from state to state", async ({ expect }) => {
      const ledger = open();
      const fresh = await admitNew(ledger);
      await save(ledger, running(fresh));
      expect((await ledger.list({ state: "starting", limit: 5 })).executions).toEqual([]);
      expect(idsOf((await ledger.list({ state: "running", limit: 5 })).executions)).toEqual([fresh.id]);
    });
  });

  describe("paging", () => {
    it.for([1, 7, 39, 40, 41])(
      "meets each of forty once, in pages of %d, while new ones come in",
      async (limit, { expect }) => {
        const ledger = open();
        // Five to a millisecond, so that rows of several shards have the same age.
        for (const n of times(8, (each) => each)) {
          await admitAll(
            ledger,
            times(5, (m) => nth(5 * n + m)),
            NOW + n,
          );
        }
        const order = idsOf((await ledger.list({ limit: 100 })).executions);
        expect(order).toHaveLength(40);

        const seen: string[] = [];
        let before: string | null = null;
        let pages = 0;
        do {
          const page = await ledger.list({ limit, ...(before === null ? {} : { before }) });
          expect(page.executions.length).toBeLessThanOrEqual(limit);
          seen.push(...idsOf(page.executions));
          before = page.next;
          await admitNew(ledger, nth(1_000 + pages), NOW + 1_000 + pages);
          pages++;
        } while (before !== null);
        expect(seen).toEqual(order);
        expect(pages).toBe(Math.ceil(40 / limit));
      },
    );

    it("keeps to the filter", async ({ expect }) => {
      const ledger = open();
      for (const n of times(10, (each) => each)) {
        await admitNew(ledger, admission({ recordId: recordId(n % 2), dedupeKey: `sub_${n}` }), NOW + n);
      }
      const first = await ledger.list({ recordId: recordId(1), limit: 3 });
      const rest = await ledger.list({ recordId: recordId(1), limit: 3, before: first.next ?? "" });
      const keys = [...first.executions, ...rest.executions].map(({ dedupeKey }) => dedupeKey);
      expect(keys).toEqual(["sub_9", "sub_7", "sub_5", "sub_3", "sub_1"]);
      expect(rest.next).toBeNull();
    });

    it("goes on from an execution that is gone", async ({ expect }) => {
      const ledger = open();
      const ids: string[] = [];
      for (const n of [0, 1, 2]) ids.push((await admitNew(ledger, nth(n), NOW + 1_000 * n)).id);
      const page = await ledger.list({ limit: 5, before: ids[2]?.replace(/.$/, "0") ?? "" });
      expect(idsOf(page.executions)).toEqual([ids[1], ids[0]]);
    });
  });
}

function nth(n: number) {
  return admission({ recordId: recordId(n), dedupeKey: `sub_${n}` });
}

/** One execution for each thing that one can filter by; its dedupe key is its name. */
async function fill(ledger: Ledger): Promise<void> {
  const named = (dedupeKey: string, wanted: Parameters<typeof admission>[0] = {}) =>
    admitNew(ledger, admission({ dedupeKey, ...wanted }));
  const ofRecord = { recordId: recordId(7) };
  await named("fresh");
  await named("typeform", { source: "typeform" });
  await named("other-rule", { rule: "stop" });
  await save(ledger, running(await named("running", ofRecord)));
  await advance(ledger, await named("told", ofRecord), running, told);
  await advance(ledger, await named("silent", { callbacks: [] }), running, (execution) => finished(execution));
  await save(ledger, parked(await named("held")));
  const twice = await named("dead-letter", { ...ofRecord, callbacks: ["crm", "audit"] });
  const end = delivered(finished(await save(ledger, running(twice)), NOW, null, "failed"));
  const gone = { delivered: false, detail: "410", durationMs: 1, final: true } as const;
  await save(ledger, attempted(end, "audit", gone, NOW, 0));
}
