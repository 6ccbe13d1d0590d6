// Admission: one execution per rule, record and key within the window, however often and however concurrently asked.
import { describe, it } from "vitest";
import {
  admission,
  admit,
  admitAll,
  admitDuplicate,
  admitNew,
  advance,
  idsOf,
  type LedgerUnderTest,
  NOW,
  recordId,
  running,
  save,
  times,
  told,
  WINDOW_MS,
} from "./executions.ts";

export function admitContract({ open }: LedgerUnderTest): void {
  it("gives a fresh execution an id, and holds exactly what it answered", async ({ expect }) => {
    const ledger = open();
    const execution = await admitNew(ledger);
    expect(execution).toMatchObject({ run: "starting", startAttempts: 1, version: 1, dedupeKey: "sub_1" });
    expect(await ledger.get(execution.id)).toEqual(execution);
  });

  it("records an execution whose rule failed as ended, with the reason", async ({ expect }) => {
    const ledger = open();
    const { id } = await admitNew(
      ledger,
      admission({ start: null, over: { state: "invalid", reason: "dedupe.key: gave nothing" } }),
    );
    expect(await ledger.get(id)).toMatchObject({ run: "invalid", reason: "dedupe.key: gave nothing", start: null });
  });

  it("admits nothing where nothing is asked", async ({ expect }) => {
    expect(await open().admit([], NOW)).toEqual({ ok: true, value: [] });
  });

  it("answers the same key with the first execution, as it stands by then", async ({ expect }) => {
    const ledger = open();
    const first = await admitNew(ledger);
    expect((await admitDuplicate(ledger, admission(), NOW + 1)).id).toBe(first.id);
    await save(ledger, running(first));
    expect(await admitDuplicate(ledger, admission(), NOW + 2)).toMatchObject({
      id: first.id,
      run: "running",
      runId: "run_1",
      version: 2,
    });
  });

  it("takes whatever else the duplicate carries for what the first one carried", async ({ expect }) => {
    const ledger = open();
    const first = await admitNew(ledger);
    await admitDuplicate(ledger, admission({ data: "other", windowMs: 1, callbacks: [] }), NOW + 1);
    expect(await ledger.get(first.id)).toEqual(first);
  });

  it("tells a duplicate without the payload", async ({ expect }) => {
    const ledger = open();
    await admitNew(ledger);
    const duplicate = await admitDuplicate(ledger, admission());
    expect(duplicate).not.toHaveProperty("start");
    expect(duplicate).not.toHaveProperty("result");
    expect(duplicate.event).not.toHaveProperty("data");
    expect(duplicate.event.type).toBe("customer.subscription.created");
  });

  describe("the window", () => {
    it("remembers a key up to its last millisecond, and not a millisecond longer", async ({ expect }) => {
      const ledger = open();
      const first = await admitNew(ledger);
      await admitDuplicate(ledger, admission(), NOW + WINDOW_MS - 1);
      const second = await admitNew(ledger, admission(), NOW + WINDOW_MS);
      expect(second.id).not.toBe(first.id);
      expect((await admitDuplicate(ledger, admission(), NOW + 2 * WINDOW_MS - 1)).id).toBe(second.id);
    });

    it("is that of the admission that was first, and holds long after the end", async ({ expect }) => {
      const ledger = open();
      const { id } = await advance(ledger, await admitNew(ledger), running, told);
      const again = await admitDuplicate(ledger, admission({ windowMs: 1 }), NOW + WINDOW_MS - 1);
      expect(again).toMatchObject({ id, run: "succeeded" });
    });

    it("frees the key over and over, and leaves every execution as it was", async ({ expect }) => {
      const ledger = open();
      const all = [];
      for (const turn of [0, 1, 2, 3]) all.push(await admitNew(ledger, admission(), NOW + turn * WINDOW_MS));
      expect(new Set(idsOf(all)).size).toBe(4);
      for (const each of all) expect(await ledger.get(each.id)).toEqual(each);
      const page = await ledger.list({ limit: 10, recordId: recordId(1) });
      expect(page.executions.map(({ dedupeKey }) => dedupeKey)).toEqual(["sub_1", "sub_1", "sub_1", "sub_1"]);
    });

    it("does not end an execution that is still under way when it passes", async ({ expect }) => {
      const ledger = open();
      const first = await save(ledger, running(await admitNew(ledger)));
      await admitNew(ledger, admission(), NOW + WINDOW_MS);
      await save(ledger, told(first, NOW + WINDOW_MS));
      expect(await ledger.get(first.id)).toMatchObject({ run: "succeeded", dueAt: null });
    });
  });

  it.for([
    ["rule", admission({ rule: "another-rule" })],
    ["record", admission({ recordId: recordId(2) })],
    ["key", admission({ dedupeKey: "sub_2" })],
    ["letter case of the key", admission({ dedupeKey: "SUB_1" })],
    ["record, which is none", admission({ recordId: null })],
  ] as const)("another %s is another execution", async ([, other], { expect }) => {
    const ledger = open();
    const first = await admitNew(ledger);
    const second = await admitNew(ledger, other);
    expect(second.id).not.toBe(first.id);
    expect((await admitDuplicate(ledger, other)).id).toBe(second.id);
    expect((await admitDuplicate(ledger, admission())).id).toBe(first.id);
  });

  it("does not take a rule and a key for another rule and key that read the same in a row", async ({ expect }) => {
    const ledger = open();
    const one = await admitNew(ledger, admission({ recordId: null, rule: "a", dedupeKey: "b c" }));
    const other = await admitNew(ledger, admission({ recordId: null, rule: "a b", dedupeKey: "c" }));
    expect(one.id).not.toBe(other.id);
  });

  it.for(["", " ", "sub_1 ", "'; DROP TABLE executions; --", "zażółć 😀", "%", "a\u0000b"])(
    "keeps the key %j as it is",
    async (dedupeKey, { expect }) => {
      const ledger = open();
      const first = await admitNew(ledger, admission({ dedupeKey }));
      expect(first.dedupeKey).toBe(dedupeKey);
      expect((await admitDuplicate(ledger, admission({ dedupeKey }))).id).toBe(first.id);
      expect((await ledger.get(first.id))?.dedupeKey).toBe(dedupeKey);
      await admitNew(ledger, admission());
    },
  );

  describe("several admissions in one call", () => {
    it("are answered in the order they were asked in, whichever shards they are in", async ({ expect }) => {
      const ledger = open();
      const admissions = times(40, (n) => admission({ recordId: recordId(n), dedupeKey: `sub_${n}` }));
      const third = admissions.filter((_, n) => n % 3 === 0);
      await admitAll(ledger, third);
      const answers = await admitAll(ledger, admissions, NOW + 1);
      expect(answers.map(({ execution }) => execution.dedupeKey)).toEqual(times(40, (n) => `sub_${n}`));
      expect(answers.map(({ outcome }) => outcome)).toEqual(times(40, (n) => (n % 3 === 0 ? "duplicate" : "new")));
      expect(new Set(answers.map(({ execution }) => execution.id)).size).toBe(40);
    });

    it("are one new and one duplicate where they have the same key", async ({ expect }) => {
      const ledger = open();
      const [one, other, third] = await admitAll(ledger, [admission(), admission(), admission()]);
      expect([one?.outcome, other?.outcome, third?.outcome]).toEqual(["new", "duplicate", "duplicate"]);
      expect(other?.execution.id).toBe(one?.execution.id);
      expect(third?.execution.id).toBe(one?.execution.id);
    });
  });

  it("starts one execution of fifty admissions of the same key at the same time", async ({ expect }) => {
    const ledger = open();
    const answers = await Promise.all(times(50, (n) => admit(ledger, admission(), NOW + n)));
    expect(answers.filter(({ outcome }) => outcome === "new")).toHaveLength(1);
    expect(new Set(answers.map(({ execution }) => execution.id)).size).toBe(1);
    expect((await ledger.list({ limit: 10 })).executions).toHaveLength(1);
  });

  describe("get", () => {
    it.for([
      "",
      "exe_",
      "exe_0_",
      "exe_0_0",
      "exe_0_zz",
      "exe_00_1",
      "exe_0_-1",
      "exe_0_zzzzzzzzzzz",
      "exe_0_1.5",
      " exe_0_1",
      "EXE_0_1",
      "run_1",
      "exe_0_1'--",
      "żółw",
    ])("finds nothing for %j", async (id, { expect }) => {
      const ledger = open();
      await admitNew(ledger);
      expect(await ledger.get(id)).toBeNull();
    });

    it("finds nothing for an id that differs from a real one by its last digit", async ({ expect }) => {
      const ledger = open();
      const { id } = await admitNew(ledger);
      expect(await ledger.get(`${id.slice(0, -1)}${id.endsWith("1") ? "2" : "1"}`)).toBeNull();
    });
  });
}
