// After a callback was resumed, what has waited for it is due at once, and nothing else is touched.
import { describe, expect, it } from "vitest";
import { follow } from "../../../src/bridge/advance.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import { wakeOwed } from "../../../src/bridge/wake.ts";
import { ok } from "../../../src/core/result.ts";
import { HOUR_MS } from "../../fakes/fake-clock.ts";
import { finished } from "../../fakes/fake-engine.ts";
import { createTestBridge, ruleWith, type TestBridge } from "../../fakes/test-bridge.ts";

/** A bridge whose callback crm is paused, and an end that has waited for it for hours. */
async function paused(): Promise<{ bridge: TestBridge; id: string; resume(): void }> {
  const bridge = createTestBridge({ rules: [ruleWith({ callbacks: ["crm", "audit"] })] });
  bridge.fakeEngine.otherwise.get = ({ runId }) => ok(finished(runId ?? ""));
  let open = false;
  const { callbackGate } = bridge;
  Object.assign(bridge, {
    callbackGate: {
      ...callbackGate,
      glance: (id: string) =>
        open || id === "audit"
          ? callbackGate.glance(id)
          : Promise.resolve({ open: false, reason: "paused", waitMs: 0 }),
    },
  });
  const { id } = await bridge.admitOne();
  await follow(bridge, await bridge.stored(id));
  for (let hour = 0; hour < 3; hour++) {
    bridge.clock.advance(HOUR_MS);
    await sweep(bridge);
  }
  const resume = (): void => {
    open = true;
  };
  return { bridge, id, resume };
}

describe("a callback that is resumed", () => {
  it("gets what has waited for it by the next sweep", async () => {
    const { bridge, id, resume } = await paused();
    expect(bridge.callbacks.to("crm")).toEqual([]);
    resume();
    await sweep(bridge);
    expect(bridge.callbacks.to("crm")).toEqual([]);
    await wakeOwed(bridge, "crm");
    await sweep(bridge);
    expect(bridge.callbacks.to("crm").map((message) => message.id)).toEqual([`${id}_crm`]);
    expect(bridge.callbacks.to("audit")).toHaveLength(1);
    expect(bridge.lines.find(({ name }) => name === "callback.woken")?.fields).toEqual({
      callback: "crm",
      executions: 1,
    });
  });

  it("wakes nothing of others, and fails nobody where the ledger is away", async () => {
    const { bridge } = await paused();
    const saves = bridge.ledger.saves;
    await wakeOwed(bridge, "audit");
    expect(bridge.ledger.saves).toBe(saves);
    bridge.ledger.fault = () => {
      throw new Error("away");
    };
    await wakeOwed(bridge, "crm");
    expect(bridge.lines.at(-1)?.name).toBe("callback.wake-failed");
  });
});
