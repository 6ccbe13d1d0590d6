// What each class of failure of the start call leads to: what is final, what is repeated and when, what is counted as
// uncertain. Fixed clock, random is 0, so that delays are exact.
import { describe, expect, test } from "vitest";
import { follow } from "../../../src/bridge/advance.ts";
import type { EngineFailure } from "../../../src/bridge/ports.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import { bodyOf } from "../../fakes/fake-callbacks.ts";
import { HOUR_MS, MINUTE_MS, NOW, SECOND_MS } from "../../fakes/fake-clock.ts";
import { FAILURES, finished } from "../../fakes/fake-engine.ts";
import { createTestBridge, ruleWith, type TestBridge } from "../../fakes/test-bridge.ts";

async function sweepEveryMinute(bridge: TestBridge, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
  }
}

describe("a start that the engine rejects", () => {
  test("ends the execution at once and tells the callback why", async () => {
    const bridge = createTestBridge();
    bridge.fakeEngine.script.start.push(FAILURES.rejected);
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));

    expect(await bridge.stored(id)).toMatchObject({ run: "rejected", runId: null, endedAt: NOW, dueAt: null });
    expect(bodyOf(bridge.callbacks.sent[0])).toMatchObject({
      type: "execution.rejected",
      data: { reason: "start: HTTP 400: no such definition", result: null, runId: null },
    });
    expect(bridge.ledger.saves).toBe(1);
  });

  test("is never repeated", async () => {
    const bridge = createTestBridge();
    bridge.fakeEngine.script.start.push(FAILURES.rejected);
    await follow(bridge, await bridge.admitOne());
    await sweepEveryMinute(bridge, 10);
    expect(bridge.fakeEngine.of("start")).toHaveLength(1);
    expect(bridge.callbacks.sent).toHaveLength(1);
  });
});

describe("a start that had no effect", () => {
  const throttledShortly: { ok: false; error: EngineFailure } = {
    ok: false,
    error: { reason: "throttled", detail: "HTTP 429", retryAfterMs: 1_000 },
  };
  test.each([
    ["unauthorized", FAILURES.unauthorized, 10 * SECOND_MS],
    ["throttled, with a long Retry-After", FAILURES.throttled, 90 * SECOND_MS],
    ["throttled, with a Retry-After below our own delay", throttledShortly, 10 * SECOND_MS],
    ["unavailable", FAILURES.unavailable, 10 * SECOND_MS],
  ])("%s: goes back into the queue and is not counted as uncertain", async (_, failure, delayMs) => {
    const bridge = createTestBridge();
    bridge.fakeEngine.script.start.push(failure);
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));

    const queued = await bridge.stored(id);
    expect(queued).toMatchObject({
      run: "queued",
      startAttempts: 1,
      uncertainStarts: 0,
      dueAt: NOW + delayMs,
      endedAt: null,
    });
    expect(queued.timeline.at(-1)).toMatchObject({ step: "start", outcome: failure.error.reason, attempt: 1 });
    expect(bridge.callbacks.sent).toHaveLength(0);
  });

  test("is not made again before it is due, and is then", async () => {
    const bridge = createTestBridge();
    bridge.fakeEngine.script.start.push(FAILURES.throttled);
    await follow(bridge, await bridge.admitOne());
    await sweepEveryMinute(bridge, 1);
    expect(bridge.fakeEngine.of("start")).toHaveLength(1);
    await sweepEveryMinute(bridge, 1);
    expect(bridge.fakeEngine.of("start")).toHaveLength(2);
  });

  test("waits longer each time, up to five minutes", async () => {
    const bridge = createTestBridge();
    bridge.fakeEngine.otherwise.start = () => FAILURES.unavailable;
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    const waits: number[] = [];
    for (let attempt = 0; attempt < 6; attempt++) {
      const { dueAt } = await bridge.stored(id);
      waits.push(((dueAt ?? 0) - bridge.clock.now()) / SECOND_MS);
      bridge.clock.advance((dueAt ?? 0) - bridge.clock.now());
      await sweep(bridge);
    }
    expect(waits).toEqual([10, 30, 60, 120, 300, 300]);
  });

  test("is spread by up to a fifth", async () => {
    const bridge = createTestBridge({ random: 0.5 });
    bridge.fakeEngine.script.start.push(FAILURES.unavailable);
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    expect((await bridge.stored(id)).dueAt).toBe(NOW + 11 * SECOND_MS);
  });

  test("an engine that refuses our token, or is busy, is a warning in the log: the error is told once, by its gate", async () => {
    for (const [failure, name] of [
      [FAILURES.unauthorized, "engine.call-unauthorized"],
      [FAILURES.throttled, "engine.throttled"],
    ] as const) {
      const bridge = createTestBridge();
      bridge.fakeEngine.script.start.push(failure);
      await follow(bridge, await bridge.admitOne());
      expect(bridge.lines).toContainEqual(expect.objectContaining({ level: "warn", name }));
    }
  });

  test("an engine that the configuration does not have any more is waited for", async () => {
    const bridge = createTestBridge();
    const fresh = await bridge.admitOne();
    await follow({ ...bridge, engine: () => undefined }, fresh);
    expect(await bridge.stored(fresh.id)).toMatchObject({ run: "queued", uncertainStarts: 0 });
    expect(bridge.fakeEngine.calls).toHaveLength(0);
  });

  test("is given up and told after 72 hours", async () => {
    const bridge = createTestBridge();
    bridge.fakeEngine.otherwise.start = () => FAILURES.unavailable;
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    bridge.clock.advance(72 * HOUR_MS);
    await sweep(bridge);
    expect((await bridge.stored(id)).run).toBe("queued");

    await sweepEveryMinute(bridge, 10);
    expect(await bridge.stored(id)).toMatchObject({ run: "expired", dueAt: null });
    expect(bodyOf(bridge.callbacks.sent[0])).toMatchObject({
      type: "execution.expired",
      data: { reason: "no start call had a definite answer within three days" },
    });
    const calls = bridge.fakeEngine.calls.length;
    await sweepEveryMinute(bridge, 10);
    expect(bridge.fakeEngine.calls).toHaveLength(calls);
    expect(bridge.callbacks.sent).toHaveLength(1);
  });
});

describe("a start whose outcome nobody knows", () => {
  test("is repeated with the same record id and counted, where the rule says retry", async () => {
    const bridge = createTestBridge({
      rules: [ruleWith({ start: { workflowDefinitionId: "definition", recordId: "customer-1" } })],
    });
    bridge.fakeEngine.script.start.push(FAILURES.uncertain);
    bridge.fakeEngine.otherwise.get = ({ runId }) => ({ ok: true, value: finished(runId ?? "") });
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    expect(await bridge.stored(id)).toMatchObject({
      run: "queued",
      startAttempts: 1,
      uncertainStarts: 1,
      dueAt: NOW + 10 * SECOND_MS,
    });

    await sweepEveryMinute(bridge, 3);
    expect(await bridge.stored(id)).toMatchObject({ run: "succeeded", startAttempts: 2, uncertainStarts: 1 });
    const [first, second] = bridge.fakeEngine.of("start");
    expect(second?.start).toEqual(first?.start);
    expect(first?.start?.recordId).not.toBeNull();
  });

  test("is held for a person, counted, without a callback, where the rule says hold", async () => {
    const bridge = createTestBridge({ rules: [ruleWith({ onUncertainStart: "hold" })] });
    bridge.fakeEngine.script.start.push(FAILURES.uncertain);
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    expect(await bridge.stored(id)).toMatchObject({
      run: "held",
      uncertainStarts: 1,
      dueAt: null,
      endedAt: null,
      reason: expect.stringContaining("nobody can say"),
    });

    for (let day = 0; day < 10; day++) {
      bridge.clock.advance(24 * HOUR_MS);
      await sweep(bridge);
    }
    expect(bridge.fakeEngine.of("start")).toHaveLength(1);
    expect(bridge.callbacks.sent).toHaveLength(0);
  });

  test("a hold rule repeats what had no effect for sure", async () => {
    const bridge = createTestBridge({ rules: [ruleWith({ onUncertainStart: "hold" })] });
    bridge.fakeEngine.script.start.push(FAILURES.unavailable, FAILURES.throttled);
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    await sweepEveryMinute(bridge, 6);
    expect(await bridge.stored(id)).toMatchObject({ run: "running", startAttempts: 3, uncertainStarts: 0 });
  });
});
