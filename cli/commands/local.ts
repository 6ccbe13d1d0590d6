// hookspan init, check and send: what needs a configuration file here, and no token.
import type { Command } from "commander";
import { addressOf, Stop } from "../bridge.ts";
import { check } from "../check.ts";
import { init } from "../init.ts";
import { assignment, positive } from "../options.ts";
import { send, senders } from "../sending/send.ts";
import { print, run } from "../terminal.ts";

export function localCommands(hookspan: Command): void {
  hookspan
    .command("init")
    .description("write a first bridge.config.json, and values of its secrets for local use")
    .option("--sender <preset>", "who sends")
    .option("--on <types>", "the types of its events, separated by commas")
    .option("--record <expression>", "what the record is about")
    .option("--public-url <url>", "the address that it sends to, where it signs that (twilio, square, hubspot, …)")
    .option("--origin <origin>", "the page that the form comes from (html-form)")
    .option("--engine <preset>", "transactionlink, cloudflare-workflows or n8n")
    .option("--engine-url <url>", "where the engine is, but for transactionlink")
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
    .option(
      "--list",
      "the senders there are, their usual types, and why some cannot be imitated; or one, with all its types",
    )
    .option("--json", "as JSON")
    .action((preset: string | undefined, type: string | undefined, options) =>
      run(async () => {
        if (options.list) return list(preset, options.json);
        if (preset === undefined || type === undefined)
          throw new Stop(2, "Say who sends, and what: hookspan send stripe customer.subscription.created");
        const sent = await send(preset, type, { ...options, to: addressOf({ url: options.to }) });
        for (const { status, answer } of sent) print(options.json ? JSON.stringify(answer) : told(status, answer));
      }),
    );
}

const SHOWN_TYPES = 4;

function list(preset: string | undefined, json: boolean | undefined): void {
  const found = senders(preset);
  if (json) print(JSON.stringify(found));
  for (const { preset: name, title, types, cannot } of json ? [] : found) {
    const shown = preset === undefined ? types.slice(0, SHOWN_TYPES) : types;
    const more = types.length > shown.length ? [`and ${types.length - shown.length} more`] : [];
    const said = cannot === null ? [...shown, ...more].join(", ") || "any type" : `cannot be imitated: ${cannot}`;
    print(`${name.padEnd(28)}${title}: ${said}`);
  }
}

function told(status: number, answer: unknown): string {
  const { executions } = (answer ?? {}) as { executions?: { id: string; outcome: string; rule: string }[] };
  if (executions === undefined) return `${status}: taken; this sender is not told what comes of it, hookspan tail is`;
  if (executions.length === 0) return `${status}: no rule has taken it`;
  return executions
    .map(({ id, outcome, rule }) => `${status}: ${outcome} execution ${id} of the rule ${rule}`)
    .join("\n");
}
