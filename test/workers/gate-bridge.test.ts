// The use cases behind a real gate: what it costs, what waits while an engine is shut, and how it opens again.
import { evictDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { advance, follow } from "../../src/bridge/advance.ts";
import { sweep } from "../../src/bridge/sweep.ts";
import { BREAKER_FAILURES, type GateLimits } from "../../src/core/engine-gate.ts";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../fakes/fake-clock.ts";
import { FAILURES, finished } from "../fakes/fake-engine.ts";
import { createTestBridge, ruleWith, type TestBridge, type TestBridgeOptions } from "../fakes/test-bridge.ts";
import { type GateRoom, NO_LIMITS, openGates } from "./gates.ts";
import { countRowsWritten } from "./rows-counted.ts";

interface Gated {
  readonly bridge: TestBridge;
  readonly room: GateRoom;
  /** The same bridge in another isolate. */
  another(): TestBridge;
  /** The names of the lines that tell of the engine as a whole. */
  turns(): string[];
  /** Sweeps once a minute. */
  minutes(count: number): Promise<void>;
}

function gated(limits: Partial<GateLimits> = {}, options: TestBridgeOptions = {}): Gated {
  const room = openGates();
  room.limits = { ...NO_LIMITS, ...limits };
  const plain = createTestBridge(options);
  const another = (): TestBridge => ({ ...plain, gate: room.gate(plain.clock, plain.log) });
  const bridge = another();
  return {
    bridge,
    room,
    another,
    turns: () =>
      plain.lines
        .map(({ name }) => name)
        .filter((name) => /^engine\.(paused|resumed|opened|closed|unauthorized)$/.test(name)),
    async minutes(count) {
      for (let minute = 0; minute < count; minute++) {
        plain.clock.advance(MINUTE_MS);
        await sweep(bridge);
      }
    },
  };
}

/** So many failures as open the breaker, in one go. */
async function broken({ bridge }: Gated): Promise<void> {
  bridge.fakeEngine.otherwise.start = () => FAILURES.uncertain;
  bridge.fakeEngine.otherwise.get = () => FAILURES.uncertain;
  for (let i = 0; i < BREAKER_FAILURES; i++) await follow(bridge, await bridge.admitOne());
}

describe("a gate costs", () => {
  it("two requests for an execution on the fast path, however often it is polled, and no row written", async ({
    expect,
  }) => {
    const { bridge, room } = gated();
    const written = await countRowsWritten(room.stub());
    const { script } = bridge.fakeEngine;
    const running = { ok: true, value: { runId: "run-1", status: "running", expiresAt: null } } as const;
    script.get.push(running, running, { ok: true, value: finished("run-1") });
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    expect(await bridge.stored(id)).toMatchObject({ run: "succeeded", deliveries: [{ state: "delivered" }] });
    expect([bridge.fakeEngine.of("get").length, room.requests, written()]).toEqual([3, 2, 0]);
  });

  it("a sweep of 240 starts less than a tenth of a request for each", async ({ expect }) => {
    const { bridge, room } = gated();
    for (let i = 0; i < 240; i++) await bridge.admitOne();
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    expect(bridge.fakeEngine.of("start")).toHaveLength(240);
    expect(room.requests).toBeLessThan(40);
    expect(await bridge.gate.view("default")).toMatchObject({ inFlight: 0 });
  });
});

describe("an engine that is down", () => {
  it("costs one probe in a sweep, and no execution an attempt, a call or a write", async ({ expect }) => {
    const one = gated();
    const { bridge, room } = one;
    await broken(one);
    expect(one.turns()).toEqual(["engine.opened"]);
    for (let i = 0; i < 40; i++) await follow(bridge, await bridge.admitOne());
    const { items, attempts } = {
      items: await bridge.ledger.list({ limit: 100 }),
      attempts: bridge.fakeEngine.of("start").length,
    };
    expect(attempts).toBe(BREAKER_FAILURES);
    const saves = bridge.ledger.saves;
    await one.minutes(10);
    expect(bridge.fakeEngine.of("start")).toHaveLength(attempts);
    expect(bridge.fakeEngine.of("get")).toHaveLength(10);
    expect(bridge.ledger.saves).toBe(saves);
    const after = await bridge.ledger.list({ limit: 100 });
    expect(after.executions.map(({ id, version, startAttempts }) => [id, version, startAttempts])).toEqual(
      items.executions.map(({ id, version, startAttempts }) => [id, version, startAttempts]),
    );
    expect(items.executions.filter(({ startAttempts }) => startAttempts === 0)).toHaveLength(40);
    expect(room.requests).toBeLessThan(2 * BREAKER_FAILURES + 40);
  });

  it("is left alone in the middle of a sweep, as soon as it has failed often enough", async ({ expect }) => {
    const { bridge } = gated();
    bridge.fakeEngine.otherwise.start = () => FAILURES.uncertain;
    for (let i = 0; i < 60; i++) await bridge.admitOne();
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    expect(bridge.fakeEngine.of("start").length).toBeLessThan(BREAKER_FAILURES + 6);
  });

  it("is called again as soon as a probe is answered, and nothing is lost", async ({ expect }) => {
    const one = gated();
    const { bridge } = one;
    await broken(one);
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    bridge.fakeEngine.otherwise.get = ({ runId }) =>
      runId?.startsWith("run-") ? { ok: true, value: finished(runId) } : FAILURES.notFound;
    bridge.fakeEngine.otherwise.start = () => ({
      ok: true,
      value: { runId: `run-${id}`, status: "running", expiresAt: null },
    });
    await one.minutes(4);
    expect(one.turns()).toEqual(["engine.opened", "engine.closed"]);
    const { executions } = await bridge.ledger.list({ limit: 100 });
    expect(executions.map(({ run }) => run)).toEqual(executions.map(() => "succeeded"));
    expect(await bridge.stored(id)).toMatchObject({ startAttempts: 1, uncertainStarts: 0 });
  });

  it("parks no execution of a rule that says hold: the engine is probed before anything is started", async ({
    expect,
  }) => {
    const one = gated({}, { rules: [ruleWith({ onUncertainStart: "hold" })] });
    await broken(one);
    const { id } = await one.bridge.admitOne();
    await follow(one.bridge, await one.bridge.stored(id));
    await one.minutes(20);
    expect(await one.bridge.stored(id)).toMatchObject({ run: "queued", startAttempts: 0 });
  });

  it("is remembered by an object that was evicted", async ({ expect }) => {
    const one = gated();
    await broken(one);
    await evictDurableObject(one.room.stub());
    expect(await one.another().gate.enter("default", 1)).toMatchObject({ open: false, reason: "breaker-open" });
  });

  it("has what waits for it ended as expired after three days, and told", async ({ expect }) => {
    const one = gated();
    const { bridge } = one;
    await broken(one);
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    bridge.clock.advance(72 * HOUR_MS);
    await one.minutes(2);
    expect(await bridge.stored(id)).toMatchObject({
      run: "expired",
      startAttempts: 0,
      deliveries: [{ state: "delivered" }],
    });
  });
});

describe("a token that is not accepted", () => {
  it("is one error in the log, and every execution goes on once a probe finds it accepted", async ({ expect }) => {
    const one = gated();
    const { bridge } = one;
    const good = bridge.fakeEngine.otherwise.start;
    bridge.fakeEngine.otherwise.start = () => FAILURES.unauthorized;
    bridge.fakeEngine.otherwise.get = () => FAILURES.unauthorized;
    for (let i = 0; i < 10; i++) await follow(bridge, await bridge.admitOne());
    await one.minutes(3);
    expect(bridge.fakeEngine.of("start")).toHaveLength(1);
    expect(bridge.fakeEngine.of("get")).toHaveLength(3);
    expect(bridge.lines.filter(({ level }) => level === "error").map(({ name }) => name)).toEqual([
      "engine.unauthorized",
    ]);
    bridge.fakeEngine.otherwise.start = good;
    bridge.fakeEngine.otherwise.get = () => FAILURES.notFound;
    await one.minutes(2);
    expect(one.turns()).toEqual(["engine.unauthorized", "engine.resumed"]);
    expect(bridge.fakeEngine.of("start")).toHaveLength(11);
    const { executions } = await bridge.ledger.list({ limit: 100 });
    expect(executions.map(({ run }) => run)).toEqual(executions.map(() => "running"));
  });
});

describe("Retry-After", () => {
  it("keeps everyone from calling, in other isolates too, until it has passed", async ({ expect }) => {
    const { bridge, another } = gated();
    bridge.fakeEngine.script.start.push(FAILURES.throttled);
    await follow(bridge, await bridge.admitOne());
    for (const each of [bridge, another()]) await follow(each, await bridge.admitOne());
    bridge.clock.advance(MINUTE_MS);
    await sweep(another());
    expect(bridge.fakeEngine.calls).toHaveLength(1);
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    expect(bridge.fakeEngine.of("start")).toHaveLength(4);
  });

  it("keeps a run that is followed from being polled", async ({ expect }) => {
    const { bridge } = gated();
    const first = await bridge.admitOne();
    bridge.fakeEngine.script.get.push(FAILURES.throttled);
    await follow(bridge, first);
    expect(bridge.fakeEngine.of("get")).toHaveLength(1);
    expect(await bridge.stored(first.id)).toMatchObject({ run: "running" });
  });
});

describe("limits", () => {
  it("bound the calls under way over several isolates", async ({ expect }) => {
    const { bridge, another } = gated({ maxConcurrent: 3 });
    bridge.fakeEngine.latencyMs = SECOND_MS;
    const fresh = [];
    for (let i = 0; i < 12; i++) fresh.push(await bridge.admitOne());
    await Promise.all(fresh.map((each, index) => follow(index % 2 === 0 ? bridge : another(), each)));
    expect(bridge.fakeEngine.load.peak).toBeLessThanOrEqual(3);
    const { executions } = await bridge.ledger.list({ limit: 100 });
    const waiting = executions.filter(({ run }) => run === "queued");
    expect(waiting.length).toBeGreaterThan(0);
    expect(waiting.map(({ startAttempts, uncertainStarts }) => [startAttempts, uncertainStarts])).toEqual(
      waiting.map(() => [0, 0]),
    );
  });

  it("set the pace of a sweep, which goes on for as long as it may", async ({ expect }) => {
    const { bridge } = gated({ perSecond: 1, burst: 5 });
    for (let i = 0; i < 100; i++) await bridge.admitOne();
    bridge.clock.advance(MINUTE_MS);
    const begun = bridge.clock.now();
    await sweep(bridge);
    const starts = bridge.fakeEngine.of("start");
    expect(starts.length).toBeGreaterThan(40);
    for (const [index, { at }] of starts.entries()) {
      expect(index + 1).toBeLessThanOrEqual(5 + (at - begun) / SECOND_MS);
    }
  });
});

describe("a gate out of reach", () => {
  it("is open: the execution is started, and the log says so once", async ({ expect }) => {
    const { bridge, room } = gated();
    room.broken = () => {
      throw new Error("no such object");
    };
    for (let i = 0; i < 3; i++) await follow(bridge, await bridge.admitOne());
    expect(bridge.fakeEngine.of("start")).toHaveLength(3);
    const unreachable = bridge.lines.filter(({ name }) => name === "gate.unreachable");
    expect(unreachable.length).toBeGreaterThan(0);
    expect(unreachable.length).toBeLessThan(20);
    expect(bridge.lines.every(({ name }) => name !== "fast-path.failed")).toBe(true);
  });
});

describe("an engine paused by hand", () => {
  it("is not called, not even by a poll, until it is resumed by hand", async ({ expect }) => {
    const one = gated();
    const { bridge } = one;
    const running = await bridge.admitOne();
    await follow(bridge, running);
    const calls = bridge.fakeEngine.calls.length;
    await bridge.gate.pause("default");
    await advance(bridge, await bridge.stored(running.id));
    await follow(bridge, await bridge.admitOne());
    await one.minutes(5);
    expect(bridge.fakeEngine.calls).toHaveLength(calls);
    expect((await bridge.gate.view("default"))?.paused).toMatchObject({ why: "by-hand" });
    await bridge.gate.resume("default");
    await one.minutes(1);
    expect(bridge.fakeEngine.of("start")).toHaveLength(2);
    expect(one.turns()).toEqual(["engine.paused", "engine.resumed"]);
  });
});
