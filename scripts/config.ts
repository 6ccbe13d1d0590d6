// npm run config:push, config:pull and config:diff: bridge.config.json here and the configuration of a running bridge.
// Talks to the bridge's API and nobody else. Exit codes: 0 done, or both are the same; 1 they differ (diff), or the
// bridge refuses; 2 wrong usage, or the bridge cannot be reached.
import { readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { type Difference, differences } from "../src/core/config-diff.ts";
import type { Json } from "../src/core/json.ts";

const USAGE = `Usage: npm run config:push|config:pull|config:diff -- [--url URL] [--note TEXT] [FILE]

  FILE          the configuration here; bridge.config.json where it is left out
  --url         the bridge's address; or set HOOKSPAN_URL
  --note        why the configuration is changed (push)

HOOKSPAN_TOKEN is the bridge's ADMIN_TOKEN. It is taken from the environment only, since others can read a command line.`;

const TIMEOUT_MS = 30_000;

/** What of a value is shown: enough to know it again. */
const MAX_VALUE_CHARS = 120;

interface Current {
  /** 0 where the bridge has none yet. */
  readonly revision: number;
  readonly document: Json;
}

interface Problem {
  readonly detail?: string;
  readonly revision?: number;
  readonly faults?: readonly { readonly path: string; readonly message: string }[];
}

/** Ends the program: with 1 where the bridge says no, with 2 where nobody could be asked. */
class Stop extends Error {
  readonly exitCode: 1 | 2;
  constructor(exitCode: 1 | 2, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

class Bridge {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
  }

  async current(): Promise<Current> {
    const { revision, document } = await this.#call<Current>("GET", "/api/config");
    return { revision, document: document ?? {} };
  }

  /** @returns the number of the new revision */
  async put(text: string, seen: number, note: string | undefined): Promise<number> {
    const query = note === undefined ? "" : `?note=${encodeURIComponent(note)}`;
    const headers = { "if-match": `"${seen}"`, "x-hookspan-author": encodeURIComponent(userInfo().username) };
    return (await this.#call<Current>("PUT", `/api/config${query}`, { headers, body: text })).revision;
  }

  async #call<T>(method: string, path: string, init: RequestInit = {}): Promise<T> {
    const headers = { ...init.headers, authorization: `Bearer ${this.#token}` };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(this.#url + path, { ...init, method, headers, signal });
      text = await answer.text();
    } catch (thrown) {
      const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
      throw new Stop(2, `${this.#url} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
    const body = parsed(text);
    if (answer.ok && body !== undefined) return body as T;
    throw refusal(answer.status, (body ?? {}) as Problem);
  }
}

function refusal(status: number, { detail = "no reason is given", faults = [] }: Problem): Stop {
  const saysNo = [400, 412, 413, 422].includes(status);
  const listed = faults.map(({ path, message }) => `\n  ${path || "document"}: ${message}`).join("");
  return new Stop(saysNo ? 1 : 2, `The bridge answers ${status}: ${detail}${listed}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function push(bridge: Bridge, file: string, note: string | undefined): Promise<0> {
  const { text, document } = readFile(file);
  const { revision, document: running } = await bridge.current();
  const found = differences(running, document);
  if (revision > 0 && found.length === 0) {
    console.log(`Revision ${revision} says the same as ${file}: nothing to push.`);
    return 0;
  }
  console.log(`From revision ${revision} to ${file}:\n${told(found)}`);
  const pushed = await bridge.put(text, revision, note);
  console.log(`Pushed: revision ${pushed} is in force everywhere within 5 seconds.`);
  return 0;
}

async function pull(bridge: Bridge, file: string): Promise<0> {
  const { revision, document } = await bridge.current();
  if (revision === 0) throw new Stop(1, "The bridge has no revision yet: there is nothing to pull.");
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  console.log(`Revision ${revision} is in ${file}.`);
  return 0;
}

async function diff(bridge: Bridge, file: string): Promise<0 | 1> {
  const { document } = readFile(file);
  const { revision, document: running } = await bridge.current();
  const found = differences(running, document);
  if (found.length === 0) {
    console.log(`Revision ${revision} and ${file} say the same.`);
    return 0;
  }
  console.log(`From revision ${revision} to ${file}:\n${told(found)}`);
  return 1;
}

function readFile(file: string): { text: string; document: Json } {
  try {
    const text = readFileSync(file, "utf8");
    return { text, document: JSON.parse(text) };
  } catch (thrown) {
    throw new Stop(2, `${file} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

function told(found: readonly Difference[]): string {
  return found.map((difference) => `  ${line(difference)}`).join("\n");
}

function line({ path, kind, from, to }: Difference): string {
  switch (kind) {
    case "added":
      return `+ ${path}: ${short(to)}`;
    case "removed":
      return `- ${path}: ${short(from)}`;
    case "changed":
      return `~ ${path}: ${short(from)} → ${short(to)}`;
    case "moved":
      return `> ${path}: from position ${short(from)} to ${short(to)}`;
  }
}

function short(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? "";
  return text.length <= MAX_VALUE_CHARS ? text : `${text.slice(0, MAX_VALUE_CHARS)}…`;
}

async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { command, file, url, note } = commandLine(args);
  const address = url ?? env.HOOKSPAN_URL;
  if (!address) throw new Stop(2, `Which bridge? Give --url, or set HOOKSPAN_URL.\n\n${USAGE}`);
  if (!URL.canParse(address)) throw new Stop(2, `${address} is no address: expected something like https://…`);
  if (!env.HOOKSPAN_TOKEN) throw new Stop(2, `Set HOOKSPAN_TOKEN to the bridge's ADMIN_TOKEN.\n\n${USAGE}`);
  const bridge = new Bridge(address, env.HOOKSPAN_TOKEN);
  if (command === "push") return push(bridge, file, note);
  if (command === "pull") return pull(bridge, file);
  if (command === "diff") return diff(bridge, file);
  throw new Stop(2, USAGE);
}

function commandLine(args: readonly string[]) {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { url: { type: "string" }, note: { type: "string" } },
    });
    const [command, file = "bridge.config.json", ...rest] = positionals;
    if (rest.length > 0) throw new Error(`only one file, and not also ${rest.join(" ")}`);
    return { command, file, ...values };
  } catch (thrown) {
    throw new Stop(2, `${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${USAGE}`);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2), process.env);
} catch (thrown) {
  if (!(thrown instanceof Stop)) throw thrown;
  console.error(thrown.message);
  process.exitCode = thrown.exitCode;
}
