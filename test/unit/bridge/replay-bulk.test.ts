// Replays by filter: the estimate beforehand, portions, and that a repeated portion starts nothing twice.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { follow } from "../../../src/bridge/advance.ts";
import { takeUp } from "../../../src/bridge/fast-path.ts";
import { estimate, FOLLOWED_MAX, type ReplayFilter, replayPortion } from "../../../src/bridge/replay-bulk.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import type { ReplayRequest } from "../../../src/core/replay.ts";
import { isActive } from "../../../src/core/run-state.ts";
import { MINUTE_MS } from "../../fakes/fake-clock.ts";
import { FAILURES } from "../../fakes/fake-engine.ts";
import { createTestBridge, ruleWith, setupOf, type TestBridge } from "../../fakes/test-bridge.ts";

const RESTART = { intent: "restart" } as const;
const TODAY = { intent: "re-evaluate", revision: "today" } as const;
const REJECTED: ReplayFilter = { state: "rejected" };

/** Executions that the engine has refused to start, each with a key of its own. */
async function withRejected(count: number): Promise<TestBridge> {
  const bridge = createTestBridge();
  bridge.fakeEngine.otherwise.start = () => FAILURES.rejected;
  for (let n = 0; n < count; n++) {
    bridge.clock.advance(1);
    await follow(bridge, await bridge.admitOne());
  }
  return bridge;
}

async function portion(bridge: TestBridge, request: ReplayRequest, key: string, limit = 100, before?: string) {
  const from = before === undefined ? {} : { before };
  const answer = await replayPortion(bridge, request, { ...REJECTED, ...from, limit }, key);
  for (const { followUps } of answer.replayed) {
    for (const execution of followUps) await takeUp(bridge, execution);
  }
  return answer;
}

async function count(bridge: TestBridge): Promise<number> {
  return (await bridge.ledger.list({ limit: 1_000 })).executions.length;
}

describe("a bulk replay", () => {
  it("goes through all that the filter means in portions, and replays none that it has started itself", async () => {
    const bridge = await withRejected(7);
    let before: string | undefined;
    const seen: string[] = [];
    do {
      bridge.clock.advance(1);
      const { replayed, next } = await portion(bridge, RESTART, "bulk", 3, before);
      seen.push(...replayed.map(({ of }) => of));
      before = next ?? undefined;
    } while (before !== undefined);
    expect(new Set(seen).size).toBe(7);
    expect(seen).toHaveLength(7);
    expect(await count(bridge)).toBe(14);
  });

  it("that is repeated under its key starts nothing twice, even when what it started matches the filter by now", async () => {
    const bridge = await withRejected(4);
    await portion(bridge, RESTART, "bulk");
    bridge.clock.advance(1);
    const again = await portion(bridge, RESTART, "bulk");
    expect(again.replayed.map(({ outcome }) => outcome)).toEqual(Array(4).fill("repeated"));
    expect(await count(bridge)).toBe(8);
    await portion(bridge, RESTART, "another");
    expect(await count(bridge)).toBeGreaterThan(8);
  });

  it("takes some up at once and leaves the others to the sweep", async () => {
    const bridge = await withRejected(FOLLOWED_MAX + 10);
    const { replayed } = await portion(bridge, RESTART, "bulk");
    expect(replayed.flatMap(({ followUps }) => followUps)).toHaveLength(FOLLOWED_MAX);
    expect((await bridge.ledger.list({ state: "queued", limit: 100 })).executions).toHaveLength(10);
    bridge.clock.advance(MINUTE_MS);
    await sweep(bridge);
    expect((await bridge.ledger.list({ state: "queued", limit: 100 })).executions).toHaveLength(0);
  });

  it("of one key starts the newest, which the older ones find in the way", async () => {
    const bridge = await withRejected(1);
    await portion(bridge, RESTART, "first");
    const { replayed } = await replayPortion(bridge, RESTART, { ...REJECTED, limit: 9 }, "second");
    expect(replayed.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ["started", null],
      ["refused", "key-in-use"],
    ]);
  });
});

describe("an estimate", () => {
  it("counts what would be done and what stands in the way, and does nothing", async () => {
    const bridge = await withRejected(3);
    bridge.fakeEngine.script.start.push({ ok: true, value: { runId: "r", status: "running", expiresAt: null } });
    const running = await bridge.admitOne();
    await follow(bridge, running);
    const sums = await estimate(bridge, RESTART, {});
    expect(sums).toMatchObject({
      looked: 4,
      complete: true,
      counts: { start: 3, "be-refused": 1 },
      starts: 3,
      cancels: 0,
    });
    expect(sums.reasons).toMatchObject({ "goes-on": { count: 1, example: { of: running.id } } });
    expect(sums.sample).toHaveLength(4);
    expect(await count(bridge)).toBe(4);
  });

  it("foresees what the replay then does, also for those that have a key in common", async () => {
    const bridge = await withRejected(3);
    await portion(bridge, RESTART, "first");
    const sums = await estimate(bridge, TODAY, REJECTED);
    const { replayed } = await replayPortion(bridge, TODAY, { ...REJECTED, limit: 100 }, "second");
    expect(sums.counts.start).toBe(replayed.filter(({ outcome }) => outcome === "started").length);
    expect([sums.starts, sums.reasons["key-in-use"]?.count]).toEqual([3, 3]);
  });

  it("says where it has not looked at all of them", async () => {
    const bridge = await withRejected(0);
    const two = setupOf([ruleWith({ shadow: true, callbacks: [] })]);
    const shadows = { ...bridge, setup: two };
    for (let n = 0; n < 510; n++) {
      const event = { id: `e${n}`, source: "signup", type: "t", time: "", data: {}, headers: {}, dedupeKey: `e${n}` };
      await bridge.ledger.admit(await two.rules.decide(event), bridge.now());
    }
    expect(await estimate(shadows, TODAY, {})).toMatchObject({ looked: 500, complete: false });
    expect(await estimate(shadows, { intent: "resend", callback: null }, {})).toMatchObject({
      looked: 510,
      complete: true,
      reasons: { "no-callbacks": { count: 510 } },
    });
  });
});

it("whatever is admitted, replayed and ended in whatever order, one execution goes on for a key at most, and no wanted replay is eaten", async () => {
  const step = fc.constantFrom("admit", "restart", "re-evaluate", "bulk", "sweep", "end");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 16 }), async (steps) => {
      const bridge = createTestBridge({ rules: [ruleWith({ dedupe: { key: "{% data.order %}" } })] });
      let keys = 0;
      const active = async () =>
        (await bridge.ledger.list({ limit: 200 })).executions.filter(({ run }) => isActive(run)).length;
      for (const each of steps) {
        bridge.clock.advance(MINUTE_MS);
        if (each === "admit") for (const one of await bridge.admit()) await follow(bridge, one);
        else if (each === "sweep") await sweep(bridge);
        else if (each === "end") {
          bridge.fakeEngine.otherwise.get = ({ runId }) => ({
            ok: true,
            value: { runId: runId ?? "", status: "failed", expiresAt: null },
          });
          await sweep(bridge);
          bridge.fakeEngine.otherwise.get = ({ runId }) => ({
            ok: true,
            value: { runId: runId ?? "", status: "running", expiresAt: null },
          });
        } else {
          const request: ReplayRequest = each === "re-evaluate" ? TODAY : RESTART;
          const free = (await active()) === 0;
          const { replayed } = await replayPortion(bridge, request, { limit: each === "bulk" ? 9 : 1 }, `k${++keys}`);
          const started = replayed.filter(({ outcome }) => outcome === "started").length;
          expect(started).toBe(free && replayed.length > 0 ? 1 : 0);
          for (const { followUps } of replayed) for (const one of followUps) await takeUp(bridge, one);
        }
        expect(await active()).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 60 },
  );
});
