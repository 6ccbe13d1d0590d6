// One pass over everything that is due: nothing twice, nothing left out, and no single fault stops the rest.
import { describe, expect, test } from "vitest";
import { follow } from "../../../src/bridge/advance.ts";
import type { Bridge, ShardsOrder } from "../../../src/bridge/ports.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import { sweepShards } from "../../../src/bridge/sweep-shards.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../fakes/fake-clock.ts";
import { FAILURES } from "../../fakes/fake-engine.ts";
import { createTestBridge, type TestBridge } from "../../fakes/test-bridge.ts";

/** Executions that are all due for their start: admitted, and whoever admitted them is gone. */
async function bridgeWithDue(count: number, shards = 8): Promise<{ bridge: TestBridge; ids: string[] }> {
  const bridge = createTestBridge({ shards });
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push((await bridge.admitOne()).id);
  bridge.clock.advance(MINUTE_MS);
  return { bridge, ids };
}

describe("a pass", () => {
  test("advances every due execution exactly once, over many shards and many batches", async () => {
    const { bridge, ids } = await bridgeWithDue(300, 3);
    expect(await sweep(bridge)).toEqual({ advanced: 300, conflicts: 0, faults: 0, purged: 0, complete: true });
    expect(bridge.fakeEngine.of("start")).toHaveLength(300);
    for (const id of ids) expect(await bridge.stored(id)).toMatchObject({ run: "running", startAttempts: 2 });
  });

  test("polls every run exactly once, over many batches", async () => {
    const { bridge } = await bridgeWithDue(120, 2);
    await sweep(bridge);
    bridge.clock.advance(2 * MINUTE_MS);
    expect(await sweep(bridge)).toMatchObject({ advanced: 120 });
    expect(new Set(bridge.fakeEngine.of("get").map(({ runId }) => runId)).size).toBe(120);
    expect(bridge.fakeEngine.of("get")).toHaveLength(120);
  });

  test("leaves alone what is not due", async () => {
    const bridge = createTestBridge();
    await bridge.admitOne();
    expect(await sweep(bridge)).toMatchObject({ advanced: 0, complete: true });
    expect(bridge.fakeEngine.calls).toHaveLength(0);
  });

  test("over nothing at all says so in the log", async () => {
    const bridge = createTestBridge();
    await sweep(bridge);
    expect(bridge.lines).toEqual([
      {
        level: "info",
        name: "sweep.finished",
        fields: { advanced: 0, conflicts: 0, faults: 0, purged: 0, complete: true, durationMs: 0 },
      },
    ]);
  });

  test("works on six executions at a time and never on more", async () => {
    const { bridge } = await bridgeWithDue(100);
    await sweep(bridge);
    expect(bridge.fakeEngine.load.peak).toBe(6);
  });

  test("begins at another shard according to chance, and visits all of them", async () => {
    for (const [random, order] of [
      [0, [0, 1, 2, 3]],
      [0.5, [2, 3, 0, 1]],
      [0.999, [3, 0, 1, 2]],
    ] as const) {
      const bridge = createTestBridge({ shards: 4, random });
      const claimed: unknown[] = [];
      bridge.ledger.fault = (method, shard) => {
        if (method === "claim") claimed.push(shard);
      };
      await sweep(bridge);
      expect(claimed).toEqual(order);
    }
  });

  test("purges what has outlived its retention", async () => {
    const bridge = createTestBridge();
    bridge.fakeEngine.script.start.push(FAILURES.rejected);
    const { id } = await bridge.admitOne();
    await follow(bridge, await bridge.stored(id));
    bridge.clock.advance(30 * DAY_MS - 1);
    expect(await sweep(bridge)).toMatchObject({ purged: 0 });
    bridge.clock.advance(1);
    expect(await sweep(bridge)).toMatchObject({ purged: 1 });
    expect(await bridge.ledger.get(id)).toBeNull();
  });
});

describe("two passes at once", () => {
  test("share the work: nothing is started twice", async () => {
    const { bridge } = await bridgeWithDue(100);
    const reports = await Promise.all([sweep(bridge), sweep(bridge)]);
    expect(reports.reduce((sum, { advanced, conflicts }) => sum + advanced + conflicts, 0)).toBe(100);
    expect(bridge.fakeEngine.of("start")).toHaveLength(100);
  });

  test("poll each run once", async () => {
    const { bridge } = await bridgeWithDue(50);
    await sweep(bridge);
    bridge.clock.advance(HOUR_MS);
    await Promise.all([sweep(bridge), sweep(bridge)]);
    const polled = bridge.fakeEngine.of("get").map(({ runId }) => runId);
    expect(new Set(polled).size).toBe(polled.length);
  });
});

describe("a fault", () => {
  test("of one shard does not stop the others", async () => {
    const { bridge, ids } = await bridgeWithDue(80, 4);
    bridge.ledger.fault = (method, shard) => {
      if (method === "claim" && shard === 1) throw new Error("out of reach");
    };
    const { advanced, faults, complete } = await sweep(bridge);
    const outOfReach = ids.filter((id) => id.startsWith("exe_1_")).length;
    expect(outOfReach).toBeGreaterThan(0);
    expect({ advanced, faults, complete }).toEqual({ advanced: 80 - outOfReach, faults: 1, complete: true });
    expect(bridge.lines).toContainEqual({
      level: "error",
      name: "sweep.shard-unreachable",
      fields: { shard: 1, error: "Error: out of reach" },
    });
  });

  test("of one execution does not stop the others", async () => {
    const { bridge, ids } = await bridgeWithDue(60);
    bridge.ledger.fault = (method, what) => {
      if (method === "save" && typeof what === "object" && what.id === ids[7]) throw new Error("a bug");
    };
    expect(await sweep(bridge)).toMatchObject({ advanced: 59, faults: 1 });
    expect(bridge.lines).toContainEqual(
      expect.objectContaining({ level: "error", name: "sweep.advance-failed", fields: expect.anything() }),
    );
  });

  test("of the purge is counted and stops nothing", async () => {
    const { bridge } = await bridgeWithDue(10);
    bridge.ledger.fault = (method, shard) => {
      if (method === "purge" && shard === 0) throw new Error("out of reach");
    };
    expect(await sweep(bridge)).toMatchObject({ advanced: 10, faults: 1 });
  });

  test("leaves the execution to the next pass, after its lease", async () => {
    const { bridge, ids } = await bridgeWithDue(1);
    bridge.ledger.fault = (method) => {
      if (method === "save") throw new Error("out of reach");
    };
    await sweep(bridge);
    bridge.ledger.fault = () => undefined;
    bridge.clock.advance(MINUTE_MS);
    expect(await sweep(bridge)).toMatchObject({ advanced: 1, faults: 0 });
    expect((await bridge.stored(ids[0] ?? "")).run).toBe("running");
  });
});

describe("a pass that runs out of time", () => {
  test("says that it is not complete, and takes up nothing more", async () => {
    const { bridge } = await bridgeWithDue(200, 1);
    bridge.fakeEngine.latencyMs = 5 * SECOND_MS;
    const begun = bridge.clock.now();
    const { advanced, complete } = await sweep(bridge);
    expect(complete).toBe(false);
    expect(advanced).toBeLessThan(24);
    const lastCall = bridge.fakeEngine.calls.at(-1)?.at ?? 0;
    expect(lastCall - begun).toBeLessThanOrEqual(50 * SECOND_MS + 6 * bridge.fakeEngine.latencyMs);
    expect(bridge.lines.at(-1)).toMatchObject({ level: "warn", name: "sweep.finished" });
  });

  test("does not purge", async () => {
    const { bridge } = await bridgeWithDue(50, 1);
    let purged = 0;
    bridge.ledger.fault = (method) => {
      if (method === "purge") purged++;
    };
    bridge.fakeEngine.latencyMs = 10 * SECOND_MS;
    await sweep(bridge);
    expect(purged).toBe(0);
  });

  test("leaves the rest to the following passes, which finish it", async () => {
    const { bridge, ids } = await bridgeWithDue(100, 2);
    bridge.fakeEngine.otherwise.start = () => FAILURES.rejected;
    bridge.fakeEngine.latencyMs = 2 * SECOND_MS;
    for (let pass = 0; pass < 12; pass++) {
      await sweep(bridge);
      bridge.clock.advance(MINUTE_MS);
    }
    for (const id of ids) expect((await bridge.stored(id)).run).toBe("rejected");
    expect(bridge.fakeEngine.of("start")).toHaveLength(100);
  });
});

describe("a sweep that is shared", () => {
  /** Orders that were given away, each carried out by an invocation with memory of its own. */
  function sharing(bridge: TestBridge, lost: (order: ShardsOrder) => boolean = () => false) {
    const orders: ShardsOrder[] = [];
    const shared: Bridge = {
      ...bridge,
      async sweepElsewhere(order) {
        orders.push(order);
        const report = await sweepShards(bridge, structuredClone(order));
        if (lost(order)) throw new Error("the invocation was lost");
        return report;
      },
    };
    return { shared, orders };
  }

  test("visits every shard once, and advances every execution once", async () => {
    const { bridge, ids } = await bridgeWithDue(300, 10);
    const { shared, orders } = sharing(bridge);
    expect(await sweep(shared)).toMatchObject({ advanced: 300, conflicts: 0, faults: 0, complete: true });
    expect(orders.map(({ shards }) => shards.length)).toEqual([3, 3, 2, 2]);
    expect(orders.flatMap(({ shards }) => shards).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(bridge.fakeEngine.of("start")).toHaveLength(300);
    for (const id of ids) expect((await bridge.stored(id)).startAttempts).toBe(2);
  });

  test("calls the engine from several invocations at a time, six calls each", async () => {
    const { bridge } = await bridgeWithDue(200, 8);
    await sweep(sharing(bridge).shared);
    expect(bridge.fakeEngine.load.peak).toBe(24);
  });

  test("is done by whoever begins it where there are no others, and for one shard", async () => {
    const alone = await bridgeWithDue(20, 8);
    expect(await sweep(alone.bridge)).toMatchObject({ advanced: 20 });
    const small = await bridgeWithDue(20, 1);
    const { shared, orders } = sharing(small.bridge);
    expect(await sweep(shared)).toMatchObject({ advanced: 20 });
    expect(orders).toEqual([]);
  });

  test("loses nothing with an invocation that is lost after its work, nor does anything twice", async () => {
    const { bridge } = await bridgeWithDue(100, 8);
    const { shared } = sharing(bridge, ({ shards }) => shards.includes(3));
    await sweep(shared);
    expect(bridge.fakeEngine.of("start")).toHaveLength(100);
    expect(bridge.lines).toContainEqual({
      level: "error",
      name: "sweep.share-lost",
      fields: { shards: "3 7", error: "Error: the invocation was lost" },
    });
  });

  test("does itself what could not be given away", async () => {
    const { bridge } = await bridgeWithDue(100, 8);
    const shared: Bridge = { ...bridge, sweepElsewhere: () => Promise.reject(new Error("no invocation to be had")) };
    expect(await sweep(shared)).toMatchObject({ advanced: 100, conflicts: 0 });
    expect(bridge.fakeEngine.load.peak).toBe(6);
  });

  test("leaves alone everywhere an engine that was found shut at the beginning", async () => {
    const { bridge } = await bridgeWithDue(10, 8);
    const until = bridge.now() + MINUTE_MS;
    const gate: Bridge["gate"] = {
      ...bridge.gate,
      inspect: async () => ({ shut: { open: false, reason: "paused", waitMs: MINUTE_MS }, probe: null }),
    };
    const { shared, orders } = sharing(bridge);
    await sweep({ ...shared, gate });
    for (const { shutUntil } of orders) expect(shutUntil).toEqual([["default", until]]);
  });
});

describe("a clock that goes back between two passes", () => {
  test("delays work and repeats none of it", async () => {
    const { bridge, ids } = await bridgeWithDue(30);
    await sweep(bridge);
    bridge.clock.advance(-30 * MINUTE_MS);
    await sweep(bridge);
    expect(bridge.fakeEngine.of("start")).toHaveLength(30);
    bridge.clock.advance(32 * MINUTE_MS);
    await sweep(bridge);
    for (const id of ids) expect(await bridge.stored(id)).toMatchObject({ run: "running", startAttempts: 2 });
    expect(bridge.fakeEngine.of("start")).toHaveLength(30);
  });
});

describe("a shard that fills up", () => {
  const GB = 1_000_000_000;

  test.each([
    [5 * GB - 1, []],
    [5 * GB, [["warn", "ledger.shard-filling", 1]]],
    [8 * GB, [["error", "ledger.shard-nearly-full", 1]]],
  ])("with %d bytes is told as %j", async (bytes, told) => {
    const bridge = createTestBridge({ shards: 2 });
    const ledger = { ...bridge.ledger, sizes: async () => [0, bytes] };
    await sweep({ ...bridge, ledger });
    const lines = bridge.lines.filter(({ name }) => name.startsWith("ledger."));
    expect(lines.map(({ level, name, fields }) => [level, name, fields.shard])).toEqual(told);
  });

  test("is looked for once in ten minutes", async () => {
    const bridge = createTestBridge({ shards: 2 });
    let asked = 0;
    const ledger = {
      ...bridge.ledger,
      sizes: async () => {
        asked++;
        return [0, 0];
      },
    };
    for (let minute = 0; minute < 30; minute++) {
      await sweep({ ...bridge, ledger });
      bridge.clock.advance(MINUTE_MS);
    }
    expect(asked).toBe(3);
  });
});
