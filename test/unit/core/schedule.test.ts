// What a schedule's settings mean, what is wrong with them, and the event that expressions see.
import { describe, expect, test } from "vitest";
import { dueBetween, scheduledEvent } from "../../../src/core/schedule.ts";
import { compiled, scheduleOf } from "./schedules.ts";

const FIVE_FIELDS =
  "is not of the five fields minute, hour, day of month, month and day of week (there are no seconds)";
const DAILY = { cron: "0 2 * * *", timezone: "Europe/Warsaw" };

/** The due minutes of a span, both ends given as ISO and the first of them left out. */
function dueIn(changes: object, after: string, until: string): string[] {
  const due = dueBetween(scheduleOf(changes), Date.parse(after), Date.parse(until));
  return due.map((at) => new Date(at).toISOString().replace(":00.000Z", "Z"));
}

function faultsOf(changes: object): string[] {
  const schedule = compiled(changes);
  return schedule.ok ? [] : schedule.error.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("a cron expression", () => {
  test("is due in its time zone, after the one end and up to the other", () => {
    expect(dueIn(DAILY, "2026-12-24T01:00Z", "2026-12-26T01:00Z")).toEqual(["2026-12-25T01:00Z", "2026-12-26T01:00Z"]);
  });

  test("counts in UTC where no zone is named", () => {
    expect(dueIn({ cron: "0 2 * * *" }, "2026-12-24T00:00Z", "2026-12-25T00:00Z")).toEqual(["2026-12-24T02:00Z"]);
  });

  test("gives nothing for a span that is empty or runs backwards", () => {
    expect(dueIn({ cron: "* * * * *" }, "2026-12-24T00:00Z", "2026-12-24T00:00Z")).toEqual([]);
    expect(dueIn({ cron: "* * * * *" }, "2026-12-24T01:00Z", "2026-12-24T00:00Z")).toEqual([]);
  });

  test("gives whole minutes, wherever the span begins and ends", () => {
    expect(dueIn({ cron: "* * * * *" }, "2026-12-24T00:00:30.500Z", "2026-12-24T00:02:59.999Z")).toEqual([
      "2026-12-24T00:01Z",
      "2026-12-24T00:02Z",
    ]);
  });

  test.each([
    ["names, ranges and steps", "*/30 8-9 * JAN MON-WED", 12 * 4],
    ["the last day of the month", "0 0 L * *", 1],
    ["the last Friday", "0 0 * * FRIL", 1],
    ["the weekday nearest to a date", "0 0 10W * *", 1],
    ["the last weekday", "0 0 LW * *", 1],
    ["the second Friday", "0 0 * * 5#2", 1],
    ["a date and a weekday, both of them", "0 0 1-7 * +MON", 1],
    ["a date or a weekday, either of them", "0 0 2 * MON", 5],
    ["7 for Sunday", "0 0 * * 7", 4],
    ["an alias", "@weekly", 4],
    ["an alias in capitals", "@MONTHLY", 1],
    ["a question mark", "0 0 ? * FRI", 5],
  ])("may have %s", (_, cron, times) => {
    expect(dueIn({ cron }, "2025-12-31T23:59Z", "2026-01-31T23:59Z")).toHaveLength(times);
  });

  test("of 29 February is due in leap years", () => {
    expect(dueIn({ cron: "0 0 29 2 *" }, "2026-01-01T00:00Z", "2033-01-01T00:00Z")).toEqual([
      "2028-02-29T00:00Z",
      "2032-02-29T00:00Z",
    ]);
  });

  test.each([
    ["* * * * * *", FIVE_FIELDS],
    ["0 2 * *", FIVE_FIELDS],
    ["", FIVE_FIELDS],
    ["2026-12-24T08:00", FIVE_FIELDS],
    ["0 0 30 2 *", "is never due: no month has such a day"],
    ["0 0 31 4,6,9,11 *", "is never due: no month has such a day"],
    ["61 * * * *", "is no cron expression: Invalid value for minute: 61"],
    ["0 24 * * *", "is no cron expression: Invalid value for hour: 24"],
    ["0 x * * *", "is no cron expression: the hour field (x) contains illegal characters."],
    ["0 0 * * MUN", "is no cron expression: the day of week field (MUN) contains illegal characters."],
    ["@reboot", "is no cron expression: there is no @reboot here, the bridge never boots"],
    [
      "@fortnightly",
      "is no cron expression: the aliases are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually",
    ],
  ])("%j is refused in words", (cron, message) => {
    expect(faultsOf({ cron })).toEqual([`cron: "${cron}" ${message}`]);
  });
});

describe("when the clocks change", () => {
  const march = ["2026-03-28T23:00Z", "2026-03-29T03:00Z"] as const;
  const october = ["2026-10-24T22:00Z", "2026-10-25T04:00Z"] as const;
  const due = (cron: string, span: readonly [string, string]) => dueIn({ cron, timezone: "Europe/Warsaw" }, ...span);

  test("a time that the clocks skip is due once, right after the gap", () => {
    expect(due("30 2 * * *", march)).toEqual(["2026-03-29T01:00Z"]);
    expect(due("*/10 2 * * *", march)).toEqual(["2026-03-29T01:00Z"]);
    expect(due("30 2,3 * * *", march)).toEqual(["2026-03-29T01:00Z", "2026-03-29T01:30Z"]);
  });

  test("a time that they show twice is due once, the first time", () => {
    expect(due("30 2 * * *", october)).toEqual(["2026-10-25T00:30Z"]);
    expect(due("0 */2 * * *", october)).toEqual(["2026-10-25T00:00Z", "2026-10-25T03:00Z"]);
  });

  test("every hour stays every hour", () => {
    expect(due("0 * * * *", march)).toEqual([
      "2026-03-29T00:00Z",
      "2026-03-29T01:00Z",
      "2026-03-29T02:00Z",
      "2026-03-29T03:00Z",
    ]);
    expect(due("0 * * * *", october)).toHaveLength(6);
  });
});

describe("dates", () => {
  test("are due once each, in the zone unless they say otherwise", () => {
    const at = ["2026-12-24T08:00:00", "2026-12-24T08:00Z", "2026-12-24T08:00:00.000-05:30", "2026-12-24T08:00+01:00"];
    expect(dueIn({ at, timezone: "Europe/Warsaw" }, "2026-12-01T00:00Z", "2027-01-01T00:00Z")).toEqual([
      "2026-12-24T07:00Z",
      "2026-12-24T08:00Z",
      "2026-12-24T13:30Z",
    ]);
  });

  test("follow the clocks as expressions do", () => {
    const at = ["2026-03-29T02:30", "2026-10-25T02:30"];
    expect(dueIn({ at, timezone: "Europe/Warsaw" }, "2026-01-01T00:00Z", "2027-01-01T00:00Z")).toEqual([
      "2026-03-29T01:00Z",
      "2026-10-25T00:30Z",
    ]);
  });

  test.each([
    ["tomorrow", 'is no date and time such as "2026-12-24T08:00" or "2026-12-24T08:00:00+01:00"'],
    ["2026-12-24", 'is no date and time such as "2026-12-24T08:00" or "2026-12-24T08:00:00+01:00"'],
    ["2026-12-24 08:00", 'is no date and time such as "2026-12-24T08:00" or "2026-12-24T08:00:00+01:00"'],
    ["2026-02-29T08:00", "does not exist"],
    ["2026-13-01T08:00", "does not exist"],
    ["2026-12-24T24:00", "does not exist"],
    ["2026-12-24T08:60Z", "does not exist"],
    ["2026-12-24T08:00:30", "has seconds, and schedules count whole minutes"],
    ["2026-12-24T08:00:00.5Z", "has seconds, and schedules count whole minutes"],
    ["2026-12-24T08:00+25:00", "has an offset of more than a day"],
  ])("%j is refused in words", (text, message) => {
    expect(faultsOf({ at: ["2026-12-24T08:00", text] })).toEqual([`at.1: "${text}" ${message}`]);
  });
});

describe("a schedule", () => {
  test.each([{}, { ...DAILY, at: ["2026-12-24T08:00"] }])("needs either cron or at: %j", (changes) => {
    expect(faultsOf(changes)).toEqual([": expected either 'cron' or 'at': when is it due?"]);
  });

  test.each(["Europe/Warszawa", "", "+01:00", "CEST+1"])("is refused with a zone that nobody knows: %j", (timezone) => {
    expect(faultsOf({ cron: "0 2 * * *", timezone })).toEqual([
      `timezone: "${timezone}" is no time zone of the IANA database, such as "Europe/Warsaw" or "UTC"`,
    ]);
  });

  test("has all its faults told at once", () => {
    expect(faultsOf({ cron: "x", at: ["y"], timezone: "z" })).toHaveLength(4);
  });

  test.each([
    ["another expression", { cron: "0 3 * * *" }, false],
    ["another zone", { timezone: "Europe/Berlin" }, false],
    ["a date in place of the expression", { cron: undefined, at: ["2026-12-24T08:00"] }, false],
    ["another description and other data", { description: "Nightly.", data: 1, catchUp: "2h" }, true],
  ])("with %s is taken for the same: %s", (_, changes, same) => {
    expect(scheduleOf({ ...DAILY, ...changes }).fingerprint === scheduleOf(DAILY).fingerprint).toBe(same);
  });
});

describe("the event", () => {
  test("names the schedule and the minute, in UTC and in the zone", () => {
    expect(scheduledEvent(scheduleOf(DAILY), Date.parse("2026-12-24T01:00Z"))).toEqual({
      id: "nightly:2026-12-24T01:00Z",
      source: "nightly",
      type: "schedule.due",
      time: "2026-12-24T01:00:00.000Z",
      data: {
        schedule: "nightly",
        due: "2026-12-24T01:00:00.000Z",
        local: "2026-12-24T02:00:00+01:00",
        timezone: "Europe/Warsaw",
      },
      headers: {},
      dedupeKey: "nightly:2026-12-24T01:00Z",
    });
  });

  test("carries the schedule's data as it is", () => {
    const schedule = scheduleOf({ ...DAILY, data: { list: ["{% not an expression %}"] } });
    expect(scheduledEvent(schedule, 0).data).toMatchObject({ data: { list: ["{% not an expression %}"] } });
  });

  test.each([
    ["UTC", "2026-07-01T12:00:00+00:00"],
    ["America/St_Johns", "2026-07-01T09:30:00-02:30"],
    ["Asia/Kathmandu", "2026-07-01T17:45:00+05:45"],
    ["Pacific/Kiritimati", "2026-07-02T02:00:00+14:00"],
  ])("has local time of %s with its offset", (timezone, local) => {
    const schedule = scheduleOf({ cron: "* * * * *", timezone });
    expect(scheduledEvent(schedule, Date.parse("2026-07-01T12:00Z")).data).toMatchObject({ local });
  });
});
