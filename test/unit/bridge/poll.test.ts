// How a run is followed to its end: what a poll costs, what its failures mean, and what is told where the engine does
// not know the run, never finishes it or gives no result. Fixed clock, no network.
import { beforeEach, describe, expect, test } from "vitest";
import { advance, follow } from "../../../src/bridge/advance.ts";
import type { Run } from "../../../src/bridge/ports.ts";
import type { Execution } from "../../../src/core/execution.ts";
import { ok } from "../../../src/core/result.ts";
import { bodyOf } from "../../fakes/fake-callbacks.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, NOW } from "../../fakes/fake-clock.ts";
import { FAILURES, finished, running } from "../../fakes/fake-engine.ts";
import { createTestBridge, type TestBridge } from "../../fakes/test-bridge.ts";

const EXPIRES_AT = NOW + 7 * DAY_MS;

let bridge: TestBridge;
let id: string;

/** An execution that is running, whose run expires at the given time. */
async function startRun(expiresAt: number | null = EXPIRES_AT): Promise<void> {
  bridge = createTestBridge({ followForMs: 0 });
  bridge.fakeEngine.script.start.push(ok(running("run-1", expiresAt)));
  id = (await bridge.admitOne()).id;
  await follow(bridge, await bridge.stored(id));
}

/** One poll, so long after the start. */
async function pollAt(ageMs: number): Promise<Execution> {
  bridge.clock.advance(NOW + ageMs - bridge.clock.now());
  await advance(bridge, await bridge.stored(id));
  return bridge.stored(id);
}

beforeEach(async () => startRun());

describe("a poll", () => {
  test("that finds the run running writes nothing", async () => {
    const before = await bridge.stored(id);
    const saves = bridge.ledger.saves;
    expect(await pollAt(HOUR_MS)).toEqual(before);
    expect(bridge.ledger.saves).toBe(saves);
  });

  test.each(["succeeded", "failed", "canceled", "expired"] as const)("that finds it %s ends it so", async (status) => {
    bridge.fakeEngine.script.get.push(ok(finished("run-1", status)));
    expect(await pollAt(HOUR_MS)).toMatchObject({
      run: status,
      endedAt: NOW + HOUR_MS,
      result: { verdict: "approved" },
    });
    expect(bodyOf(bridge.callbacks.sent[0]).type).toBe(`execution.${status}`);
  });

  test.each([
    ["unauthorized", "engine.call-unauthorized"],
    ["throttled", "engine.throttled"],
    ["unavailable", "engine.unavailable"],
    ["uncertain", "engine.uncertain"],
  ] as const)("that fails as %s changes nothing and is logged as %s", async (reason, name) => {
    const before = await bridge.stored(id);
    bridge.fakeEngine.script.get.push(FAILURES[reason]);
    expect(await pollAt(HOUR_MS)).toEqual(before);
    expect(bridge.lines).toContainEqual({
      level: "warn",
      name,
      fields: { engine: "default", operation: "get", execution: id },
    });
  });

  test("of an engine that the configuration does not have any more changes nothing", async () => {
    const before = await bridge.stored(id);
    await advance({ ...bridge, engine: () => undefined }, before);
    expect(await bridge.stored(id)).toEqual(before);
  });
});

describe("a run that the engine does not know", () => {
  test("is given time to appear", async () => {
    bridge.fakeEngine.script.get.push(FAILURES.notFound);
    expect((await pollAt(5 * MINUTE_MS)).run).toBe("running");
  });

  test("is told as failed after five minutes", async () => {
    bridge.fakeEngine.script.get.push(FAILURES.notFound);
    expect(await pollAt(5 * MINUTE_MS + 1)).toMatchObject({
      run: "failed",
      reason: "the engine does not know the run any more",
    });
  });

  test("any other refusal is not taken for an end", async () => {
    bridge.fakeEngine.script.get.push(FAILURES.rejected);
    expect((await pollAt(HOUR_MS)).run).toBe("running");
  });
});

describe("a run that does not finish", () => {
  test.each([
    ["its expiry", EXPIRES_AT, 7 * DAY_MS],
    ["30 days, where the engine names no expiry", null, 30 * DAY_MS],
  ])("runs until %s and ten minutes, then is told as expired", async (_, expiresAt, age) => {
    await startRun(expiresAt);
    expect((await pollAt(age + 10 * MINUTE_MS)).run).toBe("running");
    expect(await pollAt(age + 10 * MINUTE_MS + 1)).toMatchObject({
      run: "expired",
      reason: "the run did not finish before it expired",
    });
    expect(bridge.callbacks.sent).toHaveLength(1);
  });

  test("a status that nobody has explained means running, and is bounded by the expiry in the same way", async () => {
    const unknown: Run = running("run-1", EXPIRES_AT);
    bridge.fakeEngine.otherwise.get = () => ok(unknown);
    expect((await pollAt(6 * DAY_MS)).run).toBe("running");
    expect((await pollAt(8 * DAY_MS)).run).toBe("expired");
  });

  test("and whose engine cannot be asked is waited for a day longer", async () => {
    bridge.fakeEngine.otherwise.get = () => FAILURES.unavailable;
    expect((await pollAt(8 * DAY_MS)).run).toBe("running");
    expect(await pollAt(8 * DAY_MS + 1)).toMatchObject({
      run: "expired",
      reason: "the run has expired and the engine could not be asked: HTTP 503",
    });
  });
});

describe("a result that is not there", () => {
  beforeEach(() => {
    bridge.fakeEngine.otherwise.get = () => ok(finished("run-1"));
  });

  test("is waited for, and the end is told once it arrives", async () => {
    bridge.fakeEngine.script.result.push(FAILURES.notFound, FAILURES.notFound);
    expect(await pollAt(HOUR_MS)).toMatchObject({ run: "running", finishedAt: NOW + HOUR_MS, endedAt: null });
    expect(bridge.callbacks.sent).toHaveLength(0);
    const saves = bridge.ledger.saves;
    expect((await pollAt(HOUR_MS + MINUTE_MS)).run).toBe("running");
    expect(bridge.ledger.saves).toBe(saves);
    expect(await pollAt(HOUR_MS + 2 * MINUTE_MS)).toMatchObject({
      run: "succeeded",
      result: { verdict: "approved" },
    });
    expect(bridge.callbacks.sent).toHaveLength(1);
  });

  test("is given up after ten minutes of 404: the end is told without it, and why", async () => {
    bridge.fakeEngine.otherwise.result = () => FAILURES.notFound;
    await pollAt(HOUR_MS);
    expect((await pollAt(HOUR_MS + 10 * MINUTE_MS - 1)).run).toBe("running");
    await pollAt(HOUR_MS + 10 * MINUTE_MS);
    expect(bodyOf(bridge.callbacks.sent[0])).toMatchObject({
      type: "execution.succeeded",
      data: { result: null, reason: "the engine gave no result: HTTP 404" },
    });
  });

  test("is given up after a day of anything else", async () => {
    bridge.fakeEngine.otherwise.result = () => FAILURES.unavailable;
    await pollAt(HOUR_MS);
    expect((await pollAt(DAY_MS + HOUR_MS - 1)).run).toBe("running");
    expect(await pollAt(DAY_MS + HOUR_MS)).toMatchObject({ run: "succeeded", result: undefined });
  });

  test.each(["failed", "canceled", "expired"] as const)("is not expected of a run that %s", async (status) => {
    bridge.fakeEngine.otherwise.get = () => ok(finished("run-1", status));
    bridge.fakeEngine.script.result.push(FAILURES.notFound);
    expect(await pollAt(HOUR_MS)).toMatchObject({ run: status, reason: null, result: undefined });
    expect(bodyOf(bridge.callbacks.sent[0]).data.result).toBeNull();
  });

  test("a result that is null is a result", async () => {
    bridge.fakeEngine.script.result.push(ok(null));
    expect(await pollAt(HOUR_MS)).toMatchObject({ run: "succeeded", result: null, reason: null });
  });
});
