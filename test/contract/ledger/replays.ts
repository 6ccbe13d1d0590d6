// Replays in the ledger: what stands in their way, whatever the window, and what goes on under a key; all of it against a
// small model under random interleavings of admissions, replays and ends.
import fc from "fast-check";
import { describe, it } from "vitest";
import type { Ledger, Target } from "../../../src/bridge/ports.ts";
import type { Admission } from "../../../src/core/admission.ts";
import { type Execution, note } from "../../../src/core/execution.ts";
import {
  admission,
  admit,
  admitDuplicate,
  admitNew,
  advance,
  finished,
  idsOf,
  type LedgerUnderTest,
  NOW,
  parked,
  recordId,
  running,
  save,
  told,
  WINDOW_MS,
} from "./executions.ts";

export function replaysContract({ open }: LedgerUnderTest): void {
  describe("a replay", () => {
    it("starts nothing beside an execution that has outlived its window and still goes on", async ({ expect }) => {
      const ledger = open();
      const first = await save(ledger, running(await admitNew(ledger)));
      const later = NOW + WINDOW_MS + 1;
      expect((await admitDuplicate(ledger, again("a"), later)).id).toBe(first.id);
    });

    it("starts nothing beside one that goes on and has lost its key", async ({ expect }) => {
      const ledger = open();
      const replaced = await save(ledger, running(await admitNew(ledger)));
      const holder = await admitNew(ledger, { ...admission({ onDuplicate: "replace" }), ...event("evt_2") });
      await advance(ledger, holder, running, told);
      expect((await admitDuplicate(ledger, again("a"))).id).toBe(replaced.id);
    });

    it("that is asked for again starts nothing, though another has the key by now and the window is over", async ({
      expect,
    }) => {
      const ledger = open();
      await advance(ledger, await admitNew(ledger), running, told);
      const first = await advance(ledger, await admitNew(ledger, again("a")), running, told);
      await advance(ledger, await admitNew(ledger, again("b")), running, told);
      expect((await admitDuplicate(ledger, again("a"), NOW + 2 * WINDOW_MS)).id).toBe(first.id);
    });
  });

  describe("what goes on", () => {
    it("is told for a key or for all keys of a rule, the newest first", async ({ expect }) => {
      const ledger = open();
      const one = await admitNew(ledger, admission({ dedupeKey: "one" }));
      const two = await save(ledger, parked(await admitNew(ledger, admission({ dedupeKey: "two" }))));
      await advance(ledger, await admitNew(ledger, admission({ dedupeKey: "three" })), running, told);
      await admitNew(ledger, admission({ recordId: recordId(2), dedupeKey: "one" }));
      await admitNew(ledger, admission({ rule: "other", dedupeKey: "one" }));
      const target = { recordId: recordId(1), rule: "kyb-on-subscription" };
      const targets: Target[] = [
        { ...target, dedupeKey: "one" },
        { ...target, dedupeKey: "three" },
        { ...target, dedupeKey: null },
        { recordId: recordId(3), rule: "other", dedupeKey: null },
      ];
      expect((await ledger.goingOn(targets)).map(idsOf)).toEqual([[one.id], [], [two.id, one.id], []]);
      expect(await ledger.goingOn([])).toEqual([]);
    });

    it("is told where there is no record", async ({ expect }) => {
      const ledger = open();
      for (const key of ["one", "two", "three"]) {
        const { id } = await admitNew(ledger, admission({ recordId: null, dedupeKey: key }));
        const [found = []] = await ledger.goingOn([{ recordId: null, rule: "kyb-on-subscription", dedupeKey: key }]);
        expect(idsOf(found)).toEqual([id]);
      }
    });
  });

  it("a large result that is fetched again after everything was delivered is kept", async ({ expect }) => {
    const ledger = open();
    const large = "x".repeat(1_000_000);
    const end = (execution: Execution) => finished(execution, NOW, large);
    const over = await advance(ledger, await admitNew(ledger), running, end, (execution) => told({ ...execution }));
    const entry = { at: NOW, step: "replay", outcome: "refetch" } as const;
    await save(ledger, note({ ...over, result: large }, entry));
    expect((await ledger.get(over.id))?.result).toBe(large);
  });

  it("never runs two at once for a key, and never eats the replay of what is over, in any order of things", async ({
    expect,
  }) => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant("admit" as const), event: fc.nat(2) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant("replay" as const), event: fc.nat(4) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant("end" as const), event: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), event: fc.constant(0) }) },
    );
    let replayed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const ledger = open();
        const all: Execution[] = [];
        const asked = new Set<number>();
        let now = NOW;
        for (const each of steps) {
          const active = (await goesOn(ledger))[0];
          if (each.do === "wait") now += WINDOW_MS * 2;
          else if (each.do === "end") {
            if (active) await end(ledger, active);
          } else {
            const wanted =
              each.do === "admit" ? { ...admission(), ...event(`evt_${each.event}`) } : again(`${each.event}`);
            // A rule's window may pass while its execution goes on: then a new event starts beside it, and only that.
            if (each.do === "admit" && active) continue;
            const answer = await admit(ledger, wanted, now);
            if (each.do === "replay") {
              expect(answer.outcome).toBe(active || asked.has(each.event) ? "duplicate" : "new");
              if (answer.outcome === "new") asked.add(each.event);
              if (answer.outcome === "new") replayed++;
            }
            if (answer.outcome === "new") all.push(answer.execution);
          }
          expect((await goesOn(ledger)).length).toBeLessThanOrEqual(1);
        }
        expect(new Set(idsOf(all)).size).toBe(all.length);
      }),
      { numRuns: 20 },
    );
    expect(replayed).toBeGreaterThan(5);
  }, 30_000);
}

function again(once: string): Admission {
  const replay = { of: "exe_0_1", intent: "restart", once } as const;
  return { ...admission(), onDuplicate: "replay", replay };
}

function event(id: string): Pick<Admission, "event"> {
  return { event: { ...admission().event, id, dedupeKey: id } };
}

async function goesOn(ledger: Ledger) {
  const [found = []] = await ledger.goingOn([
    { recordId: recordId(1), rule: "kyb-on-subscription", dedupeKey: "sub_1" },
  ]);
  return found;
}

async function end(ledger: Ledger, { id }: { readonly id: string }): Promise<void> {
  const execution = await ledger.get(id);
  if (execution) await advance(ledger, execution, running, told);
}
