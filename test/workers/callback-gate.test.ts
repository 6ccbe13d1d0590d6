// Callbacks behind real gates: what is stopped, what waits, what is disabled, and what it costs. Isolates of their own.
import { describe, it } from "vitest";
import { follow } from "../../src/bridge/advance.ts";
import { sweep } from "../../src/bridge/sweep.ts";
import { callbackLimits } from "../../src/core/callback-config.ts";
import { BREAKER_FAILURES } from "../../src/core/engine-gate.ts";
import { ok } from "../../src/core/result.ts";
import { DELIVERED, refused } from "../fakes/fake-callbacks.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../fakes/fake-clock.ts";
import { finished, running } from "../fakes/fake-engine.ts";
import { createTestBridge, eventWith, PLAIN_RULE, setupOf, type TestBridge } from "../fakes/test-bridge.ts";
import { type GateRoom, openGates } from "./gates.ts";
import { countRowsWritten } from "./rows-counted.ts";

interface Scene {
  readonly bridge: TestBridge;
  readonly room: GateRoom;
  another(): TestBridge;
  end(order?: string): Promise<string>;
  delivery(
    id: string,
    callback?: string,
  ): Promise<{ state: string; attempts: number; nextAt: number | null } | undefined>;
  minutes(count: number): Promise<void>;
}

function scene(settings: object = {}): Scene {
  const setup = setupOf([PLAIN_RULE], [], { crm: settings });
  const plain = createTestBridge({ rules: [PLAIN_RULE] });
  plain.fakeEngine.otherwise.get = ({ runId }) => ok(finished(runId ?? ""));
  const room = openGates();
  const config = setup.config.callbacks.crm;
  if (!config) throw new Error("no callback");
  room.limits = callbackLimits(config);
  room.known = ["crm"];
  const another = (): TestBridge => ({ ...plain, setup, callbackGate: room.gate(plain.clock, plain.log, "callback") });
  const bridge = another();
  return {
    bridge,
    room,
    another,
    async end(order) {
      const { id } = await bridge.admitOne(order === undefined ? {} : { data: { order } });
      await follow(bridge, await bridge.stored(id));
      return id;
    },
    delivery: async (id, callback = "crm") =>
      (await bridge.stored(id)).deliveries.find((each) => each.callback === callback),
    async minutes(count) {
      for (let minute = 0; minute < count; minute++) {
        plain.clock.advance(MINUTE_MS);
        await sweep(bridge);
      }
    },
  };
}

describe("a callback that works", () => {
  it("costs its gate one look in fifteen seconds, whatever is delivered, and no row", async ({ expect }) => {
    const { room, end, delivery } = scene();
    const written = await countRowsWritten(room.stub("crm", "callback"));
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.push(await end());
    for (const id of ids) expect((await delivery(id))?.state).toBe("delivered");
    expect(room.requests).toBeLessThanOrEqual(4);
    expect(written()).toBe(0);
  });
});

describe("a callback that is paused", () => {
  it("is sent nothing, in any isolate, while others are; and nothing of it counts as an attempt", async ({
    expect,
  }) => {
    const { bridge, another, delivery, minutes } = scene();
    await bridge.callbackGate.pause("crm");
    const elsewhere = another();
    const { id } = await elsewhere.admitOne();
    await follow(elsewhere, await bridge.stored(id));
    expect(await delivery(id)).toMatchObject({ state: "due", attempts: 0 });
    expect((await delivery(id, "audit"))?.state).toBe("delivered");
    const saves = bridge.ledger.saves;
    await minutes(180);
    expect(bridge.callbacks.to("crm")).toEqual([]);
    expect(await delivery(id)).toMatchObject({ state: "due", attempts: 0 });
    expect(bridge.ledger.saves - saves).toBeLessThan(25);
    await bridge.callbackGate.resume("crm");
    await minutes(31);
    expect(await delivery(id)).toMatchObject({ state: "delivered", attempts: 1 });
  });
});

describe("a callback that does not work", () => {
  it("is tried by one message at a time once it has failed often enough, and goes on by itself", async ({ expect }) => {
    const { bridge, end, delivery, minutes } = scene();
    bridge.callbacks.otherwise = ({ callback }) => (callback === "crm" ? refused(503) : DELIVERED);
    const ids: string[] = [];
    for (let n = 0; n < 30; n++) ids.push(await end());
    expect(bridge.callbacks.to("crm")).toHaveLength(BREAKER_FAILURES);
    expect(bridge.lines.filter(({ name }) => name === "callback.opened")).toHaveLength(1);
    await minutes(30);
    expect(bridge.callbacks.to("crm").length).toBeLessThan(BREAKER_FAILURES + 40);
    bridge.callbacks.otherwise = () => DELIVERED;
    await minutes(60);
    for (const id of ids) expect((await delivery(id))?.state).toBe("delivered");
  });

  it("that asks for time is left alone for it by every message", async ({ expect }) => {
    const { bridge, end, minutes } = scene();
    bridge.callbacks.script.crm = [refused(429, { retryAfterMs: HOUR_MS })];
    await end();
    await end();
    await minutes(59);
    expect(bridge.callbacks.to("crm")).toHaveLength(1);
    await minutes(15);
    expect(bridge.callbacks.to("crm").length).toBeGreaterThanOrEqual(3);
  });
});

describe("a callback that is disabled", () => {
  it("by 410: what is owed is a dead letter at once, and says so; resumed, it is called again", async ({ expect }) => {
    const { bridge, end, delivery } = scene();
    bridge.callbacks.script.crm = [refused(410, { final: true })];
    const first = await end();
    const second = await end();
    expect(await delivery(first)).toMatchObject({ state: "exhausted", attempts: 1 });
    expect(await delivery(second)).toMatchObject({ state: "exhausted" });
    expect(bridge.callbacks.to("crm")).toHaveLength(1);
    const entry = (await bridge.stored(second)).timeline.find(({ callback }) => callback === "crm");
    expect(entry?.detail).toContain("is disabled");
    expect(bridge.lines.filter(({ name }) => name === "callback.disabled")).toHaveLength(1);
    await bridge.callbackGate.resume("crm");
    expect(await delivery(await end())).toMatchObject({ state: "delivered" });
  });

  it.for([500, 404])(
    "after five days of nothing but %i, and not where one was taken in between",
    async (status, { expect }) => {
      const { bridge, end, minutes } = scene();
      bridge.callbacks.otherwise = ({ callback }) => (callback === "crm" ? refused(status) : DELIVERED);
      await end();
      bridge.clock.advance(4 * DAY_MS);
      bridge.callbacks.script.crm = [DELIVERED];
      await end();
      await minutes(1);
      bridge.clock.advance(2 * DAY_MS);
      await end();
      expect(bridge.lines.filter(({ name }) => name === "callback.disabled")).toEqual([]);
      for (let day = 0; day < 6; day++) {
        bridge.clock.advance(DAY_MS);
        await end();
        await minutes(2);
      }
      expect(bridge.lines.filter(({ name }) => name === "callback.disabled")).toHaveLength(1);
      expect(await bridge.callbackGate.view("crm")).toMatchObject({ paused: { why: "disabled" } });
    },
  );
});

describe("limits of a callback", () => {
  it("bound how many messages it gets in a time; the others wait and are not lost", async ({ expect }) => {
    const { bridge, delivery, minutes } = scene({ rateLimit: { perSecond: 1, burst: 2 } });
    const ids: string[] = [];
    for (let n = 0; n < 8; n++) ids.push((await bridge.admitOne()).id);
    bridge.clock.advance(2 * MINUTE_MS);
    await sweep(bridge);
    await minutes(1);
    const sent = bridge.callbacks.to("crm").map(({ at }) => at);
    for (const at of sent)
      expect(sent.filter((other) => other >= at && other < at + SECOND_MS).length).toBeLessThanOrEqual(3);
    await minutes(30);
    for (const id of ids) expect(await delivery(id)).toMatchObject({ state: "delivered", attempts: 1 });
  });
});

describe("an ordered callback", () => {
  it("gets the ends of a record one after the other, while other records go on", async ({ expect }) => {
    const rule = { ...PLAIN_RULE, start: { ...PLAIN_RULE.start, recordId: "{% data.order %}" } };
    const { bridge: plain } = scene({ ordered: true, retry: ["10m", "10m", "10m"] });
    const bridge: TestBridge = {
      ...plain,
      setup: setupOf([rule], [], { crm: { ordered: true, retry: ["10m", "10m"] } }),
    };
    const end = async (id: string, order: string): Promise<string> => {
      const [admission] = await bridge.setup.rules.decide(eventWith({ id, dedupeKey: id, data: { order } }));
      if (!admission) throw new Error("no rule");
      const admitted = await bridge.ledger.admit([admission], bridge.now());
      if (!admitted.ok || admitted.value[0]?.outcome !== "new") throw new Error("not admitted");
      await follow(bridge, admitted.value[0].execution);
      return admitted.value[0].execution.id;
    };
    bridge.callbacks.script.crm = [refused(500)];
    const first = await end("a", "one");
    const second = await end("b", "one");
    const other = await end("c", "two");
    const state = async (id: string) =>
      (await bridge.stored(id)).deliveries.find(({ callback }) => callback === "crm")?.state;
    expect([await state(first), await state(second), await state(other)]).toEqual(["due", "due", "delivered"]);
    for (let minute = 0; minute < 12; minute++) {
      bridge.clock.advance(MINUTE_MS);
      await sweep(bridge);
    }
    expect([await state(first), await state(second)]).toEqual(["delivered", "delivered"]);
    const told = bridge.callbacks.to("crm").map(({ body }) => JSON.parse(body).data.event.id);
    expect(told).toEqual(["a", "c", "a", "b"]);
    expect((await bridge.stored(second)).deliveries.find(({ callback }) => callback === "crm")?.attempts).toBe(1);
  });

  it("keeps the order of ends that come in the same moment, though the first is not taken at once", async ({
    expect,
  }) => {
    const rule = { ...PLAIN_RULE, callbacks: ["crm"], start: { ...PLAIN_RULE.start, recordId: "one record" } };
    const { bridge: plain } = scene();
    const bridge: TestBridge = {
      ...plain,
      setup: setupOf([rule], [], { crm: { ordered: true, retry: ["10m", "10m"] } }),
    };
    bridge.fakeEngine.otherwise.get = ({ runId }) => ok(running(runId ?? ""));
    for (const id of ["a", "b"]) {
      const [admission] = await bridge.setup.rules.decide(eventWith({ id, dedupeKey: id }));
      const admitted = await bridge.ledger.admit(admission ? [admission] : [], bridge.now());
      if (!admitted.ok || admitted.value[0]?.outcome !== "new") throw new Error("not admitted");
      await follow(bridge, admitted.value[0].execution);
    }
    bridge.fakeEngine.otherwise.get = ({ runId }) => ok(finished(runId ?? ""));
    bridge.callbacks.script.crm = [refused(500)];
    bridge.callbacks.latencyMs = 50;
    for (let minute = 0; minute < 15; minute++) {
      bridge.clock.advance(MINUTE_MS);
      await sweep(bridge);
    }
    const told = bridge.callbacks.to("crm").map(({ body }) => JSON.parse(body).data.event.id);
    expect(told[0]).toBe(told[1]);
    expect(told).toHaveLength(3);
    expect(new Set(told).size).toBe(2);
  });
});
