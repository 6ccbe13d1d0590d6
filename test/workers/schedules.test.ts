// Schedules over real Durable Objects, in the runtime that is deployed: its Intl knows the zones, its SQLite keeps the
// marks, and no webhook can pretend to be a schedule.
import { describe, it } from "vitest";
import type { Bridge } from "../../src/bridge/ports.ts";
import { readSetup } from "../../src/bridge/setup.ts";
import { sweep } from "../../src/bridge/sweep.ts";
import { compileSchedule, dueBetween } from "../../src/core/schedule.ts";
import { ScheduleConfig } from "../../src/core/schedule-config.ts";
import { CONFIG, http, NOW } from "./http-bridge.ts";
import { openShard } from "./ledger-objects.ts";
import { countRowsWritten } from "./rows-counted.ts";

const NIGHTLY = { id: "nightly", cron: "0 2 * * *", timezone: "Europe/Warsaw" };

function scheduleOf(changes: object) {
  const schedule = compileSchedule(ScheduleConfig.parse({ ...NIGHTLY, ...changes }));
  if (!schedule.ok) throw new Error(JSON.stringify(schedule.error));
  return schedule.value;
}

/** The bridge of the HTTP tests, with a schedule that is due every minute, at a time of the test's choice. */
function ticking(): { bridge: Bridge; at: (now: number) => Bridge } {
  const tick = { id: "tick", cron: "* * * * *", catchUp: "24h", start: { workflowDefinitionId: "tick" } };
  const setup = readSetup({ ...CONFIG, schedules: [tick] }, { development: false, hasSecret: () => true });
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  const { bridge } = http({ setup: setup.value });
  return { bridge, at: (now) => ({ ...bridge, now: () => now }) };
}

describe("schedules in workerd", () => {
  it("follow the clocks of a zone through a year, as they do in Node", ({ expect }) => {
    const due = (cron: string) => dueBetween(scheduleOf({ cron }), Date.UTC(2026, 0, 1) - 1, Date.UTC(2027, 0, 1) - 1);
    expect(due("0 2 * * *")).toHaveLength(365);
    expect(due("30 2 * * *")).toContain(Date.parse("2026-03-29T01:00Z"));
    expect(due("30 2 * * *")).toContain(Date.parse("2026-10-25T00:30Z"));
    expect(due("30 2 * * *")).not.toContain(Date.parse("2026-10-25T01:30Z"));
    expect(due("0 * * * *")).toHaveLength(365 * 24);
  });

  it("fire each minute once, by overlapping sweeps and after hours away", async ({ expect }) => {
    const { bridge, at } = ticking();
    await sweep(at(NOW));
    await Promise.all([sweep(at(NOW + 60_000)), sweep(at(NOW + 60_500)), sweep(at(NOW + 61_000))]);
    await sweep(at(NOW + 3_600_000));
    const { executions } = await bridge.ledger.list({ limit: 100, source: "tick" });
    expect(new Set(executions.map(({ event }) => event.time)).size).toBe(61);
    expect(executions).toHaveLength(61);
  });

  it("fire nothing twice where a sweep dies before its marks are kept", async ({ expect }) => {
    const { bridge, at } = ticking();
    const setMarks = () => Promise.reject(new Error("killed"));
    await sweep({ ...at(NOW), ledger: { ...bridge.ledger, setMarks } });
    await sweep(at(NOW + 1_000));
    expect((await bridge.ledger.list({ limit: 9 })).executions).toHaveLength(1);
  });

  it("are no sources: nobody can send their events", async ({ expect }) => {
    const { bridge } = ticking();
    const { fetch } = http({ setup: bridge.setup });
    for (const method of ["POST", "GET"]) expect((await fetch("/in/tick", { method })).status).toBe(404);
  });

  it("cost a row when a mark moves, and none when it stays", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const written = await countRowsWritten(shard);
    await ledger.setMarks(new Map([["schedule:a", NOW]]));
    expect(written()).toBe(1);
    await ledger.setMarks(new Map([["schedule:a", NOW + 60_000]]));
    expect(written()).toBe(1);
    await ledger.setMarks(new Map([["schedule:a", NOW]]));
    await ledger.marks("schedule:");
    expect(written()).toBe(0);
  });
});
