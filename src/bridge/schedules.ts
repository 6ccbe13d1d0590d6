// Fires what schedules have due: at the beginning of each sweep, every due minute becomes an event like any other, and its
// executions are left to the sweep itself. The ledger keeps a mark of how far each schedule has been fired, which moves
// only when everything up to it is admitted; what is admitted again after a failure is recognised by its dedupe key. So
// each minute is fired once, however often, late or doubled the cron trigger may come.

import type { Admission } from "../core/admission.ts";
import { DAY_MS, MINUTE_MS } from "../core/duration.ts";
import { ok } from "../core/result.ts";
import { dueBetween, type Schedule, scheduledEvent } from "../core/schedule.ts";
import type { Bridge } from "./ports.ts";

/** Marks of schedules begin with this, and go on with the id and the fingerprint. */
const MARK = "schedule:";

/** A mark is moved once a day even if nothing is due, so that no sweep has to look back far. */
const MAX_MARK_AGE_MS = DAY_MS;

/** After a longer absence no more than this is looked through for what was missed. */
const MAX_LOOK_BACK_MS = 7 * DAY_MS;

/** Each is a call or a few to the ledger; a Worker holds six connections that wait at a time. */
const CONCURRENCY = 6;

/** @returns how many schedules could not be fired: the next sweep tries them again */
export async function fireSchedules(bridge: Bridge): Promise<number> {
  const { schedules } = bridge.setup;
  const now = bridge.now();
  const minute = now - (now % MINUTE_MS);
  let faults = 0;
  try {
    const marks = await bridge.ledger.marks(MARK);
    const moved = forgotten(marks, schedules);
    const rest = schedules.values();
    const work = async (): Promise<void> => {
      for (const schedule of rest) {
        const mark = marks.get(markOf(schedule));
        const from = mark ?? minute - MINUTE_MS;
        const to = await fire(bridge, schedule, from, minute);
        if (to === null) faults++;
        // Where a new schedule could not be fired, the next sweep must still know from where on.
        if (mark === undefined || (to !== null && to !== mark)) moved.set(markOf(schedule), to ?? from);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    await bridge.ledger.setMarks(moved);
  } catch (thrown) {
    faults++;
    bridge.log("error", "sweep.marks-unreachable", { error: String(thrown) });
  }
  return faults;
}

/**
 * A schedule that is taken away, switched off or given other times loses its mark: so when it comes back, it begins with
 * that minute, and never fires what was due while it was not there.
 */
function forgotten(marks: ReadonlyMap<string, number>, schedules: readonly Schedule[]): Map<string, number | null> {
  const current = new Set(schedules.map(markOf));
  return new Map([...marks.keys()].filter((name) => !current.has(name)).map((name) => [name, null]));
}

function markOf({ id, fingerprint }: Schedule): string {
  return `${MARK}${id}:${fingerprint}`;
}

/** @returns how far the schedule has been fired: up to `minute`, or still up to `from` where nothing was due; null where it failed */
async function fire(bridge: Bridge, schedule: Schedule, from: number, minute: number): Promise<number | null> {
  try {
    const due = dueBetween(schedule, Math.max(from, minute - MAX_LOOK_BACK_MS), minute);
    const earliest = minute - schedule.catchUpMs;
    const failure = await admitDue(
      bridge,
      schedule,
      due.filter((at) => at >= earliest),
    );
    if (failure !== null) return failed(bridge, schedule, failure);
    tellMissed(
      bridge,
      schedule,
      due.filter((at) => at < earliest),
    );
    return due.length > 0 || minute - from > MAX_MARK_AGE_MS ? minute : from;
  } catch (thrown) {
    return failed(bridge, schedule, String(thrown));
  }
}

/** Admits what every rule decides about each due minute, all in one call. @returns why the ledger could not; else null */
async function admitDue(bridge: Bridge, schedule: Schedule, due: readonly number[]): Promise<string | null> {
  const admissions: Admission[] = [];
  const events = due.map((at) => scheduledEvent(schedule, at));
  for (const event of events) {
    for (const admission of await bridge.setup.rules.decide(event)) admissions.push({ ...admission, deferred: true });
  }
  const admitted = admissions.length === 0 ? ok([]) : await bridge.ledger.admit(admissions, bridge.now());
  if (!admitted.ok) return admitted.error.detail;
  for (const event of events) {
    // A minute that no rule takes is recorded, which is no execution.
    const fresh = admitted.value.filter(
      ({ outcome }, i) =>
        outcome === "new" && admissions[i]?.event === event && admissions[i]?.over?.state !== "unmatched",
    );
    bridge.log("info", "schedule.fired", { schedule: schedule.id, due: event.time, executions: fresh.length });
  }
  return null;
}

function tellMissed(bridge: Bridge, { id, catchUpMs }: Schedule, missed: readonly number[]): void {
  const [first, last] = [missed[0], missed.at(-1)];
  if (first === undefined || last === undefined) return;
  bridge.log("warn", "schedule.missed", {
    schedule: id,
    count: missed.length,
    first: new Date(first).toISOString(),
    last: new Date(last).toISOString(),
    catchUpMs,
  });
}

function failed(bridge: Bridge, { id }: Schedule, error: string): null {
  bridge.log("error", "schedule.failed", { schedule: id, error });
  return null;
}
