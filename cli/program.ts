// The commands, as they are called and described.
import { Command, InvalidArgumentError } from "commander";
import { PRESET_NAMES } from "../src/core/source.ts";
import { addressOf, ask, Stop } from "./bridge.ts";
import { check } from "./check.ts";
import { examine } from "./doctor.ts";
import { init } from "./init.ts";
import { send } from "./send.ts";

interface Shared {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

const CODES = `
Exit codes: 0 done; 1 a fault was found, or it failed; 2 wrong usage; 3 nobody answers; 4 not allowed.
HOOKSPAN_URL and HOOKSPAN_TOKEN stand in for --url and the token.`;

export function program(): Command {
  const hookspan = new Command("hookspan")
    .description("The bridge from webhooks to workflows, from a terminal.")
    .addHelpText("after", CODES)
    // Its own word for wrong usage is 1.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  hookspan
    .command("init")
    .description("write a first bridge.config.json, and values of its secrets for local use")
    .option("--sender <preset>", "who sends")
    .option("--on <types>", "the types of its events, separated by commas")
    .option("--record <expression>", "what the record is about")
    .option("--workflow <id>", "which workflow is started")
    .option("--callback <url>", "where the result is sent")
    .option("-y, --yes", "ask nothing: what is usual for everything that is not told")
    .option("--force", "write over what is there")
    .action((wishes) => run(async () => print(await init(wishes, process.stdin, process.stderr))));
  hookspan
    .command("check")
    .description("whether a configuration is right; all of its faults at once")
    .argument("[file]", "the configuration", "bridge.config.json")
    .option("--secrets <file>", "NAME=value lines that must have every secret")
    .option("--json", "as JSON")
    .action((file: string, { secrets, json }: { secrets?: string; json?: boolean }) =>
      run(async () => {
        const found = check(file, secrets);
        const { sources, rules, callbacks } = found;
        print(
          json
            ? JSON.stringify(found)
            : `${file} is right: ${sources} sources, ${rules} rules, ${callbacks} callbacks.\nIts secrets: ${found.secrets.join(", ")}`,
        );
      }),
    );
  hookspan
    .command("send")
    .description("send a webhook as its sender would, signed, to a bridge")
    .argument("[preset]", "the sender, such as stripe")
    .argument("[type]", "the type of the event, such as customer.subscription.created")
    .option("--to <url>", "the bridge (HOOKSPAN_URL, or npm run dev)")
    .option("--source <id>", "which source of the configuration; the first of this preset")
    .option("--config <file>", "the configuration that names it", "bridge.config.json")
    .option("--count <n>", "how many", positive, 1)
    .option("--set <path=value>", "a value of the event, such as data.object.customer=cus_1", assignment, {})
    .option("--list", "the senders there are")
    .option("--json", "as JSON")
    .action((preset: string | undefined, type: string | undefined, options) =>
      run(async () => {
        if (options.list) return print(PRESET_NAMES.join("\n"));
        if (preset === undefined || type === undefined)
          throw new Stop(2, "Say who sends, and what: hookspan send stripe customer.subscription.created");
        const sent = await send(preset, type, { ...options, to: addressOf({ url: options.to }) });
        for (const { status, answer } of sent) print(options.json ? JSON.stringify(answer) : told(status, answer));
      }),
    );
  shared(
    hookspan
      .command("executions")
      .description("what was started or recorded, the newest first; or one, with its timeline"),
  )
    .argument("[id]", "an execution's id")
    .option("--record <id>", "the sender's own id of a record")
    .option("--state <state>")
    .option("--delivery <state>", "exhausted: dead letters")
    .option("--rule <id>")
    .option("--source <id>")
    .option("--limit <n>", "how many", positive, 20)
    .action((id: string | undefined, { url, tokenFile, json, ...filter }: Shared & Record<string, string>) =>
      run(async () => {
        const options = { ...(url ? { url } : {}), ...(tokenFile ? { tokenFile } : {}) };
        const path =
          id === undefined
            ? `/executions?${new URLSearchParams(stated(filter))}`
            : `/executions/${encodeURIComponent(id)}`;
        const { value } = await ask<Listing & Timeline>(options, "GET", path);
        if (json) return print(JSON.stringify(value));
        print(id === undefined ? value.executions.map(lineOf).join("\n") : value.timeline.map(stepOf).join("\n"));
      }),
    );
  shared(hookspan.command("doctor").description("what is wrong with a running bridge, and what to do about it")).action(
    (options: Shared) =>
      run(async () => {
        const found = await examine(options);
        const wrong = found.filter(({ well }) => !well);
        if (options.json) print(JSON.stringify(found));
        else
          print(
            found
              .map(({ well, what, advice }) => (well ? `ok    ${what}` : `WRONG ${what}\n      ${advice}`))
              .join("\n"),
          );
        if (wrong.length > 0) process.exitCode = 1;
      }),
  );
  return hookspan;
}

function shared(command: Command): Command {
  return command
    .option("--url <url>", "the bridge's address (HOOKSPAN_URL, or npm run dev)")
    .option("--token-file <file>", "a file that holds a token of the operations API (or HOOKSPAN_TOKEN)")
    .option("--json", "as JSON");
}

interface Listing {
  readonly executions: readonly {
    readonly id: string;
    readonly state: string;
    readonly rule: string | null;
    readonly admittedAt: string;
    readonly event: { readonly source: string; readonly type: string };
  }[];
}

interface Timeline {
  readonly timeline: readonly {
    readonly at: string;
    readonly step: string;
    readonly outcome: string;
    readonly detail?: string;
    readonly callback?: string;
    readonly status?: number;
  }[];
}

function lineOf({ id, state, rule, admittedAt, event }: Listing["executions"][number]): string {
  return `${admittedAt}  ${state.padEnd(10)} ${id}  ${event.source} ${event.type}${rule === null ? "" : `  ${rule}`}`;
}

function stepOf({ at, step, outcome, detail, callback, status }: Timeline["timeline"][number]): string {
  return [at, step.padEnd(8), outcome, callback, status, detail].filter((part) => part !== undefined).join("  ");
}

function told(status: number, answer: unknown): string {
  const { executions = [] } = (answer ?? {}) as { executions?: { id: string; outcome: string; rule: string }[] };
  if (executions.length === 0) return `${status}: no rule has taken it`;
  return executions
    .map(({ id, outcome, rule }) => `${status}: ${outcome} execution ${id} of the rule ${rule}`)
    .join("\n");
}

function stated(filter: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number from 1 on");
  return value;
}

function assignment(text: string, known: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("expected path=value");
  return { ...known, [text.slice(0, at)]: text.slice(at + 1) };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Words for people in place of a stack. */
async function run(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    process.exitCode = thrown instanceof Stop ? thrown.exitCode : 1;
  }
}
