// The configuration of a schedule: when it makes events, and what one of its own starts. Pure data. That exactly one of
// `cron` and `at` is given, and whether they mean anything, is told by `compileSchedule`, which can say it in words.
import * as z from "zod";
import { durationBetween } from "./duration.ts";
import { Id } from "./id.ts";
import { CallbackIds, OnUncertainStart, Start } from "./rule-config.ts";

/** Each date is looked at in every pass over the schedules. */
const MAX_DATES = 1_000;

export const ScheduleConfig = z
  .strictObject({
    id: Id.describe("Its rule's id and its events' source: no source and no rule may have the same."),
    description: z.string().optional().describe("For people."),
    enabled: z.boolean().default(true).describe("false: the schedule is checked and makes no events."),
    cron: z
      .string()
      .max(200)
      .optional()
      .describe(
        'When it is due: minute, hour, day of month, month, day of week, such as "0 2 * * MON-FRI"; or an alias such as "@daily".',
      ),
    at: z
      .array(z.string())
      .min(1)
      .max(MAX_DATES)
      .optional()
      .describe(
        'In place of cron: the dates on which it is due once each, such as "2026-12-24T08:00", in the time zone unless they end in Z or an offset.',
      ),
    timezone: z
      .string()
      .default("UTC")
      .describe('The IANA time zone whose clocks count, such as "Europe/Warsaw". Changes of the clocks are followed.'),
    catchUp: durationBetween("0s", "24h")
      .default("1h")
      .describe("How late a due minute is still fired, when the bridge could not do it in time. 0s: not at all."),
    data: z.json().optional().describe("Goes into every event as it is: expressions see it as data.data."),
    start: Start.optional().describe("What each event starts. May be left out where a rule takes the events."),
    engine: Id.default("default").describe("The engine to start on."),
    onUncertainStart: OnUncertainStart,
    callbacks: CallbackIds,
  })
  .describe("Makes events by itself, at the times of a cron expression or on given dates.")
  .meta({ oneOf: [{ required: ["cron"] }, { required: ["at"] }] });
export type ScheduleConfig = z.infer<typeof ScheduleConfig>;
