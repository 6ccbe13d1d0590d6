// npm run config:backtest: a gate for a pipeline. Asks a running bridge what the configuration here would do about its newest
// events, and prints what would be otherwise. Changes nothing. Exit codes: 0 nothing would, or no more than is allowed; 1
// more would; 2 wrong usage, a configuration that is refused, or a bridge that cannot be asked.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Backtest, summary, together } from "./backtest-summary.ts";

const USAGE = `Usage: npm run config:backtest -- [options] [FILE]

  FILE          the configuration here; bridge.config.json where it is left out
  --url         the bridge's address; or set HOOKSPAN_URL
  --limit N     how many events, the newest first: 1 to 2000, 1000 where it is left out
  --source ID   only events of this source
  --since TIME  only events recorded from then on, such as 2026-11-23T12:00:00Z
  --allow N     how many events may be treated otherwise; none where it is left out
  --json        prints the answer as JSON

HOOKSPAN_TOKEN is the bridge's ADMIN_TOKEN. It is taken from the environment only, since others can read a command line.`;

/** The bridge stops by itself after 15 seconds, and says how to go on. */
const TIMEOUT_MS = 60_000;

/** Ends the program with 2: nobody could say what would change. */
class Stop extends Error {}

interface Problem {
  readonly detail?: string;
  readonly faults?: readonly { readonly path: string; readonly message: string }[];
}

async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<0 | 1> {
  const { file, url = env.HOOKSPAN_URL, limit, source, since, allow, json } = commandLine(args);
  if (!url) throw new Stop(`Which bridge? Give --url, or set HOOKSPAN_URL.\n\n${USAGE}`);
  if (!URL.canParse(url)) throw new Stop(`${url} is no address: expected something like https://…`);
  if (!env.HOOKSPAN_TOKEN) throw new Stop(`Set HOOKSPAN_TOKEN to the bridge's ADMIN_TOKEN.\n\n${USAGE}`);
  const query = { config: readConfig(file), limit, source, since };
  const address = `${url.replace(/\/+$/, "")}/api/rules/backtest`;

  let all: Backtest | undefined;
  do {
    const part = await ask(address, env.HOOKSPAN_TOKEN, { ...query, cursor: all?.next ?? undefined });
    all = all ? together(all, part) : part;
  } while (all.next !== null);
  console.log(json ? JSON.stringify(all, null, 2) : summary(all, file));
  if (all.changed <= allow) return 0;
  if (!json) console.log(`\n${allow === 0 ? "None" : `No more than ${allow}`} may change (--allow).`);
  return 1;
}

async function ask(address: string, token: string, body: object): Promise<Backtest> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    throw new Stop(`${address} cannot be reached: ${messageOf(cause)}`);
  }
  const answer = parsed(text);
  if (response.ok && answer !== undefined) return answer as Backtest;
  const { detail = "no reason is given", faults = [] } = (answer ?? {}) as Problem;
  const listed = faults.map(({ path, message }) => `\n  ${path || "document"}: ${message}`).join("");
  throw new Stop(`The bridge answers ${response.status}: ${detail}${listed}`);
}

function readConfig(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw new Stop(`${file} cannot be read: ${messageOf(thrown)}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function commandLine(args: readonly string[]) {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: "string" },
        limit: { type: "string" },
        source: { type: "string" },
        since: { type: "string" },
        allow: { type: "string", default: "0" },
        json: { type: "boolean", default: false },
      },
    });
    const [file = "bridge.config.json", ...rest] = positionals;
    if (rest.length > 0) throw new Error(`only one file, and not also ${rest.join(" ")}`);
    const { limit, allow, ...others } = values;
    return { file, ...others, allow: number("allow", allow), limit: limit && number("limit", limit) };
  } catch (thrown) {
    throw new Stop(`${messageOf(thrown)}\n\n${USAGE}`);
  }
}

function number(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${option} takes a whole number, and not ${text}`);
  return Number(text);
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

try {
  process.exitCode = await main(process.argv.slice(2), process.env);
} catch (thrown) {
  if (!(thrown instanceof Stop)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 2;
}
