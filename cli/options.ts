// The options that several commands share, and how their values are read.
import { type Command, InvalidArgumentError, Option } from "commander";
import { durationMs } from "../src/core/duration.ts";
import { DELIVERY_STATES, RUN_STATES } from "../src/core/execution.ts";
import type { BridgeOptions } from "./bridge.ts";

export interface Shared extends BridgeOptions {
  readonly json?: boolean;
}

/** As GET /api/executions names them. */
export interface Filter {
  readonly record?: string;
  readonly recordId?: string;
  readonly eventId?: string;
  readonly runId?: string;
  readonly state?: string;
  readonly delivery?: string;
  readonly callback?: string;
  readonly rule?: string;
  readonly source?: string;
  readonly since?: string;
  readonly until?: string;
}

const FILTER_NAMES = [
  "record",
  "recordId",
  "eventId",
  "runId",
  "state",
  "delivery",
  "callback",
  "rule",
  "source",
  "since",
  "until",
] as const satisfies readonly (keyof Filter)[];

export function withBridge(command: Command): Command {
  return command
    .option("--url <url>", "the bridge's address (HOOKSPAN_URL, or npm run dev)")
    .option("--token-file <file>", "a file that holds a token of the operations API (or HOOKSPAN_TOKEN)")
    .option("--json", "as JSON");
}

export function withFilter(command: Command): Command {
  return command
    .option("--record <id>", "the sender's own id of a record")
    .option("--record-id <uuid>", "the record's id")
    .option("--event-id <id>", "the sender's own id of the event")
    .option("--run-id <id>", "the engine's id of the run")
    .addOption(new Option("--state <state>", "how they stand").choices(RUN_STATES))
    .addOption(
      new Option("--delivery <state>", "how their deliveries stand; exhausted: dead letters").choices(
        DELIVERY_STATES.filter((state) => state !== "unwanted"),
      ),
    )
    .option("--callback <id>", "with --delivery: only what stands so with this callback")
    .option("--rule <id>", "of this rule")
    .option("--source <id>", "of this source")
    .option("--since <time>", "admitted from then on: a time in ISO 8601, or how long ago, such as 2h", moment)
    .option("--until <time>", "admitted before then", moment);
}

/** @returns only the filter of what a command was given */
export function filterOf(given: Readonly<Record<string, unknown>>): Filter {
  return Object.fromEntries(FILTER_NAMES.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
}

export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number from 1 on");
  return value;
}

/** @returns ISO 8601 */
export function moment(text: string): string {
  if (/^\d{1,9}(ms|s|m|h|d)$/.test(text)) return new Date(Date.now() - durationMs(text)).toISOString();
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError("expected a time such as 2026-11-23T12:00:00Z, or 30m, 2h, 1d");
  return new Date(at).toISOString();
}

export function assignment(text: string, known: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("expected path=value");
  return { ...known, [text.slice(0, at)]: text.slice(at + 1) };
}
