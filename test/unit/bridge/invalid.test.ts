// An event whose expressions fail is not lost: it is recorded as invalid and its callbacks are told. Over fakes.
import { describe, expect, test } from "vitest";
import { follow } from "../../../src/bridge/advance.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import { bodyOf } from "../../fakes/fake-callbacks.ts";
import { MINUTE_MS, NOW } from "../../fakes/fake-clock.ts";
import { createTestBridge, ruleWith } from "../../fakes/test-bridge.ts";

const BROKEN = ruleWith({ start: { workflowDefinitionId: "{% data.missing %}" } });

describe("an invalid execution", () => {
  test("is never started, and its end is told with the reason", async () => {
    const bridge = createTestBridge({ rules: [BROKEN] });
    const fresh = await bridge.admitOne();
    await follow(bridge, fresh);
    bridge.clock.advance(10 * MINUTE_MS);
    await sweep(bridge);

    expect(await bridge.stored(fresh.id)).toMatchObject({
      run: "invalid",
      startAttempts: 0,
      endedAt: NOW,
      dueAt: null,
    });
    expect(bridge.fakeEngine.calls).toHaveLength(0);
    expect(bridge.callbacks.sent).toHaveLength(1);
    expect(bodyOf(bridge.callbacks.sent[0])).toMatchObject({
      type: "execution.invalid",
      data: { reason: "start.workflowDefinitionId: gave nothing", result: null },
    });
  });

  test("is leased to whoever admitted it: a sweep meanwhile sends nothing", async () => {
    const bridge = createTestBridge({ rules: [BROKEN] });
    const fresh = await bridge.admitOne();
    await sweep(bridge);
    expect(bridge.callbacks.sent).toHaveLength(0);
    await follow(bridge, fresh);
    expect(bridge.callbacks.sent).toHaveLength(1);
  });

  test("is told by the sweep where the Worker that admitted it is lost", async () => {
    const bridge = createTestBridge({ rules: [BROKEN] });
    await bridge.admitOne();
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    expect(bridge.callbacks.sent).toHaveLength(1);
  });

  test("owes nobody anything where it has no callbacks", async () => {
    const bridge = createTestBridge({
      rules: [ruleWith({ start: { workflowDefinitionId: "{% data.missing %}" }, callbacks: [] })],
    });
    expect(await bridge.admitOne()).toMatchObject({ run: "invalid", dueAt: null });
  });

  test("is recognised when the sender delivers the event again", async () => {
    const bridge = createTestBridge({ rules: [BROKEN] });
    expect(await bridge.admit({ dedupeKey: "same" })).toHaveLength(1);
    expect(await bridge.admit({ dedupeKey: "same" })).toHaveLength(0);
  });
});
