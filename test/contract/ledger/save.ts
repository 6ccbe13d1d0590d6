// Saving: of two who have read the same execution one wins, and only steps that the state machine knows are written.
import { it } from "vitest";
import type { Ledger } from "../../../src/bridge/ports.ts";
import {
  type Admission,
  type Execution,
  mayFollow,
  note,
  RUN_STATES,
  type RunState,
} from "../../../src/core/execution.ts";
import {
  admission,
  admitNew,
  advance,
  delivered,
  finished,
  type LedgerUnderTest,
  NOW,
  parked,
  running,
  save,
  times,
  told,
} from "./executions.ts";

const TARGET = "canceled-rule";
const CANCEL = { callbacks: [], start: null } as const;

/** How an execution comes into each state: its admission, and the steps after it. */
const WAYS: Record<RunState, readonly [Partial<Admission>, ...((execution: Execution) => Execution)[]]> = {
  queued: [{ onUncertainStart: "hold" }],
  starting: [{}],
  running: [{}, running],
  succeeded: [{}, running, (execution) => finished(execution)],
  failed: [{}, running, (execution) => finished(execution, NOW, null, "failed")],
  canceled: [{}, running, (execution) => finished(execution, NOW, null, "canceled")],
  expired: [{}, running, (execution) => finished(execution, NOW, null, "expired")],
  rejected: [{}, (execution) => finished(execution, NOW, null, "rejected")],
  invalid: [{ start: null, over: { state: "invalid", reason: "no" } }],
  held: [{}, parked],
  shadow: [{ callbacks: [], over: { state: "shadow", reason: null } }],
  unmatched: [{ rule: "", callbacks: [], start: null, over: { state: "unmatched", reason: null } }],
  alert: [{ rule: "", callbacks: [], start: null, over: { state: "alert", reason: null } }],
  applied: [{ ...CANCEL, cancel: { rule: TARGET, dedupeKey: null } }],
  moot: [{ ...CANCEL, cancel: { rule: "never-started", dedupeKey: null } }],
};

export function saveContract({ open }: LedgerUnderTest): void {
  it("keeps every step of an execution, from its admission to its delivery", async ({ expect }) => {
    const ledger = open();
    let execution = await admitNew(ledger);
    for (const step of [running, finished, delivered]) {
      execution = await save(ledger, step(execution, NOW + execution.version));
      expect(await ledger.get(execution.id)).toEqual(execution);
    }
    expect(execution).toMatchObject({ run: "succeeded", dueAt: null, version: 4, result: "ok" });
  });

  it("keeps the end and its delivery in one step", async ({ expect }) => {
    const ledger = open();
    const end = await advance(ledger, await admitNew(ledger), running, told);
    expect(await ledger.get(end.id)).toEqual(end);
  });

  it.for([null, false, 0, "", {}, [], "null"])("tells the result %j from no result", async (result, { expect }) => {
    const ledger = open();
    const started = await save(ledger, running(await admitNew(ledger)));
    expect((await ledger.get(started.id))?.result).toBeUndefined();
    await save(ledger, finished(started, NOW, result));
    expect((await ledger.get(started.id))?.result).toEqual(result);
  });

  it("refuses a save by someone who has not seen the last one, and changes nothing", async ({ expect }) => {
    const ledger = open();
    const fresh = await admitNew(ledger);
    const saved = await save(ledger, running(fresh));
    expect(await ledger.save(parked(fresh))).toBe("conflict");
    expect(await ledger.get(fresh.id)).toEqual(saved);
  });

  it("refuses a save from the future", async ({ expect }) => {
    const ledger = open();
    const fresh = await admitNew(ledger);
    expect(await ledger.save({ ...running(fresh), version: fresh.version + 1 })).toBe("conflict");
    expect(await ledger.get(fresh.id)).toEqual(fresh);
  });

  it("refuses the same save made anew, and keeps what the first one wrote", async ({ expect }) => {
    const ledger = open();
    const step = running(await admitNew(ledger));
    const saved = await save(ledger, step);
    expect(await ledger.save(step)).toBe("conflict");
    expect(await ledger.get(step.id)).toEqual(saved);
  });

  it("lets one of many concurrent saves win", async ({ expect }) => {
    const ledger = open();
    const fresh = await admitNew(ledger);
    const outcomes = await Promise.all(times(20, (n) => ledger.save(running(fresh, NOW + n))));
    expect(outcomes.filter((outcome) => outcome === "saved")).toHaveLength(1);
    expect((await ledger.get(fresh.id))?.version).toBe(2);
  });

  it("reports a conflict for an execution that does not exist (any more)", async ({ expect }) => {
    const ledger = open();
    const fresh = await admitNew(ledger);
    expect(
      await ledger.save({ ...running(fresh), id: fresh.id.replace(/.$/, fresh.id.endsWith("1") ? "2" : "1") }),
    ).toBe("conflict");
  });

  it("keeps a note about an execution whose state stays", async ({ expect }) => {
    const ledger = open();
    const started = await save(ledger, running(await admitNew(ledger)));
    const noted = note({ ...started, finishedAt: NOW }, { at: NOW, step: "result", outcome: "rejected" });
    const saved = await save(ledger, noted);
    expect(await ledger.get(saved.id)).toEqual(saved);
  });

  it.for(RUN_STATES)("refuses every step from %s that the state machine does not know", async (from, { expect }) => {
    const ledger = open();
    const before = await bring(ledger, from);
    for (const to of RUN_STATES.filter((state) => !mayFollow(from, state))) {
      expect(await ledger.save({ ...before, run: to }), `${from} → ${to}`).toBe("conflict");
    }
    expect(await ledger.get(before.id)).toEqual(before);
  });

  it.for(RUN_STATES)("writes every step from %s that the state machine knows", async (from, { expect }) => {
    const ledger = open();
    for (const to of RUN_STATES.filter((state) => mayFollow(from, state))) {
      const before = await bring(ledger, from, `${from} to ${to}`);
      expect(await ledger.save({ ...before, run: to }), `${from} → ${to}`).toBe("saved");
      expect((await ledger.get(before.id))?.run).toBe(to);
    }
  });
}

async function bring(ledger: Ledger, state: RunState, dedupeKey = "sub_1"): Promise<Execution> {
  const [wanted, ...steps] = WAYS[state];
  if (state === "applied") await admitNew(ledger, admission({ rule: TARGET, dedupeKey }));
  let execution = await admitNew(ledger, admission({ ...wanted, dedupeKey }));
  for (const step of steps) execution = await save(ledger, step(execution));
  return execution;
}
