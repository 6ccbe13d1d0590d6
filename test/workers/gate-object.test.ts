// The gate's object and its client: what is written, what is remembered, what is told, and what a call that arrives twice does.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import type { LogFields } from "../../src/bridge/ports.ts";
import { BREAKER_FAILURES, type CallOutcome } from "../../src/core/engine-gate.ts";
import { migrate } from "../../src/gate/migrations.ts";
import { createFakeClock, NOW, SECOND_MS } from "../fakes/fake-clock.ts";
import { NO_LIMITS, openGates } from "./gates.ts";
import { countRowsWritten } from "./rows-counted.ts";

const UNCERTAIN: CallOutcome = { reason: "uncertain" };

function isolate(room = openGates()) {
  const clock = createFakeClock();
  const lines: { level: string; name: string; fields: LogFields }[] = [];
  const gate = room.gate(clock, (level, name, fields) => void lines.push({ level, name, fields }));
  return { room, clock, lines, gate };
}

describe("a gate writes", () => {
  it("nothing for calls that are answered or fail now and then, and one row for each turn", async ({ expect }) => {
    const stub = openGates().stub();
    const written = await countRowsWritten(stub);
    const rows: number[] = [];
    const call = async (id: string, ...outcomes: CallOutcome[]): Promise<void> => {
      await stub.enter(NOW, NO_LIMITS, id, 1, 0);
      await stub.leave(NOW, NO_LIMITS, id, outcomes);
      rows.push(written());
    };
    await call("a", { reason: "answered" });
    for (let i = 1; i < BREAKER_FAILURES; i++) await call(`b${i}`, UNCERTAIN);
    await call("c", UNCERTAIN);
    await stub.inspect(NOW, "probe");
    await stub.probed(NOW, "probe", { reason: "answered" });
    rows.push(written());
    await call("d", { reason: "throttled", retryAfterMs: 60_000 });
    await call("e", { reason: "throttled", retryAfterMs: 60_500 });
    await call("f", { reason: "unauthorized" });
    expect(rows).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 0, 1]);
  });

  it("what an evicted object must not forget", async ({ expect }) => {
    for (const turn of ["unauthorized", "throttled", "paused"] as const) {
      const stub = openGates().stub();
      if (turn === "paused") await stub.pause(NOW);
      else
        await stub.leave(NOW, NO_LIMITS, "a", [
          { reason: turn, ...(turn === "throttled" ? { retryAfterMs: 9_000 } : {}) },
        ]);
      const before = await stub.view(NOW, NO_LIMITS);
      await evictDurableObject(stub);
      expect(await stub.view(NOW, NO_LIMITS)).toEqual(before);
      expect(await stub.enter(NOW, NO_LIMITS, "b", 1, 0)).toMatchObject({ open: false, reason: turn });
    }
  });

  it("a schema that may be applied again, and is the same from every earlier step", async ({ expect }) => {
    const stub = openGates().stub();
    await stub.pause(NOW);
    await runInDurableObject(stub, async (_object, { storage }) => {
      const schema = () => storage.sql.exec("SELECT name, sql FROM sqlite_master ORDER BY name").toArray();
      const before = schema();
      migrate(storage);
      expect(schema()).toEqual(before);
      await storage.deleteAll();
      migrate(storage, 0);
      migrate(storage);
      expect(schema()).toEqual(before);
    });
  });
});

describe("a call that arrives twice", () => {
  it("takes one place, counts one failure, and has one right to probe", async ({ expect }) => {
    const stub = openGates().stub();
    for (let twice = 0; twice < 2; twice++) await stub.enter(NOW, NO_LIMITS, "a", 1, 0);
    expect((await stub.view(NOW, NO_LIMITS)).inFlight).toBe(1);
    for (let i = 0; i <= BREAKER_FAILURES; i++) await stub.leave(NOW, NO_LIMITS, "a", [UNCERTAIN]);
    expect(await stub.view(NOW, NO_LIMITS)).toMatchObject({ breaker: "closed", inFlight: 0 });
    for (let i = 0; i < BREAKER_FAILURES; i++) await stub.leave(NOW, NO_LIMITS, `b${i}`, [UNCERTAIN]);
    expect([await stub.inspect(NOW, "p"), await stub.inspect(NOW, "p"), await stub.inspect(NOW, "q")]).toMatchObject([
      { probe: true },
      { probe: true },
      { probe: false },
    ]);
    expect(await stub.view(NOW, NO_LIMITS)).toMatchObject({ breaker: "half-open", openedAt: NOW });
  });
});

describe("an isolate", () => {
  it("asks no more about an engine that is shut for five seconds, and then again", async ({ expect }) => {
    const { room, clock, gate } = isolate();
    await gate.pause("default");
    room.requests = 0;
    for (let i = 0; i < 20; i++) expect((await gate.enter("default", 1)).open).toBe(false);
    expect(room.requests).toBe(0);
    await room.stub().resume(clock.now());
    clock.advance(5 * SECOND_MS);
    expect((await gate.enter("default", 1)).open).toBe(true);
    expect(room.requests).toBe(1);
    expect(gate.slipIn("default").open).toBe(true);
  });

  it("counts the calls that slipped in with the next one that asks", async ({ expect }) => {
    const { room, gate } = isolate();
    room.limits = { perSecond: 1, burst: 10, maxConcurrent: 5 };
    await gate.enter("default", 1);
    for (let i = 0; i < 4; i++) {
      const entry = gate.slipIn("default");
      if (entry.open) await entry.leave({ reason: "answered" });
    }
    expect((await gate.view("default"))?.tokens).toBe(9);
    await gate.enter("default", 1);
    expect((await gate.view("default"))?.tokens).toBe(4);
  });

  it("waits no second time for a gate that does not answer, for five seconds", async ({ expect }) => {
    const { room, clock, gate, lines } = isolate();
    room.broken = () => {
      throw new Error("reset");
    };
    for (let i = 0; i < 5; i++) expect((await gate.enter("default", 1)).open).toBe(true);
    expect([room.requests, lines.map(({ level, name }) => [level, name])]).toEqual([
      1,
      [["error", "gate.unreachable"]],
    ]);
    room.broken = undefined;
    clock.advance(5 * SECOND_MS);
    await gate.enter("default", 1);
    expect(room.requests).toBe(2);
  });

  it("asks nobody about an engine that the configuration does not have", async ({ expect }) => {
    const { room, gate } = isolate();
    expect((await gate.enter("gone", 1)).open).toBe(true);
    expect(await gate.inspect("gone")).toEqual({ shut: null, probe: null });
    expect(room.requests).toBe(0);
  });

  it("tells a turn with its level: what a person must look at is an error", async ({ expect }) => {
    const { gate, lines } = isolate();
    await gate.pause("default");
    await gate.resume("default");
    const entry = await gate.enter("default", 1);
    if (entry.open) await entry.leave({ reason: "unauthorized" });
    for (let i = 0; i < 2; i++) {
      const { probe } = await gate.inspect("default");
      if (probe !== null) await gate.probed("default", probe, { reason: "answered" });
    }
    expect(lines.map(({ level, name }) => [level, name])).toEqual([
      ["warn", "engine.paused"],
      ["info", "engine.resumed"],
      ["error", "engine.unauthorized"],
      ["info", "engine.resumed"],
    ]);
  });
});
