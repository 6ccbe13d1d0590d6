// What a repeated dedupe key does, policy by policy, and all of it against a small model under random interleavings.
import fc from "fast-check";
import { describe, it } from "vitest";
import type { Ledger } from "../../../src/bridge/ports.ts";
import type { Admission } from "../../../src/core/admission.ts";
import { DUPLICATE_POLICIES, type DuplicatePolicy } from "../../../src/core/dedupe.ts";
import type { EndState, Execution } from "../../../src/core/execution.ts";
import {
  admission,
  admit,
  admitDuplicate,
  admitNew,
  finished,
  type LedgerUnderTest,
  NOW,
  parked,
  running,
  save,
  WINDOW_MS,
} from "./executions.ts";

const MINUTE_MS = 60_000;

export function policiesContract({ open }: LedgerUnderTest): void {
  describe("skip", () => {
    it.for(["succeeded", "failed"] as const)(
      "starts nothing for another event once it has %s",
      async (state, { expect }) => {
        const ledger = open();
        const { id } = await end(ledger, await admitNew(ledger, under("skip", "evt_1")), state);
        expect((await admitDuplicate(ledger, under("skip", "evt_2"))).id).toBe(id);
      },
    );
  });

  describe("skip-while-active", () => {
    it("starts nothing while an execution goes on, in whatever state", async ({ expect }) => {
      for (const bring of [same, started, held]) {
        const ledger = open();
        const { id } = await bring(ledger, await admitNew(ledger, under("skip-while-active", "evt_1")));
        expect((await admitDuplicate(ledger, under("skip-while-active", "evt_2"))).id).toBe(id);
      }
    });

    it("starts a new one for another event once it is over, however it ended", async ({ expect }) => {
      for (const state of ["succeeded", "failed", "canceled"] as const) {
        const ledger = open();
        const { id } = await end(ledger, await admitNew(ledger, under("skip-while-active", "evt_1")), state);
        expect((await admitNew(ledger, under("skip-while-active", "evt_2"))).id).not.toBe(id);
      }
    });

    it("starts nothing when the same event is delivered again after the end, not even after a later one", async ({
      expect,
    }) => {
      const ledger = open();
      await end(ledger, await admitNew(ledger, under("skip-while-active", "evt_1")), "succeeded");
      await admitDuplicate(ledger, under("skip-while-active", "evt_1"));
      const second = await end(ledger, await admitNew(ledger, under("skip-while-active", "evt_2")), "failed");
      expect((await admitDuplicate(ledger, under("skip-while-active", "evt_1"))).id).toBe(second.id);
    });
  });

  describe("retry-failed", () => {
    it.for(["failed", "canceled", "expired", "rejected"] as const)(
      "starts a new one, for the same event too, once it has ended as %s",
      async (state, { expect }) => {
        const ledger = open();
        const { id } = await end(ledger, await admitNew(ledger, under("retry-failed", "evt_1")), state);
        expect((await admitNew(ledger, under("retry-failed", "evt_1"))).id).not.toBe(id);
      },
    );

    it("starts a new one in place of an invalid one", async () => {
      const ledger = open();
      const invalid = { over: { state: "invalid", reason: "no" }, start: null } as const;
      await admitNew(ledger, { ...under("retry-failed", "evt_1"), ...invalid });
      await admitNew(ledger, under("retry-failed", "evt_1"));
    });

    it("starts nothing while it goes on, nor once it has succeeded", async ({ expect }) => {
      const ledger = open();
      const first = await admitNew(ledger, under("retry-failed", "evt_1"));
      await admitDuplicate(ledger, under("retry-failed", "evt_2"));
      const { id } = await end(ledger, first, "succeeded");
      expect((await admitDuplicate(ledger, under("retry-failed", "evt_2"))).id).toBe(id);
    });
  });

  describe("replace", () => {
    it("wants the one that goes on canceled, and starts a new one", async ({ expect }) => {
      const ledger = open();
      const first = await started(ledger, await admitNew(ledger, under("replace", "evt_1")));
      const second = await admitNew(ledger, under("replace", "evt_2"), NOW + MINUTE_MS);
      expect(second).toMatchObject({ run: "starting", cancelRequest: null });
      expect((await ledger.get(first.id))?.cancelRequest).toMatchObject({ at: NOW + MINUTE_MS });
      expect((await ledger.get(first.id))?.cancelRequest?.by).toContain("evt_2");
      expect((await admitDuplicate(ledger, under("replace", "evt_2"))).id).toBe(second.id);
    });

    it("leaves alone what is over", async ({ expect }) => {
      const ledger = open();
      const { id } = await end(ledger, await admitNew(ledger, under("replace", "evt_1")), "succeeded");
      await admitNew(ledger, under("replace", "evt_2"));
      expect(await ledger.get(id)).toMatchObject({ run: "succeeded", cancelRequest: null });
    });

    it("is not done by an event that is delivered again, the one that runs or an earlier one", async ({ expect }) => {
      const ledger = open();
      await admitNew(ledger, under("replace", "evt_1"));
      const second = await admitNew(ledger, under("replace", "evt_2"));
      for (const event of ["evt_1", "evt_2"]) {
        expect((await admitDuplicate(ledger, under("replace", event))).id).toBe(second.id);
      }
      expect((await ledger.get(second.id))?.cancelRequest).toBeNull();
    });
  });

  describe("a replay", () => {
    const replay = (once: string) => ({ of: "exe_0_1", intent: "restart", once }) as const;

    it("is not eaten by the key of what it repeats", async ({ expect }) => {
      const ledger = open();
      const first = await end(ledger, await admitNew(ledger, under("skip", "evt_1")), "succeeded");
      const again = await admitNew(ledger, { ...under("replay", "evt_1"), replay: replay("a") });
      expect(again.id).not.toBe(first.id);
      expect(await ledger.get(again.id)).toMatchObject({ replay: replay("a"), run: "starting" });
      expect((await admitDuplicate(ledger, under("skip", "evt_1"))).id).toBe(again.id);
    });

    it("starts nothing beside an execution that goes on", async ({ expect }) => {
      const ledger = open();
      const { id } = await admitNew(ledger, under("skip", "evt_1"));
      expect((await admitDuplicate(ledger, { ...under("replay", "evt_1"), replay: replay("a") })).id).toBe(id);
    });

    it("that is asked for again starts nothing, even when it is over by then", async ({ expect }) => {
      const ledger = open();
      await end(ledger, await admitNew(ledger, under("skip", "evt_1")), "failed");
      const wanted = { ...under("replay", "evt_1"), replay: replay("a") };
      const { id } = await end(ledger, await admitNew(ledger, wanted), "failed");
      expect((await admitDuplicate(ledger, wanted)).id).toBe(id);
      await admitNew(ledger, { ...wanted, replay: replay("b") });
    });
  });

  describe("a shadow", () => {
    const shadow = { over: { state: "shadow", reason: null }, callbacks: [] } as const;

    it.for(DUPLICATE_POLICIES)(
      "under %s counts an event once, however often it is delivered",
      async (policy, { expect }) => {
        const ledger = open();
        for (const event of ["evt_1", "evt_2", "evt_1", "evt_1", "evt_2"]) {
          await admit(ledger, { ...under(policy, event), ...shadow });
        }
        const { executions } = await ledger.list({ limit: 10 });
        const once = policy === "skip" || policy === "retry-failed" ? ["evt_1"] : ["evt_2", "evt_1"];
        expect(executions.map(({ event }) => event.id)).toEqual(once);
      },
    );

    it("is recorded once per key, and stands in no real execution's way", async ({ expect }) => {
      const ledger = open();
      const recorded = await admitNew(ledger, { ...under("skip", "evt_1"), ...shadow });
      expect(recorded).toMatchObject({ run: "shadow", dueAt: null, start: { workflowDefinitionId: "kyb" } });
      await admitDuplicate(ledger, { ...under("skip", "evt_1"), ...shadow });
      const real = await admitNew(ledger, under("skip-while-active", "evt_1"));
      expect((await admitDuplicate(ledger, { ...under("skip", "evt_1"), ...shadow })).id).toBe(real.id);
    });
  });

  it.for(DUPLICATE_POLICIES)(
    "%s does what a small model of it does, in any order of things",
    async (policy, { expect }) => {
      const step = fc.oneof(
        { weight: 4, arbitrary: fc.record({ do: fc.constant("admit"), key: fc.nat(1), event: fc.nat(3) }) },
        { weight: 3, arbitrary: fc.record({ do: fc.constantFrom(...ENDS), key: fc.nat(1) }) },
        { weight: 1, arbitrary: fc.record({ do: fc.constant("wait"), key: fc.constant(0) }) },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const ledger = open();
          const model = createModel(policy);
          const current = new Map<number, Execution>();
          let now = NOW;
          for (const each of steps) {
            if (each.do === "wait") now += WINDOW_MS / 3;
            else if ("event" in each) {
              const answer = await admit(ledger, under(policy, `evt_${each.event}`, `key_${each.key}`), now);
              expect(answer.outcome).toBe(model.admit(each.key, each.event, now));
              if (answer.outcome === "new") current.set(each.key, answer.execution);
              else expect(answer.execution.id).toBe(current.get(each.key)?.id);
            } else if (model.end(each.key, each.do as EndState)) {
              await end(ledger, current.get(each.key) as Execution, each.do as EndState);
            }
          }
          const wanted = (await ledger.list({ limit: 200 })).executions.filter((one) => one.cancelRequest !== null);
          expect(wanted).toHaveLength(model.replaced());
        }),
        { numRuns: 25 },
      );
    },
  );
}

const ENDS = ["succeeded", "failed", "canceled"] as const;

/** The policies once more, in other words than the code's: a list per key of all that was started. */
function createModel(policy: DuplicatePolicy) {
  const started = new Map<number, { event: number; until: number; state: EndState | "active" }[]>();
  let replaced = 0;
  return {
    replaced: () => replaced,
    end(key: number, state: EndState): boolean {
      const last = started.get(key)?.at(-1);
      if (last?.state !== "active") return false;
      last.state = state;
      return true;
    },
    admit(key: number, event: number, now: number): "new" | "duplicate" {
      const all = started.get(key) ?? [];
      const last = all.at(-1);
      const begin = (): "new" => {
        started.set(key, [...all, { event, until: now + WINDOW_MS, state: "active" }]);
        return "new";
      };
      if (!last || last.until <= now) return begin();
      const seen = all.some((each) => each.event === event && each.until > now);
      if (policy === "retry-failed") return ["failed", "canceled"].includes(last.state) ? begin() : "duplicate";
      if (policy === "skip" || seen) return "duplicate";
      if (policy === "skip-while-active") return last.state === "active" ? "duplicate" : begin();
      if (last.state === "active") replaced++;
      return begin();
    },
  };
}

function under(onDuplicate: DuplicatePolicy, event: string, dedupeKey = "sub_1"): Admission {
  const one = admission({ onDuplicate, dedupeKey });
  return { ...one, event: { ...one.event, id: event, dedupeKey: event } };
}

async function same(_: Ledger, execution: Execution): Promise<Execution> {
  return execution;
}

async function started(ledger: Ledger, execution: Execution): Promise<Execution> {
  return save(ledger, running(execution));
}

async function held(ledger: Ledger, execution: Execution): Promise<Execution> {
  return save(ledger, parked(execution));
}

async function end(ledger: Ledger, execution: Execution, state: EndState): Promise<Execution> {
  if (state === "rejected") return save(ledger, finished(execution, NOW, null, state));
  return save(ledger, finished(await save(ledger, running(execution)), NOW, null, state));
}
