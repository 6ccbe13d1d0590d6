// Each due minute is fired once, whatever the cron trigger, the ledger and the clock do; and what was due while a schedule
// was not there is never fired.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sweep } from "../../../src/bridge/sweep.ts";
import type { Json } from "../../../src/core/json.ts";
import { err } from "../../../src/core/result.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, NOW, SECOND_MS } from "../../fakes/fake-clock.ts";
import { createTestBridge, ruleWith, setupOf, type TestBridge } from "../../fakes/test-bridge.ts";

const START = { workflowDefinitionId: "report", parameters: { due: "{% data.due %}" } };
const EVERY_TEN = { id: "every-ten", cron: "*/10 * * * *", start: START, callbacks: ["crm"] };

function bridgeWith(...schedules: readonly Json[]): TestBridge {
  return createTestBridge({ rules: [], schedules });
}

/** The bridge after another deployment: the ledger, the clock and the engine stay. */
function redeployed(bridge: TestBridge, ...schedules: readonly Json[]): TestBridge {
  return { ...bridge, setup: setupOf([], schedules) };
}

/** The first sweep: from here on the schedules are known. NOW is 09:20. */
async function running(...schedules: readonly Json[]): Promise<TestBridge> {
  const bridge = bridgeWith(...schedules);
  bridge.clock.advance(5 * MINUTE_MS);
  await sweep(bridge);
  expect(bridge.fakeEngine.of("start")).toEqual([]);
  return bridge;
}

async function sweepAfter(bridge: TestBridge, ms: number): Promise<void> {
  bridge.clock.advance(ms);
  await sweep(bridge);
}

/** The minutes of which a run was started, as HH:MM in UTC. */
function started({ fakeEngine }: TestBridge): string[] {
  return fakeEngine.of("start").map(({ start }) => String(start?.parameters.due).slice(11, 16));
}

function linesOf({ lines }: TestBridge, name: string) {
  return lines.filter((line) => line.name === name);
}

describe("a due minute", () => {
  test("is an event, whose execution the same sweep starts", async () => {
    const bridge = await running(EVERY_TEN);
    await sweepAfter(bridge, 5 * MINUTE_MS + 20 * SECOND_MS);
    expect(bridge.fakeEngine.of("start")).toMatchObject([
      { start: { workflowDefinitionId: "report", parameters: { due: "2026-11-23T09:30:00.000Z" } } },
    ]);
    const { executions } = await bridge.ledger.list({ limit: 5, source: "every-ten" });
    expect(executions).toMatchObject([
      {
        rule: "every-ten",
        run: "running",
        startAttempts: 1,
        dedupeKey: "every-ten:2026-11-23T09:30Z",
        event: { id: "every-ten:2026-11-23T09:30Z", type: "schedule.due", time: "2026-11-23T09:30:00.000Z" },
      },
    ]);
    expect(linesOf(bridge, "schedule.fired")).toEqual([
      {
        level: "info",
        name: "schedule.fired",
        fields: { schedule: "every-ten", due: "2026-11-23T09:30:00.000Z", executions: 1 },
      },
    ]);
  });

  test("goes to every rule that takes the schedule's events, and to its own", async () => {
    const bridge = createTestBridge({
      rules: [
        ruleWith({ id: "also", source: "every-ten", when: "$contains(data.local, '+00:00')", start: START }),
        ruleWith({ id: "never", source: "every-ten", when: "false" }),
        ruleWith({ id: "other-type", source: "every-ten", on: ["order.*"] }),
      ],
      schedules: [EVERY_TEN],
    });
    await sweep(bridge);
    const { executions } = await bridge.ledger.list({ limit: 5 });
    expect(executions.map(({ rule }) => rule).sort()).toEqual(["also", "every-ten"]);
    expect(linesOf(bridge, "schedule.fired")).toMatchObject([{ fields: { executions: 2 } }]);
  });

  test("of a schedule without a start of its own goes to the rules", async () => {
    const rules = [ruleWith({ id: "taker", source: "tick", start: START })];
    const bridge = createTestBridge({ rules, schedules: [{ id: "tick", cron: "*/10 * * * *" }] });
    await sweep(bridge);
    expect(started(bridge)).toEqual(["09:20"]);
  });

  test("that no rule takes is fired all the same, and started nowhere", async () => {
    const rules = [ruleWith({ id: "taker", source: "tick", when: "false" })];
    const bridge = createTestBridge({ rules, schedules: [{ id: "tick", cron: "* * * * *" }] });
    await sweep(bridge);
    expect(linesOf(bridge, "schedule.fired")).toMatchObject([{ fields: { executions: 0 } }]);
    await sweep(bridge);
    expect(linesOf(bridge, "schedule.fired")).toHaveLength(1);
  });

  test("on a given date is fired once", async () => {
    const bridge = await running({ id: "once", at: ["2026-11-23T09:30", "2026-11-23T09:10Z"], start: START });
    for (let minute = 0; minute < 20; minute++) await sweepAfter(bridge, MINUTE_MS);
    expect(started(bridge)).toEqual(["09:30"]);
  });

  test("of a schedule that is switched off is not fired", async () => {
    const bridge = bridgeWith({ ...EVERY_TEN, enabled: false });
    await sweep(bridge);
    await sweepAfter(bridge, 10 * MINUTE_MS);
    expect(started(bridge)).toEqual([]);
    expect(await bridge.ledger.marks("")).toEqual(new Map());
  });
});

describe("each due minute is fired once", () => {
  test("when the cron trigger comes twice", async () => {
    const bridge = await running(EVERY_TEN);
    bridge.clock.advance(5 * MINUTE_MS);
    await sweep(bridge);
    await sweep(bridge);
    await sweepAfter(bridge, 30 * SECOND_MS);
    expect(started(bridge)).toEqual(["09:30"]);
  });

  test("by two sweeps at once", async () => {
    const bridge = await running(EVERY_TEN);
    bridge.clock.advance(25 * MINUTE_MS);
    await Promise.all([sweep(bridge), sweep(bridge)]);
    expect(started(bridge).sort()).toEqual(["09:30", "09:40", "09:50"]);
    const fired = linesOf(bridge, "schedule.fired").map(({ fields }) => Number(fields.executions));
    expect(fired.reduce((sum, executions) => sum + executions, 0)).toBe(3);
  });

  test("when a sweep is killed after it has admitted and before the mark has moved", async () => {
    const bridge = await running(EVERY_TEN);
    const { setMarks } = bridge.ledger;
    bridge.ledger.setMarks = () => Promise.reject(new Error("killed"));
    await sweepAfter(bridge, 5 * MINUTE_MS);
    bridge.ledger.setMarks = setMarks;
    await sweepAfter(bridge, MINUTE_MS);
    await sweepAfter(bridge, MINUTE_MS);
    expect(started(bridge)).toEqual(["09:30"]);
    expect(linesOf(bridge, "schedule.fired").map(({ fields }) => fields.executions)).toEqual([1, 0]);
  });

  test("when the clock goes back", async () => {
    const bridge = await running(EVERY_TEN);
    await sweepAfter(bridge, 5 * MINUTE_MS);
    await sweepAfter(bridge, -HOUR_MS);
    for (let minute = 0; minute < 70; minute++) await sweepAfter(bridge, MINUTE_MS);
    expect(started(bridge)).toEqual(["09:30", "09:40"]);
  });

  test("when the cron trigger was away for less than the catch-up", async () => {
    const bridge = await running({ ...EVERY_TEN, catchUp: "24h" });
    await sweepAfter(bridge, 3 * HOUR_MS);
    expect(started(bridge)).toHaveLength(18);
    expect(new Set(started(bridge)).size).toBe(18);
    expect(linesOf(bridge, "schedule.missed")).toEqual([]);
  });

  test("whatever happens", async () => {
    const minutes = fc.integer({ min: 0, max: 200 });
    const events = fc.array(
      fc.record({
        minutes,
        seconds: fc.integer({ min: 0, max: 59 }),
        what: fc.constantFrom("fine", "twice", "killed", "down", "back"),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(events, async (happened) => {
        const bridge = await running({ ...EVERY_TEN, catchUp: "24h" });
        const { setMarks, admit } = bridge.ledger;
        const begun = bridge.clock.now();
        let latest = begun;
        for (const { minutes: later, seconds, what } of happened) {
          const ms = later * MINUTE_MS + seconds * SECOND_MS;
          bridge.clock.advance(
            what === "back" ? Math.max(-ms, begun - bridge.clock.now()) : Math.min(ms, 100 * MINUTE_MS),
          );
          if (what === "killed") bridge.ledger.setMarks = () => Promise.reject(new Error("killed"));
          if (what === "down") bridge.ledger.admit = async () => err({ reason: "ledger-unavailable", detail: "down" });
          await Promise.all([sweep(bridge), ...(what === "twice" ? [sweep(bridge)] : [])]);
          Object.assign(bridge.ledger, { setMarks, admit });
          latest = Math.max(latest, bridge.clock.now());
        }
        bridge.clock.advance(latest - bridge.clock.now());
        await sweep(bridge);
        await sweepAfter(bridge, MINUTE_MS);
        const due = bridge.fakeEngine.of("start").map(({ start }) => Date.parse(String(start?.parameters.due)));
        const expected = [];
        for (let at = NOW + 10 * MINUTE_MS; at <= bridge.clock.now(); at += 10 * MINUTE_MS) expected.push(at);
        expect(due.sort((a, b) => a - b)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});

describe("what comes too late", () => {
  test("is told once, and not fired", async () => {
    const bridge = await running(EVERY_TEN);
    await sweepAfter(bridge, 3 * HOUR_MS);
    await sweepAfter(bridge, MINUTE_MS);
    expect(started(bridge).sort()).toEqual(["11:30", "11:40", "11:50", "12:00", "12:10", "12:20"]);
    expect(linesOf(bridge, "schedule.missed")).toEqual([
      {
        level: "warn",
        name: "schedule.missed",
        fields: {
          schedule: "every-ten",
          count: 12,
          first: "2026-11-23T09:30:00.000Z",
          last: "2026-11-23T11:20:00.000Z",
          catchUpMs: HOUR_MS,
        },
      },
    ]);
  });

  test("is told even where nothing else is due", async () => {
    const bridge = await running({ ...EVERY_TEN, cron: "30 9 * * *" });
    await sweepAfter(bridge, 3 * HOUR_MS);
    await sweepAfter(bridge, MINUTE_MS);
    expect(started(bridge)).toEqual([]);
    expect(linesOf(bridge, "schedule.missed")).toMatchObject([{ fields: { count: 1 } }]);
  });

  test("is anything but the minute itself, without a catch-up", async () => {
    const bridge = await running({ ...EVERY_TEN, catchUp: "0s" });
    await sweepAfter(bridge, 5 * MINUTE_MS + 59 * SECOND_MS);
    await sweepAfter(bridge, 10 * MINUTE_MS + SECOND_MS);
    expect(started(bridge)).toEqual(["09:30"]);
    expect(linesOf(bridge, "schedule.missed")).toMatchObject([
      { fields: { first: "2026-11-23T09:40:00.000Z", count: 1 } },
    ]);
  });

  test("is fired up to the catch-up, to the minute", async () => {
    const bridge = await running({ ...EVERY_TEN, catchUp: "10m" });
    await sweepAfter(bridge, 15 * MINUTE_MS + 59 * SECOND_MS);
    expect(started(bridge)).toEqual(["09:30", "09:40"]);
  });

  test("is looked for in the last seven days, however long the bridge was away", async () => {
    const bridge = await running({ ...EVERY_TEN, cron: "0 * * * *" });
    await sweepAfter(bridge, 400 * DAY_MS);
    expect(linesOf(bridge, "schedule.missed")).toMatchObject([{ fields: { count: 7 * 24 - 1 } }]);
    expect(started(bridge)).toHaveLength(1);
  });
});

describe("a schedule that is new", () => {
  test("begins with the minute under way", async () => {
    const bridge = bridgeWith({ ...EVERY_TEN, cron: "* * * * *" });
    bridge.clock.advance(59 * SECOND_MS);
    await sweep(bridge);
    expect(started(bridge)).toEqual(["09:20"]);
  });

  test("never fires the past, though others have been there for long", async () => {
    const bridge = await running(EVERY_TEN);
    await sweepAfter(bridge, HOUR_MS);
    const before = started(bridge).length;
    const later = redeployed(bridge, EVERY_TEN, { ...EVERY_TEN, id: "new" });
    await sweepAfter(later, MINUTE_MS);
    expect(started(bridge)).toHaveLength(before);
    await sweepAfter(later, 4 * MINUTE_MS);
    expect(started(bridge)).toHaveLength(before + 2);
  });

  test.each([
    ["switched off and on again", { ...EVERY_TEN, enabled: false }, EVERY_TEN],
    ["taken away and put back", null, EVERY_TEN],
    ["given other times", EVERY_TEN, { ...EVERY_TEN, cron: "*/15 * * * *" }],
    ["given another zone", EVERY_TEN, { ...EVERY_TEN, timezone: "Asia/Kolkata" }],
  ])("is one that was %s", async (_, meanwhile, afterwards) => {
    const bridge = await running(EVERY_TEN);
    await sweepAfter(redeployed(bridge, ...(meanwhile === null ? [] : [meanwhile])), MINUTE_MS);
    await sweepAfter(redeployed(bridge, afterwards), 20 * MINUTE_MS + 30 * SECOND_MS);
    expect(started(bridge)).toEqual([]);
    expect((await bridge.ledger.marks("schedule:")).size).toBe(1);
  });

  test("is not one that has other data, another description or another start", async () => {
    const bridge = await running(EVERY_TEN);
    const changed = { ...EVERY_TEN, data: 1, description: "Often.", start: { ...START, locale: "pl" } };
    await sweepAfter(redeployed(bridge, changed), 15 * MINUTE_MS);
    expect(started(bridge)).toEqual(["09:30", "09:40"]);
  });

  test("loses nothing where its first minute cannot be admitted", async () => {
    const bridge = bridgeWith(EVERY_TEN);
    const { admit } = bridge.ledger;
    bridge.ledger.admit = async () => err({ reason: "ledger-unavailable", detail: "out of reach" });
    await sweep(bridge);
    bridge.ledger.admit = admit;
    await sweepAfter(bridge, 5 * MINUTE_MS);
    expect(started(bridge)).toEqual(["09:20"]);
  });
});

describe("a ledger out of reach", () => {
  const OTHER = { ...EVERY_TEN, id: "other" };

  test("keeps one schedule waiting, not the others, and nothing is lost", async () => {
    const bridge = await running(EVERY_TEN, OTHER);
    const { admit } = bridge.ledger;
    bridge.ledger.admit = async (admissions, now) =>
      admissions[0]?.rule === "other"
        ? err({ reason: "ledger-unavailable", detail: "out of reach" })
        : admit(admissions, now);
    bridge.clock.advance(5 * MINUTE_MS);
    expect(await sweep(bridge)).toMatchObject({ advanced: 1, faults: 1 });
    expect(linesOf(bridge, "schedule.failed")).toEqual([
      { level: "error", name: "schedule.failed", fields: { schedule: "other", error: "out of reach" } },
    ]);
    bridge.ledger.admit = admit;
    bridge.clock.advance(MINUTE_MS);
    expect(await sweep(bridge)).toMatchObject({ advanced: expect.any(Number), faults: 0 });
    expect(linesOf(bridge, "schedule.fired").map(({ fields }) => fields.schedule)).toEqual(["every-ten", "other"]);
  });

  test("that throws is no different", async () => {
    const bridge = await running(EVERY_TEN);
    const { admit } = bridge.ledger;
    bridge.ledger.admit = () => Promise.reject(new Error("a bug"));
    bridge.clock.advance(5 * MINUTE_MS);
    expect(await sweep(bridge)).toMatchObject({ faults: 1, complete: true });
    bridge.ledger.admit = admit;
    await sweepAfter(bridge, MINUTE_MS);
    expect(started(bridge)).toEqual(["09:30"]);
  });

  test("so that marks cannot be read leaves the sweep its other work", async () => {
    const bridge = await running(EVERY_TEN);
    bridge.clock.advance(5 * MINUTE_MS);
    await sweep(bridge);
    const { marks } = bridge.ledger;
    bridge.ledger.marks = () => Promise.reject(new Error("out of reach"));
    bridge.clock.advance(10 * MINUTE_MS);
    expect(await sweep(bridge)).toMatchObject({ faults: 1, complete: true });
    expect(bridge.fakeEngine.of("get").length).toBeGreaterThan(0);
    expect(linesOf(bridge, "sweep.marks-unreachable")).toHaveLength(1);
    bridge.ledger.marks = marks;
    await sweepAfter(bridge, MINUTE_MS);
    expect(started(bridge)).toEqual(["09:30", "09:40"]);
  });
});

describe("the marks", () => {
  test("move only when something was due, and once a day", async () => {
    const bridge = await running({ ...EVERY_TEN, cron: "0 12 * * 5" });
    const { setMarks } = bridge.ledger;
    const moved: number[] = [];
    bridge.ledger.setMarks = async (marks) => {
      for (const to of marks.values()) moved.push(((to ?? 0) - NOW) / MINUTE_MS);
      return setMarks(marks);
    };
    for (let hour = 0; hour < 5 * 24; hour++) await sweepAfter(bridge, HOUR_MS);
    // From Monday 09:24 on; three days pass, then Friday noon comes.
    expect(moved).toEqual([1445, 2945, 4445, 5945]);
    expect(linesOf(bridge, "schedule.fired")).toHaveLength(1);
  });

  test("are not touched where there are no schedules", async () => {
    const bridge = createTestBridge();
    await sweep(bridge);
    expect(await bridge.ledger.marks("")).toEqual(new Map());
  });
});
