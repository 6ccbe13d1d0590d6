// The ordinary life of an execution over fakes: admitted, started, polled, ended, called back. What it costs in ledger
// writes is part of the promise. Fixed clock, no network.
import { describe, expect, test } from "vitest";
import { advance, follow } from "../../../src/bridge/advance.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import { ok } from "../../../src/core/result.ts";
import { bodyOf } from "../../fakes/fake-callbacks.ts";
import { DAY_MS, MINUTE_MS, NOW } from "../../fakes/fake-clock.ts";
import { finished, running } from "../../fakes/fake-engine.ts";
import { createTestBridge, ruleWith } from "../../fakes/test-bridge.ts";

describe("the fast path", () => {
  test("starts, polls, fetches the result and calls back once, with two writes after admission", async () => {
    const bridge = createTestBridge();
    bridge.fakeEngine.script.get.push(ok(running("run-1")), ok(finished("run-1")));
    const { id } = await bridge.admitOne();

    await follow(bridge, await bridge.stored(id));

    expect(bridge.ledger.saves).toBe(2);
    expect(bridge.fakeEngine.calls.map(({ operation }) => operation)).toEqual(["start", "get", "get", "result"]);
    expect(bridge.callbacks.sent).toHaveLength(1);
    expect(await bridge.stored(id)).toMatchObject({
      run: "succeeded",
      runId: "run-1",
      startAttempts: 1,
      uncertainStarts: 0,
      result: { verdict: "approved" },
      deliveries: [{ callback: "crm", state: "delivered", attempts: 1, nextAt: null }],
      dueAt: null,
    });
  });

  test("tells the callback who, what and how, under an id made of the execution and the callback", async () => {
    const bridge = createTestBridge();
    bridge.fakeEngine.script.get.push(ok(finished("run-1")));
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));

    const [message] = bridge.callbacks.sent;
    expect(message).toMatchObject({ id: `${id}_crm`, callback: "crm" });
    expect(bodyOf(message)).toEqual({
      type: "execution.succeeded",
      timestamp: new Date(NOW + 500).toISOString(),
      data: {
        execution: id,
        rule: "plain",
        recordId: null,
        runId: "run-1",
        status: "succeeded",
        reason: null,
        event: {
          id: "event-1",
          source: "signup",
          type: "order.created",
          time: "2026-11-23T09:20:00.000Z",
        },
        result: { verdict: "approved" },
      },
    });
  });

  test("gives up following in time, without a write, and leaves the rest to the sweep", async () => {
    const bridge = createTestBridge({ followForMs: 5_000 });
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));

    expect(bridge.clock.now() - NOW).toBe(3_500);
    expect(bridge.fakeEngine.of("get")).toHaveLength(3);
    expect(bridge.ledger.saves).toBe(1);
    expect((await bridge.stored(id)).run).toBe("running");
  });

  test("does not poll at all where the engine says so", async () => {
    const bridge = createTestBridge({ followForMs: 0 });
    await follow(bridge, await bridge.admitOne());
    expect(bridge.fakeEngine.of("get")).toHaveLength(0);
  });

  test("writes the intent before the call where an uncertain start is held", async () => {
    const bridge = createTestBridge({ rules: [ruleWith({ onUncertainStart: "hold" })] });
    bridge.fakeEngine.script.get.push(ok(finished("run-1")));
    const fresh = await bridge.admitOne();
    expect(fresh.run).toBe("queued");
    bridge.fakeEngine.otherwise.start = () => {
      expect(bridge.ledger.saves).toBe(1);
      return ok(running("run-1"));
    };
    await follow(bridge, fresh);

    expect(bridge.ledger.saves).toBe(3);
    expect(await bridge.stored(fresh.id)).toMatchObject({ run: "succeeded", startAttempts: 1, uncertainStarts: 0 });
  });

  test("admits with the intent to start already written where it may be repeated", async () => {
    const fresh = await createTestBridge().admitOne();
    expect(fresh).toMatchObject({ run: "starting", startAttempts: 1, dueAt: NOW + MINUTE_MS });
  });
});

describe("the start call", () => {
  const startOf = async (start: Record<string, string>) => {
    const bridge = createTestBridge({
      rules: [ruleWith({ start: { workflowDefinitionId: "definition", ...start } })],
      followForMs: 0,
    });
    await follow(bridge, await bridge.admitOne());
    return bridge.fakeEngine.of("start")[0]?.start;
  };

  test("carries what the rule decided, and no expiry where the rule names none", async () => {
    const bridge = createTestBridge({ followForMs: 0 });
    await follow(bridge, await bridge.admitOne());
    expect(bridge.fakeEngine.of("start")[0]?.start).toEqual({
      workflowDefinitionId: "definition",
      locale: "en",
      parameters: { order: 7 },
      expiresAt: null,
      recordId: null,
      startId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
    });
  });

  test.each([
    ["7d", 7 * DAY_MS],
    ["0s", 31 * MINUTE_MS],
    ["365d", 30 * DAY_MS - MINUTE_MS],
  ])("keeps an expiry of %s within what the engine takes", async (expiresIn, ms) => {
    expect((await startOf({ expiresIn }))?.expiresAt).toBe(NOW + ms);
  });

  test("resolves the expiry at the moment of the call, again for each call", async () => {
    const bridge = createTestBridge({
      rules: [ruleWith({ start: { workflowDefinitionId: "definition", expiresIn: "1d" } })],
      followForMs: 0,
    });
    bridge.fakeEngine.script.start.push({ ok: false, error: { reason: "unavailable", detail: "HTTP 503" } });
    await follow(bridge, await bridge.admitOne());
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    const expiries = bridge.fakeEngine.of("start").map(({ start }) => start?.expiresAt);
    expect(expiries).toEqual([NOW + DAY_MS, NOW + DAY_MS + MINUTE_MS]);
  });
});

describe("without the fast path", () => {
  test("the sweep alone brings an execution to its end", async () => {
    const bridge = createTestBridge();
    bridge.fakeEngine.otherwise.get = () => ok(finished("run-1"));
    const { id } = await bridge.admitOne();
    for (let minute = 0; minute < 3; minute++) {
      bridge.clock.advance(MINUTE_MS);
      await sweep(bridge);
    }
    expect(await bridge.stored(id)).toMatchObject({ run: "succeeded", dueAt: null });
    expect(bridge.callbacks.sent).toHaveLength(1);
  });

  test("advancing what nobody owes anything any more changes nothing", async () => {
    const bridge = createTestBridge();
    bridge.fakeEngine.script.get.push(ok(finished("run-1")));
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    const before = await bridge.stored(id);
    expect(await advance(bridge, before)).toBe(before);
    expect(await bridge.stored(id)).toEqual(before);
    expect(bridge.callbacks.sent).toHaveLength(1);
  });
});
