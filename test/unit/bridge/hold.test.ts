// What a person decides about an execution that is held, and what comes of it.
import { beforeEach, describe, expect, test } from "vitest";
import { follow } from "../../../src/bridge/advance.ts";
import { goOn, hold, release } from "../../../src/bridge/hold.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import { ok } from "../../../src/core/result.ts";
import { DAY_MS, MINUTE_MS } from "../../fakes/fake-clock.ts";
import { FAILURES, finished } from "../../fakes/fake-engine.ts";
import { createTestBridge, ruleWith, type TestBridge } from "../../fakes/test-bridge.ts";

let bridge: TestBridge;
beforeEach(() => {
  bridge = createTestBridge({ rules: [ruleWith({ onUncertainStart: "hold" })] });
});

/** One whose start call had no answer. */
async function heldOne(): Promise<string> {
  bridge.fakeEngine.script.start.push(FAILURES.uncertain);
  const { id } = await bridge.admitOne();
  await follow(bridge, await bridge.stored(id));
  expect((await bridge.stored(id)).run).toBe("held");
  return id;
}

async function released(id: string, decision: Parameters<typeof release>[2]): Promise<void> {
  const done = await release(bridge, id, decision, "anna");
  if (!done.ok) throw new Error(done.error);
  await goOn(bridge, done.value);
}

describe("an execution that is held", () => {
  test("is left alone by every sweep, for days", async () => {
    const id = await heldOne();
    for (let day = 0; day < 5; day++) {
      bridge.clock.advance(DAY_MS);
      await sweep(bridge);
    }
    expect(await bridge.stored(id)).toMatchObject({ run: "held", startAttempts: 1 });
    expect(bridge.fakeEngine.of("start")).toHaveLength(1);
  });

  test("is started once when a person says that there is no run, and the timeline says who", async () => {
    const id = await heldOne();
    await released(id, { as: "start" });
    expect(await bridge.stored(id)).toMatchObject({
      run: "running",
      startAttempts: 2,
      uncertainStarts: 1,
      reason: null,
    });
    expect(bridge.fakeEngine.of("start")).toHaveLength(2);
    const entry = (await bridge.stored(id)).timeline.find(({ step }) => step === "released");
    expect(entry?.detail).toContain("by anna");
  });

  test("is followed as the run that the engine has, without another start", async () => {
    const id = await heldOne();
    bridge.fakeEngine.otherwise.get = ({ runId }) => ok(finished(runId ?? ""));
    await released(id, { as: "running", runId: "run-of-the-engine" });
    expect(await bridge.stored(id)).toMatchObject({ run: "succeeded", runId: "run-of-the-engine" });
    expect(bridge.fakeEngine.of("start")).toHaveLength(1);
    expect(bridge.callbacks.sent).toHaveLength(1);
  });

  test.each(["failed", "canceled"] as const)(
    "is over as %s when a person says so, and the callbacks are told",
    async (as) => {
      const id = await heldOne();
      await released(id, { as, reason: "the customer has left" });
      expect(await bridge.stored(id)).toMatchObject({ run: as, reason: "the customer has left" });
      expect(bridge.callbacks.sent.map(({ body }) => JSON.parse(body).data.reason)).toEqual(["the customer has left"]);
    },
  );

  test("is not started but canceled when that was wanted meanwhile", async () => {
    const id = await heldOne();
    await bridge.ledger.requestCancel(id, "the rule", bridge.now());
    await released(id, { as: "start" });
    expect((await bridge.stored(id)).run).toBe("canceled");
    expect(bridge.fakeEngine.of("start")).toHaveLength(1);
  });

  test("is decided once, by whoever is first", async () => {
    const id = await heldOne();
    const [one, two] = await Promise.all([
      release(bridge, id, { as: "start" }, "anna"),
      release(bridge, id, { as: "failed", reason: "no" }, "bert"),
    ]);
    expect([one.ok, two.ok].filter(Boolean)).toHaveLength(1);
  });

  test("goes on by the sweep where whoever released it is lost", async () => {
    const id = await heldOne();
    await release(bridge, id, { as: "start" }, "anna");
    bridge.clock.advance(2 * MINUTE_MS);
    await sweep(bridge);
    expect((await bridge.stored(id)).run).toBe("running");
  });
});

describe("an execution that waits for its start", () => {
  test("can be held, and is then started by nobody until it is released", async () => {
    bridge.fakeEngine.script.start.push(FAILURES.unavailable);
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    expect(await hold(bridge, id, "anna")).toMatchObject({ ok: true, value: { run: "held" } });
    bridge.clock.advance(DAY_MS);
    await sweep(bridge);
    expect(bridge.fakeEngine.of("start")).toHaveLength(1);
    await released(id, { as: "start" });
    expect((await bridge.stored(id)).run).toBe("running");
  });

  test("cannot be held once it has begun, nor released if it is not held", async () => {
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    expect(await hold(bridge, id, "anna")).toEqual({ ok: false, error: "not-waiting" });
    expect(await release(bridge, id, { as: "start" }, "anna")).toEqual({ ok: false, error: "not-held" });
    expect(await release(bridge, "exe_0_1", { as: "start" }, "anna")).toEqual({ ok: false, error: "unknown" });
  });
});
