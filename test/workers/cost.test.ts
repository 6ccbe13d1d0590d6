// What an execution costs, counted over real Durable Objects: rows written and calls to objects, on each of the usual ways. The
// price list in bench/cost.ts is made of these figures, so a change that costs more is seen here.
import { describe, it } from "vitest";
import { COUNTED } from "../../bench/counted.ts";
import { follow } from "../../src/bridge/advance.ts";
import { sweep } from "../../src/bridge/sweep.ts";
import type { LedgerShard } from "../../src/ledger/ledger-shard.ts";
import { refused } from "../fakes/fake-callbacks.ts";
import { DAY_MS, MINUTE_MS } from "../fakes/fake-clock.ts";
import { finished } from "../fakes/fake-engine.ts";
import { createTestBridge, type TestBridge } from "../fakes/test-bridge.ts";
import { openGates } from "./gates.ts";
import { http } from "./http-bridge.ts";
import { fakeNamespace, openLedger, ownShards } from "./ledger-objects.ts";
import { countRowsWritten } from "./rows-counted.ts";

/** A bridge over one shard and one gate, whose calls are counted, and apart from them those that a sweep of nothing makes. */
async function counted() {
  const shards = ownShards();
  const shard = shards.getByName("ledger/0") as DurableObjectStub<LedgerShard>;
  const room = openGates();
  let ledgerCalls = 0;
  const namespace = fakeNamespace((name) => {
    ledgerCalls++;
    return shards.getByName(name);
  });
  const plain = createTestBridge({ ledger: openLedger(namespace, 1) });
  const bridge: TestBridge = { ...plain, gate: room.gate(plain.clock, plain.log) };
  const calls = (): number => ledgerCalls + room.requests;
  const written = await countRowsWritten(shard);

  let overhead = 0;
  async function sweepAfter(ms: number): Promise<void> {
    bridge.clock.advance(ms);
    await sweep(bridge);
    overhead += EMPTY_SWEEP_CALLS;
  }
  return {
    bridge,
    sweepAfter,
    /** What it all has cost, a purge in the end included: of that only the rows, since one call deletes up to 500. */
    async cost() {
      const objectRequests = calls() - overhead;
      bridge.clock.advance(40 * DAY_MS);
      await bridge.ledger.purge(0, bridge.clock.now());
      return { rowsWritten: written(), objectRequests };
    },
    calls,
  };
}

/** The shard's claim, its purge, the marks of schedules; whether the engine is shut. */
const EMPTY_SWEEP_CALLS = 4;

const RUNNING = { ok: true, value: { runId: "run-1", status: "running", expiresAt: null } } as const;

describe("what is charged for", () => {
  it("by a sweep over nothing are its looks at each shard, at the marks and at each engine", async ({ expect }) => {
    const { bridge, calls, sweepAfter } = await counted();
    // Not one of the minutes in which sizes are asked for.
    bridge.clock.advance(MINUTE_MS);
    await sweepAfter(MINUTE_MS);
    expect(calls()).toBe(EMPTY_SWEEP_CALLS);
  });

  it("by an execution on its happy path", async ({ expect }) => {
    const { bridge, cost } = await counted();
    bridge.fakeEngine.script.get.push({ ok: true, value: finished("run-1") });
    await follow(bridge, await bridge.admitOne());
    expect(bridge.callbacks.sent).toHaveLength(1);
    expect(await cost()).toEqual(pricedAs("happy path: started, ended and delivered by the fast path"));
  });

  it("by one that is polled three times by sweeps", async ({ expect }) => {
    const { bridge, cost, sweepAfter } = await counted();
    bridge.fakeEngine.otherwise.get = () => RUNNING;
    await follow({ ...bridge, engine: (engine) => withoutFollowing(bridge, engine) }, await bridge.admitOne());
    for (let polls = 0; polls < 3; polls++) await sweepAfter(MINUTE_MS);
    bridge.fakeEngine.otherwise.get = () => ({ ok: true, value: finished("run-1") });
    await sweepAfter(MINUTE_MS);
    expect([bridge.fakeEngine.of("get").length, bridge.callbacks.sent.length]).toEqual([4, 1]);
    expect(await cost()).toEqual(pricedAs("the same, polled three times by sweeps first"));
  });

  it("by one whose callback fails twice", async ({ expect }) => {
    const { bridge, cost, sweepAfter } = await counted();
    bridge.fakeEngine.script.get.push({ ok: true, value: finished("run-1") });
    bridge.callbacks.script.crm = [refused(500), refused(500)];
    await follow(bridge, await bridge.admitOne());
    await sweepAfter(10 * MINUTE_MS);
    await sweepAfter(60 * MINUTE_MS);
    expect(bridge.callbacks.sent).toHaveLength(3);
    expect(await cost()).toEqual(pricedAs("the same, two callbacks failed first"));
  });

  it("by a duplicate", async ({ expect }) => {
    const { bridge, calls } = await counted();
    await bridge.admit({ id: "evt", dedupeKey: "evt" });
    const before = calls();
    await bridge.admit({ id: "evt", dedupeKey: "evt" });
    expect(calls() - before).toBe(COUNTED["a duplicate"].objectRequests);
  });

  it("by a request that proves nothing", async ({ expect }) => {
    let calls = 0;
    const shards = ownShards();
    const namespace = fakeNamespace((name) => {
      calls++;
      return shards.getByName(name);
    });
    const { fetch } = http({ ledger: openLedger(namespace, 1) });
    const headers = { "content-type": "application/json", "stripe-signature": "t=1,v1=00" };
    expect((await fetch("/in/stripe", { method: "POST", body: "{}", headers })).status).toBe(401);
    expect(calls).toBe(COUNTED["a request that proves nothing"].objectRequests);
  });
});

function pricedAs(what: keyof typeof COUNTED) {
  const { rowsWritten, objectRequests } = COUNTED[what];
  return { rowsWritten, objectRequests };
}

function withoutFollowing(bridge: TestBridge, id: string) {
  const engine = bridge.engine(id);
  return engine && { ...engine, followForMs: 0 };
}
