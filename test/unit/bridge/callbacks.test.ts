// Every end reaches every callback, or ends in the dead letters: retries, Retry-After, receivers that are gone, and
// callbacks that do not wait for each other. Fixed clock, random is 0.
import { beforeEach, describe, expect, test } from "vitest";
import { follow } from "../../../src/bridge/advance.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import type { Delivery } from "../../../src/core/execution.ts";
import { ok } from "../../../src/core/result.ts";
import { DELIVERED, refused } from "../../fakes/fake-callbacks.ts";
import { DAY_MS, HOUR_MS, NOW, SECOND_MS } from "../../fakes/fake-clock.ts";
import { finished } from "../../fakes/fake-engine.ts";
import { createTestBridge, PLAIN_RULE, setupOf, type TestBridge } from "../../fakes/test-bridge.ts";

let bridge: TestBridge;
let id: string;
/** When the execution ended and the first attempts were made. */
const ENDED = NOW + 500;

beforeEach(() => {
  bridge = createTestBridge({ rules: [PLAIN_RULE] });
  bridge.fakeEngine.otherwise.get = () => ok(finished("run-1"));
});

/** An execution that has ended, with its first attempts made. */
async function end(): Promise<void> {
  id = (await bridge.admitOne()).id;
  await follow(bridge, await bridge.stored(id));
}

async function delivery(callback: string): Promise<Delivery> {
  const found = (await bridge.stored(id)).deliveries.find((each) => each.callback === callback);
  if (!found) throw new Error(`no delivery to ${callback}`);
  return found;
}

/** Sweeps at each moment at which something is due, so often at most. */
async function sweepWhenDue(times: number): Promise<void> {
  for (let pass = 0; pass < times; pass++) {
    const { dueAt } = await bridge.stored(id);
    if (dueAt === null) return;
    bridge.clock.advance(Math.max(dueAt - bridge.clock.now(), 0));
    await sweep(bridge);
  }
}

describe("a delivery that fails", () => {
  test("is due again, and the execution with it", async () => {
    bridge.callbacks.script.crm = [refused(500)];
    await end();
    expect(await delivery("crm")).toEqual({
      callback: "crm",
      state: "due",
      attempts: 1,
      nextAt: ENDED + 5 * SECOND_MS,
    });
    expect((await bridge.stored(id)).dueAt).toBe(ENDED + 5 * SECOND_MS);
  });

  test("ten times in over three days is a dead letter, and the end of it", async () => {
    bridge.callbacks.script.crm = Array.from({ length: 20 }, () => refused(500));
    await end();
    await sweepWhenDue(30);

    expect(await delivery("crm")).toEqual({ callback: "crm", state: "exhausted", attempts: 10, nextAt: null });
    expect((await bridge.stored(id)).dueAt).toBeNull();
    const sent = bridge.callbacks.to("crm");
    expect(sent).toHaveLength(10);
    expect((sent.at(-1)?.at ?? 0) - ENDED).toBeGreaterThan(3 * DAY_MS);
    expect((await bridge.stored(id)).timeline.at(-1)).toMatchObject({ outcome: "exhausted", attempt: 10, status: 500 });
  });

  test("carries the same id and the same bytes every time", async () => {
    bridge.callbacks.script.crm = Array.from({ length: 3 }, () => refused(500));
    await end();
    await sweepWhenDue(5);
    const sent = bridge.callbacks.to("crm");
    expect(sent).toHaveLength(4);
    expect(new Set(sent.map((message) => message.id))).toEqual(new Set([`${id}_crm`]));
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
  });

  test.each([429, 503])("with %i and Retry-After waits as long as it was asked to", async (status) => {
    bridge.callbacks.script.crm = [refused(status, { retryAfterMs: 2 * HOUR_MS })];
    await end();
    expect((await delivery("crm")).nextAt).toBe(ENDED + 2 * HOUR_MS);
  });

  test("waits its own time where Retry-After asks for less", async () => {
    bridge.callbacks.script.crm = [refused(503, { retryAfterMs: 1 })];
    await end();
    expect((await delivery("crm")).nextAt).toBe(ENDED + 5 * SECOND_MS);
  });

  test("because the receiver is gone is a dead letter at once", async () => {
    bridge.callbacks.script.crm = [refused(410, { final: true })];
    await end();
    expect(await delivery("crm")).toMatchObject({ state: "exhausted", attempts: 1, nextAt: null });
    await sweepWhenDue(5);
    expect(bridge.callbacks.to("crm")).toHaveLength(1);
  });
});

describe("two callbacks", () => {
  test("are both told at once", async () => {
    await end();
    expect(bridge.callbacks.sent.map(({ callback }) => callback).sort()).toEqual(["audit", "crm"]);
    expect(bridge.callbacks.sent.every(({ at }) => at === ENDED)).toBe(true);
  });

  test("the failure of one is no attempt at the other", async () => {
    bridge.callbacks.script.crm = Array.from({ length: 2 }, () => refused(500));
    await end();
    await sweepWhenDue(5);
    expect(bridge.callbacks.to("audit")).toHaveLength(1);
    expect(bridge.callbacks.to("crm")).toHaveLength(3);
    expect(await delivery("audit")).toMatchObject({ state: "delivered", attempts: 1 });
    expect(await delivery("crm")).toMatchObject({ state: "delivered", attempts: 3 });
  });

  test("the execution is due when the first of them is", async () => {
    bridge.callbacks.script.crm = [refused(503, { retryAfterMs: HOUR_MS })];
    bridge.callbacks.script.audit = [refused(500)];
    await end();
    expect((await bridge.stored(id)).dueAt).toBe(ENDED + 5 * SECOND_MS);
    await sweepWhenDue(1);
    expect((await bridge.stored(id)).dueAt).toBe(ENDED + HOUR_MS);
  });

  test("one that is gone does not stop the other's retries", async () => {
    bridge.callbacks.script.crm = [refused(410, { final: true })];
    bridge.callbacks.script.audit = [refused(500), DELIVERED];
    await end();
    await sweepWhenDue(5);
    expect(await delivery("crm")).toMatchObject({ state: "exhausted", attempts: 1 });
    expect(await delivery("audit")).toMatchObject({ state: "delivered", attempts: 2 });
    expect((await bridge.stored(id)).dueAt).toBeNull();
  });

  test("a sweep that comes late makes one attempt at each, not one for each that it missed", async () => {
    bridge.callbacks.script.crm = Array.from({ length: 20 }, () => refused(500));
    bridge.callbacks.script.audit = Array.from({ length: 20 }, () => refused(500));
    await end();
    bridge.clock.advance(2 * DAY_MS);
    await sweep(bridge);
    expect(bridge.callbacks.sent).toHaveLength(4);
  });
});

test("each attempt is one line in the log, without payload", async () => {
  bridge.callbacks.script.crm = [refused(500)];
  await end();
  expect(bridge.lines.filter(({ name }) => name === "callback.attempted")).toEqual([
    {
      level: "warn",
      name: "callback.attempted",
      fields: {
        execution: id,
        rule: "plain",
        callback: "crm",
        attempt: 1,
        state: "due",
        status: 500,
        durationMs: 12,
      },
    },
    expect.objectContaining({ level: "info" }),
  ]);
});

describe("what a callback's settings say", () => {
  function withSettings(settings: object): void {
    const setup = setupOf([PLAIN_RULE], [], { crm: settings });
    bridge = { ...createTestBridge({ rules: [PLAIN_RULE] }), setup };
    bridge.fakeEngine.otherwise.get = () => ok(finished("run-1"));
  }

  test("an end that it does not want is not sent to it, and owed no more", async () => {
    withSettings({ on: ["failed"] });
    await end();
    expect(await delivery("crm")).toEqual({ callback: "crm", state: "unwanted", attempts: 0, nextAt: null });
    expect((await delivery("audit")).state).toBe("delivered");
    expect((await bridge.stored(id)).dueAt).toBeNull();
    expect(bridge.callbacks.to("crm")).toEqual([]);
  });

  test("its own waits, and a dead letter after the last of them", async () => {
    withSettings({ retry: ["10s", "1h"] });
    bridge.callbacks.otherwise = ({ callback }) => (callback === "crm" ? refused(500) : DELIVERED);
    await end();
    expect((await delivery("crm")).nextAt).toBe(ENDED + 10 * SECOND_MS);
    await sweepWhenDue(1);
    expect((await delivery("crm")).nextAt).toBe(ENDED + 10 * SECOND_MS + HOUR_MS);
    await sweepWhenDue(5);
    expect(await delivery("crm")).toEqual({ callback: "crm", state: "exhausted", attempts: 3, nextAt: null });
  });

  test("a body that cannot be made is a dead letter that says so, and does not hold up the others", async () => {
    withSettings({ body: "{% data.result.missing %}" });
    await end();
    expect(await delivery("crm")).toMatchObject({ state: "exhausted", attempts: 1 });
    const entry = (await bridge.stored(id)).timeline.find(({ callback }) => callback === "crm");
    expect(entry).toMatchObject({ outcome: "exhausted", detail: "its body cannot be made: it selects nothing" });
    expect((await delivery("audit")).state).toBe("delivered");
    expect(bridge.callbacks.to("crm")).toEqual([]);
  });
});
