// Schedules: which minutes are due, and the event that each of them makes. Pure: no timers, no clock. croner knows the
// expressions, here the clocks of a time zone are followed: croner counts wall time as if it were UTC, `zone.ts` says
// when a clock shows it. So what happens when clocks change is decided in one place, `instantsOf`.

import { Cron, CronPattern } from "croner";
import { v5 as uuidV5 } from "uuid";
import { DAY_MS, durationMs, MINUTE_MS } from "./duration.ts";
import type { Event } from "./event.ts";
import type { Json } from "./json.ts";
import { err, ok, type Result } from "./result.ts";
import type { ScheduleConfig } from "./schedule-config.ts";
import { localTime, openZone, showingOf, type Zone } from "./zone.ts";

/** The type of every event that a schedule makes. */
const SCHEDULE_EVENT_TYPE = "schedule.due";

/** Whether an expression ever fires is asked from here on. The calendar repeats itself after 400 years; croner looks further. */
const ANY_TIME = new Date(Date.UTC(2000, 0, 1));

/** croner's numbers of the fields: it has seconds before them. */
const FIELDS = ["second", "minute", "hour", "day of month", "month", "day of week"];

export interface Schedule {
  readonly id: string;
  readonly zone: Zone;
  /** How late a due minute is still fired, ms. */
  readonly catchUpMs: number;
  readonly data: Json | undefined;
  /** Names this schedule with these times: where they are changed, it begins anew. */
  readonly fingerprint: string;
  /** The instants that are due in a span of at most a day, in no order: those up to `after` may be among them. */
  readonly due: (after: number, until: number) => readonly number[];
}

/** What is wrong with a schedule, by the path within it. */
export interface ScheduleFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export function compileSchedule(config: ScheduleConfig): Result<Schedule, readonly ScheduleFault[]> {
  const { id, cron, at, timezone, catchUp, data } = config;
  const zone = openZone(timezone);
  const faults: ScheduleFault[] = [];
  if (zone === null) {
    const message = `"${timezone}" is no time zone of the IANA database, such as "Europe/Warsaw" or "UTC"`;
    faults.push({ path: ["timezone"], message });
  }
  if ((cron === undefined) === (at === undefined)) {
    faults.push({ path: [], message: "expected either 'cron' or 'at': when is it due?" });
  }
  const pattern = cron === undefined ? undefined : readCron(cron, faults);
  const dates = at?.map((text, index) => readDate(text, ["at", index], faults)) ?? [];
  if (zone === null || faults.length > 0) return err(faults);

  const instants = dates.flatMap((date) => (date === undefined ? [] : [instantOf(zone, date)]));
  const schedule: Schedule = {
    id,
    zone,
    catchUpMs: durationMs(catchUp),
    data,
    fingerprint: uuidV5(JSON.stringify([cron, at, timezone]), uuidV5.URL),
    due: pattern === undefined ? () => instants : (after, until) => dueByPattern(pattern, zone, after, until),
  };
  return ok(schedule);
}

/**
 * The due minutes with `after` < minute <= `until`, in ms since the epoch, in order, each once. At most one per minute of
 * the span: whoever asks bounds the span.
 */
export function dueBetween(schedule: Schedule, after: number, until: number): number[] {
  const found = new Set<number>();
  // Within a day the clocks change once at most.
  for (let from = after; from < until; from += DAY_MS) {
    const to = Math.min(from + DAY_MS, until);
    for (const at of schedule.due(from, to)) if (at > from && at <= to) found.add(at);
  }
  return [...found].sort((a, b) => a - b);
}

export function scheduledEvent({ id: source, zone, data }: Schedule, dueAt: number): Event {
  const due = new Date(dueAt).toISOString();
  const id = `${source}:${due.slice(0, 16)}Z`;
  return {
    id,
    source,
    type: SCHEDULE_EVENT_TYPE,
    time: due,
    data: {
      schedule: source,
      due,
      local: localTime(zone, dueAt),
      timezone: zone.name,
      ...(data === undefined ? {} : { data }),
    },
    headers: {},
    dedupeKey: id,
  };
}

interface Pattern {
  readonly cron: Cron;
  /** It names every hour of the day, so it counts hours as they pass and not as the clocks show them. */
  readonly everyHour: boolean;
}

function readCron(text: string, faults: ScheduleFault[]): Pattern | undefined {
  const fault = (message: string): undefined => void faults.push({ path: ["cron"], message });
  const isAlias = text.trim().startsWith("@");
  if (!isAlias && text.trim().split(/\s+/).length !== 5) {
    return fault(
      `"${text}" is not of the five fields minute, hour, day of month, month and day of week (there are no seconds)`,
    );
  }
  try {
    const everyHour = new CronPattern(text, undefined, { mode: "5-part" }).hour.every(Boolean);
    const cron = new Cron(text, { mode: "5-part", utcOffset: 0 });
    if (cron.nextRun(ANY_TIME) === null) return fault(`"${text}" is never due: no month has such a day`);
    return { cron, everyHour };
  } catch (thrown) {
    return fault(`"${text}" is no cron expression: ${inWords(thrown)}`);
  }
}

/** What croner says, without its own name and with the names of the fields. */
function inWords(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (message.includes("invalid configuration format")) {
    return "the aliases are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually";
  }
  if (message.includes("@reboot")) return "there is no @reboot here, the bridge never boots";
  return message
    .replace(/^CronPattern: (?:Syntax error, )?/, "")
    .replace(/^configuration entry (\d) \((.*)\)/, (_, field, part) => `the ${FIELDS[field]} field (${part})`);
}

interface LocalDate {
  readonly wall: number;
  /** How far its own offset is ahead of UTC, ms; null where the schedule's zone counts. */
  readonly offset: number | null;
}

function readDate(text: string, path: readonly PropertyKey[], faults: ScheduleFault[]): LocalDate | undefined {
  const fault = (message: string): undefined => void faults.push({ path, message: `"${text}" ${message}` });
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:Z|([+-])(\d\d):([0-5]\d))?$/.exec(text);
  if (!match) return fault('is no date and time such as "2026-12-24T08:00" or "2026-12-24T08:00:00+01:00"');
  const [, minute = "", seconds = "00", fraction = "0", sign, hours, minutes] = match;
  const wall = Date.parse(`${minute}:00Z`);
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(minute)) return fault("does not exist");
  if (Number(seconds) !== 0 || Number(fraction) !== 0) return fault("has seconds, and schedules count whole minutes");
  const size = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  if (size > DAY_MS) return fault("has an offset of more than a day");
  const hasOwn = sign !== undefined || text.endsWith("Z");
  return { wall, offset: hasOwn ? (sign === "-" ? -size : size) : null };
}

function instantOf(zone: Zone, { wall, offset }: LocalDate): number {
  return offset === null ? oneInstantOf(zone, wall) : wall - offset;
}

function dueByPattern({ cron, everyHour }: Pattern, zone: Zone, after: number, until: number): number[] {
  const offsets = [zone.offsetAt(after), zone.offsetAt(until)];
  const last = until + Math.max(...offsets);
  const due: number[] = [];
  let wall = cron.nextRun(new Date(after + Math.min(...offsets)));
  while (wall !== null && wall.getTime() <= last) {
    due.push(...instantsOf(zone, wall.getTime(), everyHour));
    wall = cron.nextRun(wall);
  }
  return due;
}

/**
 * When a schedule is due of which a wall time is due. A schedule for every hour keeps to the hours as they pass: what
 * clocks skip is not due, what they show twice is due twice. Any other is due once, whatever the clocks do.
 */
function instantsOf(zone: Zone, wall: number, everyHour: boolean): number[] {
  if (!everyHour) return [oneInstantOf(zone, wall)];
  const showing = showingOf(zone, wall);
  if (showing.kind === "twice") return [showing.first, showing.second];
  return showing.kind === "once" ? [showing.at] : [];
}

/** The first time that the clocks show it; where they never do, the first minute after the gap. */
function oneInstantOf(zone: Zone, wall: number): number {
  const showing = showingOf(zone, wall);
  return showing.kind === "once" ? showing.at : showing.kind === "twice" ? showing.first : showing.after;
}
