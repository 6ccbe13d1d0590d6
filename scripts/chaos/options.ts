// What `npm run chaos` can be told, and its two presets.
import { parseArgs } from "node:util";

export interface ChaosOptions {
  readonly events: number;
  /** How often a process is killed, all kinds together. */
  readonly kills: number;
  readonly seed: number;
  /** Webhooks under way at a time. */
  readonly concurrency: number;
  /** Where the processes keep their storage; a temporary folder, removed if all went well, otherwise. */
  readonly keep: string | undefined;
  /** Whether the bridge is what `npm start` runs. */
  readonly selfHost: boolean;
  /** Whether what the processes print is shown. */
  readonly verbose: boolean;
}

const FULL = { events: 20_000, kills: 50 };
const SHORT = { events: 600, kills: 6 };
const MIN_KILLS = 3;

export const USAGE = `npm run chaos -- [--short] [--self-host] [--events ${FULL.events}] [--kills ${FULL.kills}] [--seed N] [--concurrency 16] [--keep DIR] [--verbose]`;

/** @returns the options, or what is wrong with the arguments */
export function readOptions(args: readonly string[]): ChaosOptions | string {
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        short: { type: "boolean" },
        events: { type: "string" },
        kills: { type: "string" },
        seed: { type: "string" },
        concurrency: { type: "string" },
        keep: { type: "string" },
        "self-host": { type: "boolean" },
        verbose: { type: "boolean" },
      },
    }));
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  const preset = values.short ? SHORT : FULL;
  const numbers = {
    events: Number(values.events ?? preset.events),
    kills: Number(values.kills ?? preset.kills),
    seed: Number(values.seed ?? Math.floor(Math.random() * 2 ** 32)),
    concurrency: Number(values.concurrency ?? 16),
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value) || value < 0) return `--${name} must be a whole number`;
  }
  if (numbers.kills < MIN_KILLS) return `--kills must be at least ${MIN_KILLS}`;
  if (numbers.events < numbers.kills) return "--events must be at least as many as --kills";
  if (numbers.concurrency < 1) return "--concurrency must be at least 1";
  const { keep, verbose } = values;
  return {
    ...numbers,
    keep: typeof keep === "string" ? keep : undefined,
    selfHost: values["self-host"] === true,
    verbose: verbose === true,
  };
}
