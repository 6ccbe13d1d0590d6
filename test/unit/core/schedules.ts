// Compiled schedules for tests.

import { compileSchedule, type Schedule } from "../../../src/core/schedule.ts";
import { ScheduleConfig } from "../../../src/core/schedule-config.ts";

export function compiled(changes: object) {
  return compileSchedule(ScheduleConfig.parse({ id: "nightly", ...changes }));
}

export function scheduleOf(changes: object): Schedule {
  const schedule = compiled(changes);
  if (!schedule.ok) throw new Error(JSON.stringify(schedule.error));
  return schedule.value;
}
