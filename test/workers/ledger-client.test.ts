// What can go wrong between a Worker and a Durable Object, and what the ledger makes of it.
import { describe, it } from "vitest";
import type { Ledger } from "../../src/bridge/ports.ts";
import { admission, admitNew, NOW, recordId, running, times } from "../contract/ledger/executions.ts";
import { fakeNamespace, openLedger, ownShards, type Shards } from "./ledger-objects.ts";

type Method = "admit" | "claim" | "save" | "find" | "list" | "purge";

interface Call {
  /** Counts the stubs that were asked for. */
  readonly stub: number;
  readonly name: string;
  readonly method: Method;
  readonly token: unknown;
}

/** What goes wrong with one call: before the object has seen it, or after it has done the work. */
interface Fault {
  readonly when: "before" | "after";
  readonly error: unknown;
}

const RETRYABLE = { retryable: true };
const OVERLOADED = { overloaded: true };
const lost = (marks: object): Fault => ({ when: "after", error: Object.assign(new Error("answer lost"), marks) });
const refused = (marks: object): Fault => ({ when: "before", error: Object.assign(new Error("not now"), marks) });

/** A ledger whose calls go wrong in the given order; null goes well, and so does everything after the last. */
function faultyLedger(faults: (Fault | null)[], { shards = 1, namespace = ownShards() } = {}) {
  const calls: Call[] = [];
  let stubs = 0;
  const ledger = openLedger(
    fakeNamespace((name) => faultyStub(namespace, name, stubs++, calls, faults)),
    shards,
  );
  return { ledger, calls, sound: openLedger(namespace, shards) };
}

function faultyStub(namespace: Shards, name: string, stub: number, calls: Call[], faults: (Fault | null)[]) {
  const real = namespace.getByName(name) as unknown as Record<Method, (...args: unknown[]) => Promise<unknown>>;
  const through =
    (method: Method) =>
    async (...args: unknown[]): Promise<unknown> => {
      calls.push({ stub, name, method, token: args.find((each) => typeof each === "string") });
      const fault = faults.shift();
      if (fault?.when === "before") throw fault.error;
      const answer = await real[method](...args);
      if (fault?.when === "after") throw fault.error;
      return answer;
    };
  const methods: Method[] = ["admit", "claim", "save", "find", "list", "purge"];
  return Object.fromEntries(methods.map((method) => [method, through(method)]));
}

async function countOf(ledger: Ledger): Promise<number> {
  return (await ledger.list({ limit: 100 })).executions.length;
}

describe("an error after which a call may be repeated", () => {
  it.for([{ retryable: true }, { durableObjectReset: true }, { retryable: true, durableObjectReset: true }])(
    "(%o) is answered with a new stub and the same token",
    async (marks, { expect }) => {
      const { ledger, calls } = faultyLedger([refused(marks)]);
      await admitNew(ledger);
      expect(calls.map(({ stub }) => stub)).toEqual([0, 1]);
      expect(calls[1]?.token).toBe(calls[0]?.token);
    },
  );

  it("does not make a duplicate of an admission whose answer was lost", async ({ expect }) => {
    const { ledger, sound } = faultyLedger([lost(RETRYABLE), lost(RETRYABLE)]);
    const execution = await admitNew(ledger);
    expect(await sound.get(execution.id)).toEqual(execution);
    expect(await countOf(sound)).toBe(1);
  });

  it("does not make a conflict of a save whose answer was lost", async ({ expect }) => {
    const { ledger, sound } = faultyLedger([null, lost(RETRYABLE)]);
    const fresh = await admitNew(ledger);
    expect(await ledger.save(running(fresh))).toBe("saved");
    expect(await sound.get(fresh.id)).toMatchObject({ run: "running", version: 2 });
  });

  it("is given up after three tries", async ({ expect }) => {
    const { ledger, calls } = faultyLedger(times(5, () => refused(RETRYABLE)));
    const answer = await ledger.admit([admission()], NOW);
    expect(answer).toMatchObject({ ok: false, error: { reason: "ledger-unavailable" } });
    expect(calls).toHaveLength(3);
  });

  it("is tried again for reads as well", async ({ expect }) => {
    const { ledger, calls } = faultyLedger([null, ...times(3, () => [refused(RETRYABLE), null]).flat()]);
    const { id } = await admitNew(ledger);
    expect((await ledger.get(id))?.id).toBe(id);
    expect(await countOf(ledger)).toBe(1);
    expect(await ledger.purge(0, NOW)).toBe(0);
    expect(calls.map(({ method }) => method)).toEqual(["admit", "find", "find", "list", "list", "purge", "purge"]);
  });
});

describe("an overloaded object", () => {
  it.for([OVERLOADED, { ...OVERLOADED, ...RETRYABLE }])("(%o) is left alone", async (marks, { expect }) => {
    const { ledger, calls } = faultyLedger([refused(marks)]);
    expect(await ledger.admit([admission()], NOW)).toEqual({
      ok: false,
      error: { reason: "ledger-unavailable", detail: "Error: not now" },
    });
    expect(calls).toHaveLength(1);
  });

  it("fails every other call, which the caller has to bear", async ({ expect }) => {
    const { ledger, calls } = faultyLedger([null, ...times(5, () => refused(OVERLOADED))]);
    const fresh = await admitNew(ledger);
    await expect(ledger.save(running(fresh))).rejects.toThrow("not now");
    await expect(ledger.get(fresh.id)).rejects.toThrow("not now");
    await expect(ledger.claim(0, NOW, null)).rejects.toThrow("not now");
    await expect(ledger.list({ limit: 1 })).rejects.toThrow("not now");
    await expect(ledger.purge(0, NOW)).rejects.toThrow("not now");
    expect(calls).toHaveLength(6);
  });
});

describe("any other error", () => {
  it.for([new Error("a bug"), "a text", null, undefined, { retryable: "yes" }])(
    "(%o) is not tried again",
    async (error, { expect }) => {
      const { ledger, calls } = faultyLedger([{ when: "before", error }]);
      const answer = await ledger.admit([admission()], NOW);
      expect(answer).toMatchObject({ ok: false, error: { reason: "ledger-unavailable", detail: String(error) } });
      expect(calls).toHaveLength(1);
    },
  );
});

describe("one shard out of several that cannot be reached", () => {
  it("refuses the whole admission, and the sender's repetition completes it", async ({ expect }) => {
    const { ledger, sound } = faultyLedger([null, refused(OVERLOADED)], { shards: 4 });
    const admissions = times(12, (n) => admission({ recordId: recordId(n) }));
    expect((await ledger.admit(admissions, NOW)).ok).toBe(false);
    const stored = await countOf(sound);
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(12);

    const again = await ledger.admit(admissions, NOW + 1);
    const outcomes = again.ok ? again.value.map(({ outcome }) => outcome) : [];
    expect(outcomes.filter((outcome) => outcome === "duplicate")).toHaveLength(stored);
    expect(await countOf(sound)).toBe(12);
  });
});

describe("calls", () => {
  it("carry a token of their own each", async ({ expect }) => {
    const { ledger, calls } = faultyLedger([], { shards: 4 });
    await ledger.admit(
      times(12, (n) => admission({ recordId: recordId(n) })),
      NOW,
    );
    expect(calls).toHaveLength(4);
    expect(new Set(calls.map(({ token }) => token)).size).toBe(4);
  });

  it("carry no more than 4 MiB of payloads, and are answered in order", async ({ expect }) => {
    const { ledger, calls } = faultyLedger([]);
    const data = "x".repeat(1.5 * 1024 * 1024);
    const admissions = times(5, (n) => admission({ dedupeKey: `sub_${n}`, data }));
    const answer = await ledger.admit(admissions, NOW);
    expect(calls).toHaveLength(3);
    const keys = answer.ok ? answer.value.map(({ execution }) => execution.dedupeKey) : [];
    expect(keys).toEqual(["sub_0", "sub_1", "sub_2", "sub_3", "sub_4"]);
  });

  it("go to one shard only where a record or an execution is asked for, and to none for a garbled id", async ({
    expect,
  }) => {
    const { ledger, calls } = faultyLedger([], { shards: 8 });
    const { id, recordId: record } = await admitNew(ledger);
    await ledger.get(id);
    await ledger.list({ limit: 5, ...(record === null ? {} : { recordId: record }) });
    expect(new Set(calls.map(({ name }) => name)).size).toBe(1);
    await ledger.get("exe_nonsense");
    expect(calls).toHaveLength(3);
    await ledger.list({ limit: 5 });
    expect(calls).toHaveLength(3 + 8);
  });

  it("are not made for an id that is none: to save one is a bug", async ({ expect }) => {
    const { ledger, calls } = faultyLedger([]);
    const fresh = await admitNew(ledger);
    await expect(ledger.save({ ...fresh, id: "run_1" })).rejects.toThrow("not an execution id: run_1");
    expect(calls).toHaveLength(1);
  });
});
