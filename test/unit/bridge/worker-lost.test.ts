// Workers die at the worst moments. What the sweep finds afterwards is a lease that has run out, and it must know what
// that means: a start that may have been made, an end that may have been told. Fixed clock, no network.
import { describe, expect, test } from "vitest";
import { advance, follow } from "../../../src/bridge/advance.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import { starting } from "../../../src/core/execution.ts";
import { ok } from "../../../src/core/result.ts";
import { HOUR_MS, MINUTE_MS, NOW, SECOND_MS } from "../../fakes/fake-clock.ts";
import { FAILURES, finished } from "../../fakes/fake-engine.ts";
import { createTestBridge, ruleWith } from "../../fakes/test-bridge.ts";

describe("a Worker lost at the start call", () => {
  test("before its lease has run out nobody touches the execution", async () => {
    const bridge = createTestBridge();
    await bridge.admitOne();
    bridge.clock.advance(MINUTE_MS - 1);
    expect(await sweep(bridge)).toMatchObject({ advanced: 0 });
    expect(bridge.fakeEngine.calls).toHaveLength(0);
  });

  test("retry: the sweep counts the doubt and starts again at once", async () => {
    const bridge = createTestBridge();
    const { id } = await bridge.admitOne();
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);

    const execution = await bridge.stored(id);
    expect(execution).toMatchObject({ run: "running", startAttempts: 2, uncertainStarts: 1 });
    expect(execution.timeline.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      "admitted new",
      "start uncertain",
      "start running",
    ]);
    expect(bridge.fakeEngine.of("start")).toHaveLength(1);
  });

  test("hold, lost before the intent was written: started, since no call can have been made", async () => {
    const bridge = createTestBridge({ rules: [ruleWith({ onUncertainStart: "hold" })] });
    const { id } = await bridge.admitOne();
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    expect(await bridge.stored(id)).toMatchObject({ run: "running", startAttempts: 1, uncertainStarts: 0 });
  });

  test("hold, lost after the intent was written: parked, and no start call is made", async () => {
    const bridge = createTestBridge({ rules: [ruleWith({ onUncertainStart: "hold" })] });
    const fresh = await bridge.admitOne();
    await bridge.ledger.save(starting(fresh, NOW));
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    expect(await bridge.stored(fresh.id)).toMatchObject({ run: "held", uncertainStarts: 1, dueAt: null });
    expect(bridge.fakeEngine.calls).toHaveLength(0);
    expect(bridge.callbacks.sent).toHaveLength(0);
  });

  test("after 72 hours: told as expired, and not started any more", async () => {
    const bridge = createTestBridge();
    const { id } = await bridge.admitOne();
    bridge.clock.advance(73 * HOUR_MS);
    await sweep(bridge);

    expect(await bridge.stored(id)).toMatchObject({ run: "expired", uncertainStarts: 1, dueAt: null });
    expect(bridge.fakeEngine.calls).toHaveLength(0);
    expect(bridge.callbacks.sent).toHaveLength(1);
  });
});

describe("a ledger out of reach", () => {
  test("after the start call: the sweep finds the intent and repeats the start", async () => {
    const bridge = createTestBridge();
    const { id } = await bridge.admitOne();
    bridge.ledger.fault = (method) => {
      if (method === "save") throw new Error("the object was reset");
    };
    await expect(follow(bridge, await bridge.stored(id))).rejects.toThrow("the object was reset");

    bridge.ledger.fault = () => undefined;
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    expect(await bridge.stored(id)).toMatchObject({ run: "running", startAttempts: 2, uncertainStarts: 1 });
  });

  test("after the callback was sent: it is sent again, with the same id and the same bytes", async () => {
    const bridge = createTestBridge();
    bridge.fakeEngine.otherwise.get = () => ok(finished("run-1"));
    const { id } = await bridge.admitOne();
    bridge.ledger.fault = (method) => {
      if (method === "save" && bridge.callbacks.sent.length === 1) throw new Error("the object was reset");
    };
    await expect(follow(bridge, await bridge.stored(id))).rejects.toThrow();

    bridge.ledger.fault = () => undefined;
    bridge.clock.advance(2 * MINUTE_MS);
    await sweep(bridge);
    const [first, second] = bridge.callbacks.sent;
    expect(bridge.callbacks.sent).toHaveLength(2);
    expect(second?.id).toBe(first?.id);
    expect(await bridge.stored(id)).toMatchObject({ run: "succeeded", dueAt: null });
  });

  test("before the start call of a queued execution: no call is made", async () => {
    const bridge = createTestBridge();
    bridge.fakeEngine.script.start.push(FAILURES.unavailable);
    await follow(bridge, await bridge.admitOne());
    bridge.clock.advance(10 * SECOND_MS);
    bridge.ledger.fault = (method) => {
      if (method === "save") throw new Error("the object was reset");
    };
    expect(await sweep(bridge)).toMatchObject({ faults: 1 });
    expect(bridge.fakeEngine.of("start")).toHaveLength(1);
  });
});

describe("two who advance the same execution", () => {
  test("of two fast paths over one queued execution one makes the start call", async () => {
    const bridge = createTestBridge({ rules: [ruleWith({ onUncertainStart: "hold" })] });
    const fresh = await bridge.admitOne();
    const outcomes = await Promise.all([advance(bridge, fresh), advance(bridge, fresh)]);
    expect(outcomes.filter((outcome) => outcome === null)).toHaveLength(1);
    expect(bridge.fakeEngine.of("start")).toHaveLength(1);
    expect(bridge.lines.filter(({ name }) => name === "execution.conflict")).toHaveLength(1);
  });

  test("the loser of a start stops: it neither polls nor sends", async () => {
    const bridge = createTestBridge();
    bridge.fakeEngine.otherwise.get = () => ok(finished("run-1"));
    const fresh = await bridge.admitOne();
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    const before = bridge.fakeEngine.calls.length;
    await follow(bridge, fresh);
    expect(bridge.fakeEngine.calls.slice(before).map(({ operation }) => operation)).toEqual(["start"]);
    expect(bridge.callbacks.sent).toHaveLength(0);
  });

  test("the end is told by one of them alone, and never again", async () => {
    const bridge = createTestBridge({ followForMs: 0 });
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    const run = await bridge.stored(id);
    bridge.fakeEngine.otherwise.get = () => ok(finished("run-1"));

    const outcomes = await Promise.all([advance(bridge, run), advance(bridge, run)]);
    expect(outcomes.filter((outcome) => outcome === null)).toHaveLength(1);
    expect(bridge.callbacks.sent).toHaveLength(1);

    bridge.clock.advance(HOUR_MS);
    await sweep(bridge);
    expect(bridge.callbacks.sent).toHaveLength(1);
  });
});
