// Cancels: what one is applied to, what it finds too late or never, and that no step under way loses one.
import { describe, it } from "vitest";
import type { Ledger } from "../../../src/bridge/ports.ts";
import type { Admission } from "../../../src/core/admission.ts";
import { type Execution, starting } from "../../../src/core/execution.ts";
import { LEASE_MS } from "../../../src/core/retry.ts";
import {
  admission,
  admitDuplicate,
  admitNew,
  claimAll,
  claimedIds,
  DAY_MS,
  finished,
  type LedgerUnderTest,
  MINUTE_MS,
  NOW,
  parked,
  purgeAll,
  recordId,
  running,
  save,
  told,
} from "./executions.ts";

const LATER = NOW + MINUTE_MS;

export function cancelContract({ open }: LedgerUnderTest): void {
  it("of something never seen is recorded as that", async ({ expect }) => {
    const ledger = open();
    const cancel = await admitNew(ledger, cancelOf("sub_1"));
    expect(cancel).toMatchObject({ run: "moot", canceled: [], dueAt: null, rule: "stop" });
    expect(cancel.reason).toContain("no execution for this record");
    expect(await ledger.get(cancel.id)).toEqual(cancel);
  });

  it("of something that is over changes nothing, and says how it ended", async ({ expect }) => {
    const ledger = open();
    const over = await save(ledger, told(await save(ledger, running(await admitNew(ledger)))));
    const cancel = await admitNew(ledger, cancelOf("sub_1"));
    expect(cancel).toMatchObject({ run: "moot", reason: "it was over already: succeeded" });
    expect(await ledger.get(over.id)).toEqual(over);
  });

  it.for([
    ["starting", async (_: Ledger, execution: Execution) => execution],
    ["running", async (ledger: Ledger, execution: Execution) => save(ledger, running(execution))],
    ["held", async (ledger: Ledger, execution: Execution) => save(ledger, parked(execution))],
  ] as const)("of something %s is written beside it", async ([run, bring], { expect }) => {
    const ledger = open();
    const target = await bring(ledger, await admitNew(ledger));
    const cancel = await admitNew(ledger, cancelOf("sub_1"), LATER);
    expect(cancel).toMatchObject({ run: "applied", canceled: [{ id: target.id, run }] });
    expect(await ledger.get(cancel.id)).toEqual(cancel);
    const stored = await ledger.get(target.id);
    expect(stored).toMatchObject({ run, version: target.version, cancelRequest: { at: LATER } });
    expect(stored?.cancelRequest?.by).toBe('the rule "stop" at event evt_stop');
  });

  it("is not lost to a step that was under way, which is told of it", async ({ expect }) => {
    const ledger = open();
    const target = await admitNew(ledger);
    await admitNew(ledger, cancelOf("sub_1"));
    expect(await ledger.save(running(target))).toBe("cancel-requested");
    expect(await ledger.get(target.id)).toMatchObject({ run: "running", runId: "run_1", cancelRequest: { at: NOW } });
  });

  it("is of no interest to a step by which the execution ends", async ({ expect }) => {
    const ledger = open();
    const target = await save(ledger, running(await admitNew(ledger)));
    await admitNew(ledger, cancelOf("sub_1"));
    expect(await ledger.save(finished(target))).toBe("saved");
  });

  it("makes what waits due at once, and leaves alone what is at its start call", async ({ expect }) => {
    const ledger = open();
    const queued = await admitNew(ledger, admission({ dedupeKey: "queued", onUncertainStart: "hold" }));
    const starts = await admitNew(ledger, admission({ dedupeKey: "starts" }));
    const runs = await save(ledger, running(await admitNew(ledger, admission({ dedupeKey: "runs" }))));
    expect(await claimedIds(ledger, NOW)).toEqual([]);
    await admitNew(ledger, cancelOf(null));
    expect((await claimedIds(ledger, NOW)).toSorted()).toEqual([queued.id, runs.id].toSorted());
    expect((await claimedIds(ledger, NOW + LEASE_MS)).includes(starts.id)).toBe(true);
  });

  it("makes a running execution due in every minute, whatever its age, and whoever is polling it", async ({
    expect,
  }) => {
    const ledger = open();
    const { id } = await save(ledger, running(await admitNew(ledger)));
    const old = NOW + 20 * 60 * MINUTE_MS;
    const polled = async (minute: number): Promise<boolean> =>
      (await claimedIds(ledger, old + minute * MINUTE_MS)).includes(id);
    const before = [];
    for (let minute = 0; minute < 20; minute++) before.push(await polled(minute));
    expect(before.filter(Boolean).length).toBeLessThan(2);
    await ledger.requestCancel(id, "somebody", old);
    for (let minute = 20; minute < 30; minute++) expect(await polled(minute)).toBe(true);
    expect(await polled(29)).toBe(true);
  });

  it("of a queued execution refuses the intent to start of whoever saw it before", async ({ expect }) => {
    const ledger = open();
    const queued = await admitNew(ledger, admission({ onUncertainStart: "hold" }));
    await admitNew(ledger, cancelOf("sub_1"));
    expect(await ledger.save(starting(queued, NOW))).toBe("cancel-requested");
  });

  it("without a key is applied to everything of the rule and record that goes on, and to nothing else", async ({
    expect,
  }) => {
    const ledger = open();
    const [one, two] = [await admitNew(ledger), await admitNew(ledger, admission({ dedupeKey: "sub_2" }))];
    const others = [
      await admitNew(ledger, admission({ rule: "another-rule" })),
      await admitNew(ledger, admission({ recordId: recordId(2) })),
    ];
    const cancel = await admitNew(ledger, cancelOf(null));
    expect(cancel.canceled.map(({ id }) => id).toSorted()).toEqual([one.id, two.id].toSorted());
    for (const { id } of others) expect((await ledger.get(id))?.cancelRequest).toBeNull();
  });

  it("with a key leaves the record's other executions alone", async ({ expect }) => {
    const ledger = open();
    const other = await admitNew(ledger, admission({ dedupeKey: "sub_2" }));
    await admitNew(ledger, cancelOf("sub_1"));
    expect((await ledger.get(other.id))?.cancelRequest).toBeNull();
  });

  it("finds an execution without a record by its key", async ({ expect }) => {
    const ledger = open();
    for (let n = 0; n < 8; n++) {
      const { id } = await admitNew(ledger, admission({ recordId: null, dedupeKey: `order_${n}` }));
      const cancel = await admitNew(ledger, { ...cancelOf(`order_${n}`, `stop_${n}`), recordId: null });
      expect(cancel.canceled).toEqual([{ id, run: "starting" }]);
    }
  });

  it("is applied once, however often its event is delivered", async ({ expect }) => {
    const ledger = open();
    const first = await admitNew(ledger, cancelOf("sub_1"));
    await admitNew(ledger);
    expect(await admitDuplicate(ledger, cancelOf("sub_1"))).toMatchObject({ id: first.id, run: "moot" });
  });

  it("of a shadow rule is applied to nothing", async ({ expect }) => {
    const ledger = open();
    const { id } = await admitNew(ledger);
    const shadow = { ...cancelOf("sub_1"), over: { state: "shadow", reason: null } } as const;
    expect(await admitNew(ledger, shadow)).toMatchObject({ run: "shadow", canceled: [] });
    expect((await ledger.get(id))?.cancelRequest).toBeNull();
  });

  it("is purged like everything that is over", async ({ expect }) => {
    const ledger = open();
    await admitNew(ledger, cancelOf("sub_1"));
    expect(await purgeAll(ledger, NOW + DAY_MS)).toBe(0);
    expect(await purgeAll(ledger, NOW + 400 * DAY_MS)).toBe(1);
  });

  describe("by a person", () => {
    it("is written down with who wants it, the first request standing", async ({ expect }) => {
      const ledger = open();
      const { id } = await save(ledger, running(await admitNew(ledger)));
      expect(await ledger.requestCancel(id, "Ada", NOW)).toBe("requested");
      expect(await ledger.requestCancel(id, "Grace", LATER)).toBe("requested");
      expect((await ledger.get(id))?.cancelRequest).toEqual({ at: NOW, by: "Ada" });
      expect((await claimAll(ledger, NOW)).map((each) => each.cancelRequest?.by)).toEqual(["Ada"]);
    });

    it("is refused for what is over or unknown", async ({ expect }) => {
      const ledger = open();
      const { id } = await save(ledger, told(await save(ledger, running(await admitNew(ledger)))));
      expect(await ledger.requestCancel(id, "Ada", NOW)).toBe("over");
      expect(await ledger.requestCancel("exe_0_1", "Ada", NOW)).toBe("unknown");
      expect(await ledger.requestCancel("nonsense", "Ada", NOW)).toBe("unknown");
    });
  });
}

function cancelOf(dedupeKey: string | null, event = "evt_stop"): Admission {
  const one = admission({ rule: "stop", dedupeKey: event, start: null, callbacks: [] });
  const cancel = { rule: "kyb-on-subscription", dedupeKey };
  return { ...one, cancel, event: { ...one.event, id: event, dedupeKey: event } };
}
