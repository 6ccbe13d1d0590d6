// A backtest over what the ledger has: each event once, whatever became of it; bounded, and to be gone on with.
import { describe, expect, test } from "vitest";
import { BACKTEST_BUDGET_MS, type BacktestQuery, type BacktestReport, backtest } from "../../../src/bridge/backtest.ts";
import type { Json } from "../../../src/core/json.ts";
import { createTestBridge, ruleWith, setupOf, type TestBridge } from "../../fakes/test-bridge.ts";

const MINUTE_MS = 60_000;

/** A bridge whose rule takes orders, with this many of them a minute apart. */
async function bridgeWith(orders: number, rules: readonly Json[] = [ruleWith({})]): Promise<TestBridge> {
  const bridge = createTestBridge({ rules });
  for (let order = 0; order < orders; order++) {
    bridge.clock.advance(MINUTE_MS);
    await bridge.admit({ data: { order } });
  }
  return bridge;
}

function against(
  bridge: TestBridge,
  rules: readonly Json[],
  query: Partial<BacktestQuery> = {},
): Promise<BacktestReport> {
  return backtest(bridge, setupOf(rules).rules, { limit: 1_000, ...query });
}

const ODD_ELSEWHERE = ruleWith({
  start: {
    workflowDefinitionId: "{% data.order % 2 = 1 ? 'other' : 'definition' %}",
    parameters: { order: "{% data.order %}" },
  },
});

describe("a backtest", () => {
  test("finds nothing where both configurations do the same", async () => {
    const bridge = await bridgeWith(5);
    expect(await against(bridge, [ruleWith({ description: "new words" })])).toEqual({
      events: 5,
      unchanged: 5,
      changed: 0,
      counts: {},
      rules: {},
      changes: [],
      complete: true,
      next: null,
    });
  });

  test("tells the events about which something else would be done, the newest first", async () => {
    const bridge = await bridgeWith(5);
    const report = await against(bridge, [ODD_ELSEWHERE]);
    expect(report).toMatchObject({
      events: 5,
      unchanged: 3,
      changed: 2,
      counts: { startsOtherwise: 2 },
      rules: { plain: { startsOtherwise: 2 } },
      changes: [
        {
          event: { id: "event-4", type: "order.created" },
          differences: [{ fields: [{ path: "start.workflowDefinitionId", from: "definition", to: "other" }] }],
        },
        { event: { id: "event-2" } },
      ],
    });
    expect(report.changes[0]?.executions).toHaveLength(1);
    expect(JSON.stringify(report)).not.toContain('"data"');
  });

  test("counts an event once that several rules took and that was replayed, with all that is recorded of it", async () => {
    const rules = ["a", "b", "c"].map((id) => ruleWith({ id }));
    const bridge = await bridgeWith(3, rules);
    const [admission] = await bridge.setup.rules.decide(
      (await bridge.stored((await bridge.ledger.list({ limit: 1 })).executions[0]?.id ?? "")).event,
    );
    if (!admission) throw new Error("expected an admission");
    bridge.clock.advance(MINUTE_MS);
    await bridge.ledger.admit(
      [
        {
          ...admission,
          onDuplicate: "skip",
          dedupeKey: "again",
          replay: { of: "exe_0_1", intent: "restart", once: "x" },
        },
      ],
      bridge.clock.now(),
    );
    const report = await against(bridge, []);
    expect(report).toMatchObject({ events: 3, changed: 3, counts: { startsNoMore: 9 } });
    expect(report.changes.map(({ executions }) => executions.length)).toEqual([4, 3, 3]);
    expect(new Set(report.changes.flatMap(({ executions }) => executions)).size).toBe(10);
  });

  test("keeps apart events of the same id that are not the same event", async () => {
    const bridge = createTestBridge();
    await bridge.admit({ id: "same", dedupeKey: "one" });
    await bridge.admit({ id: "same", dedupeKey: "other" });
    expect(await against(bridge, [])).toMatchObject({ events: 2, changed: 2 });
  });

  test("looks at the newest up to the limit, of a source, and since a moment", async () => {
    const bridge = await bridgeWith(6);
    expect((await against(bridge, [], { limit: 2 })).changes.map(({ event }) => event.id)).toEqual([
      "event-6",
      "event-5",
    ]);
    expect(await against(bridge, [], { source: "elsewhere" })).toMatchObject({ events: 0, complete: true });
    const sinceAt = bridge.clock.now() - 2 * MINUTE_MS;
    expect(await against(bridge, [], { sinceAt })).toMatchObject({ events: 3, complete: true });
  });

  test("stops after its time and goes on where it stopped, so that each event counts once", async () => {
    const bridge = await bridgeWith(50);
    const { getAll } = bridge.ledger;
    bridge.ledger.getAll = async (ids) => {
      bridge.clock.advance(BACKTEST_BUDGET_MS + 1);
      return getAll(ids);
    };
    const first = await against(bridge, [ODD_ELSEWHERE]);
    expect(first).toMatchObject({ events: 20, complete: false, next: { done: 20 } });
    // What is recorded meanwhile is not among what was asked for.
    await bridge.admit({ data: { order: 1 } });
    const parts = [first];
    for (let next = first.next; next; next = parts.at(-1)?.next ?? null) {
      parts.push(await against(bridge, [ODD_ELSEWHERE], { cursor: next }));
    }
    expect(parts.map(({ events, complete }) => [events, complete])).toEqual([
      [20, false],
      [20, false],
      [10, true],
    ]);
    const told = parts.flatMap(({ changes }) => changes.map(({ event }) => event.id));
    expect([told.length, new Set(told).size]).toEqual([25, 25]);
  });

  test("tells a hundred changes and counts all", async () => {
    const bridge = await bridgeWith(120);
    const report = await against(bridge, []);
    expect([report.changed, report.changes.length]).toEqual([120, 100]);
  });

  test("says that there may be more where too much is recorded of too few events", async () => {
    const bridge = await bridgeWith(1);
    const [record] = (await bridge.ledger.list({ limit: 1 })).executions;
    if (!record) throw new Error("expected a record");
    bridge.ledger.list = async ({ limit }) => ({
      executions: Array.from({ length: limit }, () => record),
      next: record.id,
    });
    expect(await against(bridge, [])).toMatchObject({ events: 1, complete: false, next: null });
  });

  test("leaves out what was purged between two looks", async () => {
    const bridge = await bridgeWith(3);
    const { getAll } = bridge.ledger;
    bridge.ledger.getAll = async (ids) => getAll(ids.slice(1));
    expect(await against(bridge, [])).toMatchObject({ events: 2, changed: 2, complete: true });
  });
});
