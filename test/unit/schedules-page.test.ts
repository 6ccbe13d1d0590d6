// Keeps docs/schedules.md true: its examples are files, its event is what the bridge makes, its table is what happens.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { readSetup } from "../../src/bridge/setup.ts";
import { dueBetween, scheduledEvent } from "../../src/core/schedule.ts";
import { localTime } from "../../src/core/zone.ts";
import { scheduleOf } from "./core/schedules.ts";

const read = (path: string): string => readFileSync(join(import.meta.dirname, "../..", path), "utf8");
const page = read("docs/schedules.md");

function example() {
  const document = JSON.parse(read("docs/examples/schedules.config.json"));
  const setup = readSetup(document, { development: false, hasSecret: () => true });
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  return setup.value;
}

describe("the page about schedules", () => {
  it("shows its examples as they stand in their files", () => {
    const blocks = [...page.matchAll(/(?:<!-- file: (\S+) -->\n)?```\w+\n([\s\S]*?)\n```/g)];
    expect(blocks.length).toBe(2);
    for (const [, file = "", text] of blocks) expect(text).toBe(read(file).trimEnd());
  });

  it("shows the event that its first schedule makes", async () => {
    const { rules, schedules } = example();
    const [nightly] = schedules;
    if (!nightly) throw new Error("the example has no schedule");
    const shown = JSON.parse(read("docs/examples/schedule-event.json"));
    const dueAt = Date.parse(shown.time);
    expect(dueBetween(nightly, dueAt - 60_000, dueAt)).toEqual([dueAt]);
    const event = scheduledEvent(nightly, dueAt);
    expect(event).toEqual({ ...shown, dedupeKey: shown.id });
    expect(await rules.decide(event)).toMatchObject([
      { rule: "nightly-screening", start: { parameters: { day: "2026-11-24", list: "customers" } }, over: null },
    ]);
  });

  it("has rules that take a schedule's events", async () => {
    const { rules, schedules } = example();
    const quarters = schedules.find(({ id }) => id === "quarter-hour");
    if (!quarters) throw new Error("the example has lost a schedule");
    const taken = async (at: string) =>
      (await rules.decide(scheduledEvent(quarters, Date.parse(at)))).map(({ rule, over }) => over?.reason ?? rule);
    expect(await taken("2026-11-24T01:15Z")).toEqual(["look-for-stuck-orders"]);
    expect(await taken("2026-11-24T02:00Z")).toEqual(["look-for-stuck-orders", "hourly-report"]);
  });

  const rows = [...page.matchAll(/^\| `(\S+ [^`]+)` \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, ...cells]) => cells);

  it("has a table of both changes of the clocks", () => {
    expect(rows.length).toBe(6);
  });

  test.each(rows)("says when %s is due: %s, and %s", (cron = "", march, october) => {
    const schedule = scheduleOf({ cron, timezone: "Europe/Warsaw" });
    const due = (from: string, until: string): string =>
      dueBetween(schedule, Date.parse(from) - 1, Date.parse(until) - 1)
        .map((at) => localTime(schedule.zone, at).replace(/^.*T(\d\d:\d\d):00/, "$1"))
        .join(" ");
    expect(due("2026-03-29T00:00+01:00", "2026-03-29T05:00+02:00")).toBe(march);
    expect(due("2026-10-25T00:00+02:00", "2026-10-25T05:00+01:00")).toBe(october);
  });
});
