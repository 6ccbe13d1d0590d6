// Replays over fakes: what each intent does, what it leaves alone, and what stands in its way.
import { describe, expect, it } from "vitest";
import { advance, follow } from "../../../src/bridge/advance.ts";
import { takeUp } from "../../../src/bridge/fast-path.ts";
import { replayAll } from "../../../src/bridge/replay.ts";
import { foreseeOne } from "../../../src/bridge/replay-preview.ts";
import { sweep } from "../../../src/bridge/sweep.ts";
import type { Execution } from "../../../src/core/execution.ts";
import type { ReplayRequest } from "../../../src/core/replay.ts";
import { err, ok } from "../../../src/core/result.ts";
import { bodyOf, refused } from "../../fakes/fake-callbacks.ts";
import { HOUR_MS } from "../../fakes/fake-clock.ts";
import { FAILURES, finished, running as runningRun } from "../../fakes/fake-engine.ts";
import { createTestBridge, ruleWith, setupOf, type TestBridge } from "../../fakes/test-bridge.ts";

const RESTART = { intent: "restart" } as const;
const TODAY = { intent: "re-evaluate", revision: "today" } as const;
const RESEND = { intent: "resend", callback: null } as const;
const REFETCH = { intent: "refetch" } as const;

let keys = 0;
async function replay(bridge: TestBridge, { id }: { id: string }, request: ReplayRequest, key = `key-${++keys}`) {
  const [replayed] = await replayAll(bridge, [await bridge.stored(id)], { request, key, followable: 9 });
  if (!replayed) throw new Error("no outcome");
  for (const execution of replayed.followUps) await takeUp(bridge, execution);
  return replayed;
}

/** A bridge whose engine ends every run at once, and an execution that is over. */
async function withEnded(rules = [ruleWith({})]): Promise<{ bridge: TestBridge; over: Execution }> {
  const bridge = createTestBridge({ rules });
  bridge.fakeEngine.otherwise.get = ({ runId }) => ok(finished(runId ?? ""));
  const over = await bridge.admitOne();
  await follow(bridge, over);
  return { bridge, over: await bridge.stored(over.id) };
}

describe("an execution whose payload is not kept", () => {
  it("is not done again from what is not there, and its end can be sent again with a result that is fetched", async () => {
    const { bridge, over } = await withEnded([ruleWith({ keepPayloads: false })]);
    expect(over).toMatchObject({ payloadDropped: true, start: null, event: { data: null } });
    expect(over.result).toBeUndefined();
    for (const request of [RESTART, TODAY, REFETCH]) {
      const { outcome, reason, detail } = await replay(bridge, over, request);
      expect([outcome, reason]).toEqual(["refused", "payload-dropped"]);
      expect(detail).toContain("Have the sender send the event again");
    }
    expect((await replay(bridge, over, RESEND)).outcome).toBe("resent");
    const [first, second] = bridge.callbacks.to("crm");
    expect(second).toEqual(first);
    expect((await bridge.stored(over.id)).result).toBeUndefined();
  });
});

describe("restart", () => {
  it("starts the recorded request anew under its key, and both tell of it", async () => {
    const { bridge, over } = await withEnded();
    expect(over.run).toBe("succeeded");
    const { outcome, executions } = await replay(bridge, over, RESTART, "k");
    const again = await bridge.stored(executions[0]?.execution.id ?? "");
    expect([outcome, again.run, again.id === over.id]).toEqual(["started", "succeeded", false]);
    expect(again.replay).toEqual({ of: over.id, intent: "restart", once: `k ${over.id}` });
    expect([again.recordId, again.dedupeKey, again.start]).toEqual([over.recordId, over.dedupeKey, over.start]);
    expect(bridge.callbacks.to("crm").map(({ id }) => id)).toEqual([`${over.id}_crm`, `${again.id}_crm`]);
    expect(again.timeline[0]).toMatchObject({ step: "admitted", detail: `restart of ${over.id}` });
    const told = (await bridge.stored(over.id)).timeline.at(-1);
    expect(told).toMatchObject({ step: "replay", outcome: "restart", detail: expect.stringContaining(again.id) });
  });

  it("writes nothing to the old one whose end is still being delivered", async () => {
    const { bridge, over } = await withEnded();
    bridge.callbacks.script.crm = [refused(500)];
    await replay(bridge, over, RESEND);
    const owed = await bridge.stored(over.id);
    expect((await replay(bridge, over, RESTART)).outcome).toBe("started");
    expect(await bridge.stored(over.id)).toEqual(owed);
  });

  it("asked for again under the same key starts nothing; under another it does", async () => {
    const { bridge, over } = await withEnded();
    const first = await replay(bridge, over, RESTART, "k");
    const second = await replay(bridge, over, RESTART, "k");
    expect([second.outcome, second.executions[0]?.execution.id]).toEqual([
      "repeated",
      first.executions[0]?.execution.id,
    ]);
    expect((await replay(bridge, over, RESTART, "other")).outcome).toBe("started");
    expect(bridge.fakeEngine.of("start")).toHaveLength(3);
  });

  it("is refused while it goes on, while its key does, when it is held, and where there is no start request", async () => {
    const bridge = createTestBridge({ rules: [ruleWith({ onUncertainStart: "hold" })] });
    const running = await bridge.admitOne();
    expect(await replay(bridge, running, RESTART)).toMatchObject({ outcome: "refused", reason: "goes-on" });
    bridge.fakeEngine.script.start.push(FAILURES.uncertain);
    const held = await bridge.admitOne();
    await follow(bridge, held);
    expect(await replay(bridge, held, RESTART)).toMatchObject({
      reason: "held",
      detail: expect.stringContaining("engine"),
    });

    const { bridge: other, over } = await withEnded();
    other.fakeEngine.otherwise.get = ({ runId }) => ok({ runId: runId ?? "", status: "running", expiresAt: null });
    const { executions } = await replay(other, over, RESTART);
    const inTheWay = await replay(other, over, RESTART);
    expect(inTheWay).toMatchObject({
      outcome: "refused",
      reason: "key-in-use",
      executions: [{ outcome: "in-the-way" }],
    });
    expect(inTheWay.detail).toContain(`${executions[0]?.execution.id}, which still goes on (running): cancel it first`);

    const failing = createTestBridge({ rules: [ruleWith({ dedupe: { key: "{% data.nothing %}" } })] });
    const invalid = await failing.admitOne();
    expect(await replay(failing, invalid, RESTART)).toMatchObject({ reason: "no-start-request" });
  });
});

describe("re-evaluate", () => {
  it("starts what an invalid one could not, once its rule is mended, and nothing before that", async () => {
    const bridge = createTestBridge({ rules: [ruleWith({ dedupe: { key: "{% data.nothing %}" } })] });
    const invalid = await bridge.admitOne();
    await follow(bridge, invalid);
    const still = await replay(bridge, invalid, TODAY);
    expect(still).toMatchObject({ reason: "nothing-decided", detail: expect.stringContaining("dedupe.key") });
    expect((await bridge.ledger.list({ limit: 9 })).executions).toHaveLength(1);

    const mended = { ...bridge, setup: setupOf([ruleWith({ dedupe: { key: "{% data.order %}" } })]) };
    const { outcome, executions } = await replay(mended, invalid, TODAY);
    expect([outcome, executions[0]?.execution.dedupeKey, bridge.fakeEngine.of("start").length]).toEqual([
      "started",
      "7",
      1,
    ]);
  });

  it("takes a shadow's and an unmatched event's decision again, and starts it for real", async () => {
    const bridge = createTestBridge({ rules: [ruleWith({ shadow: true })] });
    const shadow = await bridge.admitOne();
    expect(await replay(bridge, shadow, TODAY)).toMatchObject({ reason: "nothing-decided" });
    const real = { ...bridge, setup: setupOf([ruleWith({})]) };
    expect((await replay(real, shadow, TODAY)).executions[0]?.execution.deliveries).toMatchObject([
      { callback: "crm" },
    ]);

    const none = { ...bridge, setup: setupOf([ruleWith({ on: ["other"] })]) };
    expect(await replay(none, shadow, TODAY)).toMatchObject({ detail: expect.stringContaining("No rule takes") });
  });

  it("by the revision of then decides as it did, and says so where that is gone", async () => {
    const { bridge, over } = await withEnded();
    const then = { intent: "re-evaluate", revision: "then" } as const;
    expect(await replay(bridge, over, then)).toMatchObject({ outcome: "refused", reason: "revision-gone" });
    const today = setupOf([ruleWith({ id: "another" })]);
    const keeping = {
      ...bridge,
      setup: today,
      setupOf: async (revision: number) => (revision === 0 ? bridge.setup : null),
    };
    expect((await replay(keeping, over, then)).executions[0]?.execution.rule).toBe("plain");
    expect((await replay(keeping, over, TODAY)).executions[0]?.execution.rule).toBe("another");
  });

  it("leaves a key that goes on where it is, and starts the others", async () => {
    const bridge = createTestBridge({ rules: [ruleWith({}), ruleWith({ id: "second", callbacks: [] })] });
    bridge.fakeEngine.otherwise.get = ({ runId }) =>
      ok(runId === "run-1" ? finished(runId) : { runId: runId ?? "", status: "running", expiresAt: null });
    const [first, second] = await bridge.admit();
    if (!first || !second) throw new Error("expected two");
    await follow(bridge, first);
    await follow(bridge, second);
    const { outcome, executions } = await replay(bridge, first, TODAY);
    expect([outcome, executions.map((each) => each.outcome)]).toEqual(["started", ["new", "in-the-way"]]);
  });

  it("applies cancels again, to what goes on now, and the estimate says to what", async () => {
    const stop = {
      id: "stop",
      source: "signup",
      on: ["order.deleted"],
      cancel: { rule: "plain", recordId: "{% data.order %}" },
      dedupe: { key: "{% id %}" },
    };
    const bridge = createTestBridge({
      rules: [ruleWith({ start: { workflowDefinitionId: "d", recordId: "{% data.order %}" } }), stop],
    });
    const cancel = (await bridge.admit({ type: "order.deleted" })).find(({ rule }) => rule === "stop");
    if (!cancel) throw new Error("no cancel");
    const running = (await bridge.admit({ type: "order.created" })).find(({ rule }) => rule === "plain");
    await follow(bridge, running as Execution);
    const wouldBe = await foreseeOne(bridge, await bridge.stored(cancel.id), TODAY);
    expect(wouldBe.detail).toContain(`cancel what goes on then; now that is ${running?.id}`);
    expect((await bridge.stored(running?.id ?? "")).cancelRequest).toBeNull();
    await replay(bridge, cancel, TODAY);
    expect(bridge.fakeEngine.of("cancel")).toHaveLength(1);
  });
});

describe("refetch", () => {
  it("replaces the result and nothing else", async () => {
    const { bridge, over } = await withEnded();
    bridge.fakeEngine.script.get.push(ok(finished("run-1", "failed")));
    bridge.fakeEngine.script.result.push(ok({ verdict: "declined" }));
    const { outcome, detail } = await replay(bridge, over, REFETCH);
    expect([outcome, detail]).toEqual(["refetched", expect.stringContaining("failed; here it stays succeeded")]);
    const { timeline, result, version, ...after } = await bridge.stored(over.id);
    const { timeline: _t, result: _r, version: _v, ...before } = over;
    expect([after, result]).toEqual([before, { verdict: "declined" }]);
    expect(timeline.at(-1)).toMatchObject({ step: "replay", outcome: "refetch" });
    expect(bridge.callbacks.sent).toHaveLength(1);
    await replay(bridge, over, { ...REFETCH });
    expect((await bridge.stored(over.id)).result).toEqual({ verdict: "approved" });
    expect(version).toBe(over.version + 1);
  });

  it("changes nothing where the engine has nothing to give, or cannot be asked", async () => {
    const { bridge, over } = await withEnded();
    for (const [script, expected] of [
      [ok(runningRun("run-1")), { outcome: "refused", reason: "run-goes-on" }],
      [FAILURES.notFound, { outcome: "refused", reason: "engine-refused" }],
      [FAILURES.unavailable, { outcome: "unavailable", reason: null }],
    ] as const) {
      bridge.fakeEngine.script.get.push(script);
      expect(await replay(bridge, over, REFETCH)).toMatchObject(expected);
    }
    expect(await bridge.stored(over.id)).toEqual(over);
    const fresh = await bridge.admitOne();
    expect(await replay(bridge, fresh, REFETCH)).toMatchObject({ reason: "goes-on" });
    bridge.fakeEngine.script.start.push(FAILURES.rejected);
    await follow(bridge, fresh);
    expect(await replay(bridge, fresh, REFETCH)).toMatchObject({ reason: "no-run" });
  });
});

describe("resend", () => {
  it("sends the same message again to all callbacks, or to one", async () => {
    const { bridge, over } = await withEnded([ruleWith({ callbacks: ["crm", "audit"] })]);
    await replay(bridge, over, RESEND);
    await replay(bridge, over, { intent: "resend", callback: "audit" });
    expect([bridge.callbacks.to("crm").length, bridge.callbacks.to("audit").length]).toEqual([2, 3]);
    const [first, ...others] = bridge.callbacks.to("audit");
    for (const { id, body } of others) expect([id, body]).toEqual([first?.id, first?.body]);
    expect((await bridge.stored(over.id)).deliveries).toMatchObject([
      { state: "delivered" },
      { state: "delivered", attempts: 1 },
    ]);
  });

  it("gives a dead letter a whole new schedule", async () => {
    const { bridge, over } = await withEnded();
    bridge.callbacks.script.crm = [refused(410, { final: true }), refused(500)];
    await replay(bridge, over, RESEND);
    expect((await bridge.stored(over.id)).deliveries).toMatchObject([{ state: "exhausted" }]);
    await replay(bridge, over, RESEND);
    expect((await bridge.stored(over.id)).deliveries).toMatchObject([{ state: "due", attempts: 1 }]);
    bridge.clock.advance(HOUR_MS);
    await sweep(bridge);
    expect((await bridge.stored(over.id)).deliveries).toMatchObject([{ state: "delivered", attempts: 2 }]);
  });

  it("loses nothing where it meets an attempt under way: both are made, and it ends as delivered", async () => {
    const { bridge, over } = await withEnded();
    bridge.callbacks.script.crm = [refused(500)];
    await replay(bridge, over, RESEND);
    bridge.clock.advance(HOUR_MS);
    const attempt = sweep(bridge);
    const stale = await bridge.stored(over.id);
    await Promise.all([attempt, replayAll(bridge, [stale], { request: RESEND, key: "r", followable: 0 })]);
    bridge.clock.advance(HOUR_MS);
    await sweep(bridge);
    const after = await bridge.stored(over.id);
    expect(after.deliveries).toMatchObject([{ state: "delivered", nextAt: null }]);
    expect(after.timeline.filter(({ outcome }) => outcome === "resend")).toHaveLength(2);
  });

  it("is made to what another has saved in between", async () => {
    const { bridge, over } = await withEnded();
    await bridge.ledger.save({
      ...over,
      timeline: [...over.timeline, { at: 1, step: "result", outcome: "by another" }],
    });
    const [replayed] = await replayAll(bridge, [over], { request: RESEND, key: "r", followable: 0 });
    expect(replayed?.outcome).toBe("resent");
    const { timeline, deliveries, dueAt } = await bridge.stored(over.id);
    expect(timeline.slice(-2).map(({ outcome }) => outcome)).toEqual(["by another", "resend"]);
    expect([deliveries[0]?.state, dueAt]).toEqual(["due", bridge.now()]);
  });

  it("fetches a result again that is not kept any more, and sends nothing where it cannot", async () => {
    const { bridge } = await withEnded();
    bridge.fakeEngine.otherwise.result = () => ok("x".repeat(1_000_000));
    const large = await bridge.admitOne();
    await follow(bridge, large);
    expect((await bridge.stored(large.id)).result).toBeUndefined();
    bridge.fakeEngine.script.result.push(err({ reason: "unavailable", detail: "HTTP 503" }));
    expect(await replay(bridge, large, RESEND)).toMatchObject({ outcome: "unavailable" });
    await replay(bridge, large, RESEND);
    const bodies = bridge.callbacks.sent.filter(({ id }) => id === `${large.id}_crm`).map(bodyOf);
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toEqual(bodies[0]);
  });

  it("is refused before the end, to a callback that is none of its own, and to one that is gone", async () => {
    const { bridge, over } = await withEnded();
    const fresh = await bridge.admitOne();
    expect(await replay(bridge, fresh, RESEND)).toMatchObject({ reason: "goes-on" });
    expect(await replay(bridge, over, { intent: "resend", callback: "audit" })).toMatchObject({
      reason: "not-its-callback",
    });
    const config = { ...bridge.setup.config, callbacks: {} };
    const without = { ...bridge, setup: { ...bridge.setup, config } };
    expect(await replay(without, over, RESEND)).toMatchObject({
      reason: "callback-gone",
      detail: expect.stringContaining("crm"),
    });
    const { bridge: silent, over: silentOver } = await withEnded([ruleWith({ callbacks: [] })]);
    expect(await replay(silent, silentOver, RESEND)).toMatchObject({ reason: "no-callbacks" });
  });
});

describe("a preview", () => {
  it.each([RESTART, TODAY, REFETCH, RESEND])("of %o does nothing and says what would be done", async (request) => {
    const { bridge, over } = await withEnded();
    const { saves } = bridge.ledger;
    const wouldBe = await foreseeOne(bridge, over, request);
    expect([wouldBe.reason, wouldBe.would]).toEqual([
      null,
      "intent" in request && request.intent.startsWith("re-e")
        ? "start"
        : request.intent === "restart"
          ? "start"
          : request.intent,
    ]);
    expect([bridge.ledger.saves, bridge.callbacks.sent.length]).toEqual([saves, 1]);
    expect((await bridge.ledger.list({ limit: 9 })).executions).toHaveLength(1);
  });

  it("names what is in the way", async () => {
    const bridge = createTestBridge();
    const running = await bridge.admitOne();
    await advance(bridge, running);
    const { would, reason, detail } = await foreseeOne(bridge, await bridge.stored(running.id), TODAY);
    expect([would, reason]).toEqual(["be-refused", "key-in-use"]);
    expect(detail).toContain(`${running.id}, which still goes on`);
  });
});
