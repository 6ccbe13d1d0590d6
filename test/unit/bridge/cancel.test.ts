// Cancel rules against everything that they may meet: an execution that waits, one at its start call, one that runs, one
// that is over; and engines that refuse, fall silent or cancel slowly. Fixed clock, no network.
import { describe, expect, test } from "vitest";
import { advance, follow, followCancel } from "../../../src/bridge/advance.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import type { Execution } from "../../../src/core/execution.ts";
import { err, ok } from "../../../src/core/result.ts";
import { bodyOf } from "../../fakes/fake-callbacks.ts";
import { MINUTE_MS, SECOND_MS } from "../../fakes/fake-clock.ts";
import { FAILURES, finished, running } from "../../fakes/fake-engine.ts";
import { createTestBridge, ruleWith, type TestBridge } from "../../fakes/test-bridge.ts";

const start = { workflowDefinitionId: "definition", recordId: "{% data.customer %}" };
const STARTS = ruleWith({ id: "starts", on: ["order.created"], start });
const HOLDS = ruleWith({ id: "starts", on: ["order.created"], start, onUncertainStart: "hold" });
const CANCELS = { id: "cancels", source: "signup", on: ["order.canceled"], cancel: { rule: "starts" } };
const BY = 'by the rule "cancels" at event event-2';

function bridgeWith(rule = STARTS): TestBridge {
  return createTestBridge({ rules: [rule, CANCELS], followForMs: 0 });
}

function order(bridge: TestBridge): Promise<Execution> {
  return bridge.admitOne({ type: "order.created", data: { customer: "cus_1" } });
}

function cancel(bridge: TestBridge): Promise<Execution> {
  return bridge.admitOne({ type: "order.canceled", data: { customer: "cus_1" } });
}

const steps = ({ timeline }: Execution): string[] => timeline.map(({ step, outcome }) => `${step} ${outcome}`);

describe("a cancel before the start call", () => {
  test("of what waits for the sweep: nothing is started, and the callback is told so", async () => {
    const bridge = bridgeWith(HOLDS);
    const { id } = await order(bridge);
    await cancel(bridge);
    await sweep(bridge);
    expect(bridge.fakeEngine.calls).toEqual([]);
    expect(await bridge.stored(id)).toMatchObject({ run: "canceled", startAttempts: 0, uncertainStarts: 0 });
    expect(bodyOf(bridge.callbacks.to("crm")[0])).toMatchObject({
      type: "execution.canceled",
      data: { runId: null, reason: `canceled before it was started, ${BY}` },
    });
  });

  test("of what has just been decided to start: the intent is saved, the call is not made", async () => {
    const bridge = bridgeWith(HOLDS);
    const fresh = await order(bridge);
    await cancel(bridge);
    expect(await advance(bridge, fresh)).toMatchObject({ run: "canceled" });
    expect(bridge.fakeEngine.calls).toEqual([]);
  });

  test("of what waits after a start that had no effect", async () => {
    const bridge = bridgeWith();
    const fresh = await order(bridge);
    bridge.fakeEngine.script.start.push(FAILURES.unavailable);
    await follow(bridge, fresh);
    await cancel(bridge);
    await sweep(bridge);
    expect(await bridge.stored(fresh.id)).toMatchObject({ run: "canceled" });
    expect((await bridge.stored(fresh.id)).reason).not.toContain("nobody can say");
    expect(bridge.fakeEngine.of("start")).toHaveLength(1);
  });
});

describe("a cancel during the start call", () => {
  test("is carried out as soon as the call is answered", async () => {
    const bridge = bridgeWith();
    const fresh = await order(bridge);
    bridge.fakeEngine.latencyMs = SECOND_MS;
    bridge.fakeEngine.script.get.push(() => ok(finished("run-1", "canceled")));
    const following = follow(bridge, fresh);
    await cancel(bridge);
    await following;
    expect(bridge.fakeEngine.calls.map(({ operation }) => operation)).toEqual(["start", "cancel", "get", "result"]);
    const execution = await bridge.stored(fresh.id);
    expect(execution).toMatchObject({ run: "canceled", runId: "run-1" });
    expect(steps(execution).slice(1, 4)).toEqual(["start running", "cancel accepted", "ended canceled"]);
  });

  test("whose outcome is then uncertain: not started again, and the doubt is told", async () => {
    const bridge = bridgeWith();
    const fresh = await order(bridge);
    bridge.fakeEngine.latencyMs = SECOND_MS;
    bridge.fakeEngine.script.start.push(FAILURES.uncertain);
    const following = follow(bridge, fresh);
    await cancel(bridge);
    await following;
    const execution = await bridge.stored(fresh.id);
    expect(execution).toMatchObject({ run: "canceled", uncertainStarts: 1, runId: null });
    expect(execution.reason).toContain("nobody can say whether an earlier start call had its effect");
    expect(bridge.fakeEngine.of("start")).toHaveLength(1);
  });

  test("whose Worker is lost: the sweep finds it, and does not start it again", async () => {
    const bridge = bridgeWith();
    const { id } = await order(bridge);
    await cancel(bridge);
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    expect(await bridge.stored(id)).toMatchObject({ run: "canceled", uncertainStarts: 1 });
    expect(bridge.fakeEngine.calls).toEqual([]);
  });

  test("that is then held: it stays with the person, who sees that it is to be canceled", async () => {
    const bridge = bridgeWith(HOLDS);
    const fresh = await order(bridge);
    bridge.fakeEngine.script.start.push(FAILURES.uncertain);
    await follow(bridge, fresh);
    await cancel(bridge);
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    expect(await bridge.stored(fresh.id)).toMatchObject({ run: "held", cancelRequest: { by: BY.slice(3) } });
  });
});

describe("a cancel of what runs", () => {
  async function runningOne(): Promise<{ bridge: TestBridge; id: string }> {
    const bridge = bridgeWith();
    const { id } = await order(bridge);
    await follow(bridge, await bridge.stored(id));
    return { bridge, id };
  }

  test("is carried out at once by the fast path of its event", async () => {
    const { bridge, id } = await runningOne();
    bridge.fakeEngine.otherwise.get = ({ runId }) => ok(finished(runId ?? "", "canceled"));
    await followCancel(bridge, await cancel(bridge));
    expect(bridge.fakeEngine.of("cancel")).toMatchObject([{ runId: "run-1" }]);
    expect(await bridge.stored(id)).toMatchObject({ run: "canceled" });
    expect(bodyOf(bridge.callbacks.to("crm")[0]).type).toBe("execution.canceled");
  });

  test("is carried out by the sweep where the fast path is lost", async () => {
    const { bridge, id } = await runningOne();
    await cancel(bridge);
    bridge.fakeEngine.otherwise.get = ({ runId }) => ok(finished(runId ?? "", "canceled"));
    await sweep(bridge);
    expect(await bridge.stored(id)).toMatchObject({ run: "canceled" });
  });

  test("is asked for once, and the run polled in every minute until the engine has ended it", async () => {
    const { bridge, id } = await runningOne();
    await followCancel(bridge, await cancel(bridge));
    for (let minute = 0; minute < 5; minute++) {
      bridge.clock.advance(MINUTE_MS);
      await sweep(bridge);
    }
    expect(bridge.fakeEngine.of("cancel")).toHaveLength(1);
    expect(bridge.fakeEngine.of("get")).toHaveLength(6);
    bridge.fakeEngine.otherwise.get = ({ runId }) => ok(finished(runId ?? "", "canceled"));
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    expect(await bridge.stored(id)).toMatchObject({ run: "canceled" });
  });

  test("that the engine refuses, since the run has just ended: what the engine says of the run is told", async () => {
    const { bridge, id } = await runningOne();
    bridge.fakeEngine.script.cancel.push(err({ reason: "rejected", status: 409, detail: "cancel: HTTP 409" }));
    bridge.fakeEngine.otherwise.get = ({ runId }) => ok(finished(runId ?? ""));
    await followCancel(bridge, await cancel(bridge));
    const execution = await bridge.stored(id);
    expect(execution).toMatchObject({ run: "succeeded", result: { verdict: "approved" } });
    expect(steps(execution)).toContain("cancel rejected");
  });

  test.each(["unavailable", "throttled", "uncertain", "unauthorized"] as const)(
    "is asked for again with every sweep while the engine is %s, and told once",
    async (reason) => {
      const { bridge, id } = await runningOne();
      bridge.fakeEngine.script.cancel.push(FAILURES[reason], FAILURES[reason], FAILURES[reason]);
      bridge.fakeEngine.otherwise.get = ({ runId }) => ok(running(runId ?? ""));
      await cancel(bridge);
      const saves = bridge.ledger.saves;
      for (let minute = 0; minute < 3; minute++) {
        await sweep(bridge);
        bridge.clock.advance(MINUTE_MS);
      }
      expect(bridge.ledger.saves - saves).toBe(1);
      await sweep(bridge);
      expect(bridge.fakeEngine.of("cancel")).toHaveLength(4);
      expect(steps(await bridge.stored(id)).filter((step) => step.startsWith("cancel"))).toEqual([
        `cancel ${reason}`,
        "cancel accepted",
      ]);
    },
  );
});

describe("a cancel of what is over", () => {
  test("calls nobody and changes nothing", async () => {
    const bridge = bridgeWith();
    const { id } = await order(bridge);
    bridge.fakeEngine.otherwise.get = ({ runId }) => ok(finished(runId ?? ""));
    await follow(bridge, await bridge.stored(id));
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    const before = await bridge.stored(id);
    expect(before.run).toBe("succeeded");
    const calls = bridge.fakeEngine.calls.length;
    const moot = await cancel(bridge);
    await followCancel(bridge, moot);
    await sweep(bridge);
    expect(moot).toMatchObject({ run: "moot", reason: "it was over already: succeeded" });
    expect(bridge.fakeEngine.calls).toHaveLength(calls);
    expect(await bridge.stored(id)).toEqual(before);
  });
});

describe("an execution that is replaced", () => {
  test("is canceled at the engine, while the new one runs", async () => {
    const dedupe = { key: "{% data.customer %}", onDuplicate: "replace" };
    const bridge = bridgeWith(ruleWith({ id: "starts", on: ["order.created"], start, dedupe }));
    const first = await order(bridge);
    await follow(bridge, first);
    const second = await order(bridge);
    await follow(bridge, second);
    bridge.fakeEngine.otherwise.get = ({ runId }) =>
      ok(runId === "run-1" ? finished("run-1", "canceled") : running(runId ?? ""));
    await sweep(bridge);
    expect(bridge.fakeEngine.of("cancel")).toMatchObject([{ runId: "run-1" }]);
    expect(await bridge.stored(first.id)).toMatchObject({ run: "canceled" });
    expect(await bridge.stored(second.id)).toMatchObject({ run: "running", runId: "run-2" });
  });
});
