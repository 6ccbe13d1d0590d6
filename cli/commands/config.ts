// hookspan config: a file here and the configuration of a running bridge. What a change would be is told before it is made.
import { readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { type Command, InvalidArgumentError } from "commander";
import { type Difference, differences } from "../../src/core/config-diff.ts";
import type { Json } from "../../src/core/json.ts";
import type { RevisionFactsView } from "../../src/http/operations-setup.ts";
import { ask, type BridgeOptions, Stop, withQuery } from "../bridge.ts";
import { positive, type Shared, withBridge } from "../options.ts";
import { print, run, say } from "../terminal.ts";

const FILE = "bridge.config.json";

/** What of a value is shown: enough to know it again. */
const MAX_VALUE_CHARS = 120;

interface Current {
  /** 0 where the bridge has none yet. */
  readonly revision: number;
  readonly document: Json;
}

interface Noted extends Shared {
  readonly note?: string;
}

export function configCommands(hookspan: Command): void {
  const config = hookspan.command("config").description("the configuration of a running bridge, and a file here");
  const onFile = (name: string, description: string): Command =>
    withBridge(config.command(name).description(description)).argument("[file]", "the configuration here", FILE);
  onFile("diff", "how the file differs from what runs; ends with 1 if it does").action(
    (file: string, options: Shared) => run(() => diff(options, file)),
  );
  onFile("push", "put the file in force, within 5 seconds everywhere; tells how it differs")
    .option("--note <text>", "why it is changed")
    .action((file: string, options: Noted) => run(() => push(options, file)));
  onFile("pull", "write what runs into the file").action((file: string, options: Shared) =>
    run(() => pull(options, file)),
  );
  withBridge(config.command("history").description("the revisions that there were, the newest first"))
    .option("--limit <n>", "how many, at most 200", positive, 20)
    .option("--before <revision>", "those before this one", positive)
    .action((options: Shared & { limit: number; before?: number }) => run(() => history(options)));
  withBridge(config.command("restore").description("put a former revision in force again, as a new one"))
    .argument("<revision>", "its number, as history tells it", revisionNumber)
    .option("--note <text>", "why it is changed")
    .action((revision: number, options: Noted) => run(() => restore(options, revision)));
}

function revisionNumber(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError("expected a revision's number, such as 3");
  return Number(text);
}

async function currentOf(options: BridgeOptions): Promise<Current> {
  const { revision, document } = await ask<Current>(options, "GET", "/config");
  return { revision, document: document ?? {} };
}

/** Whoever changes the configuration has seen a revision: another one meanwhile is refused. */
function changing(seen: number): { readonly headers: Record<string, string> } {
  return { headers: { "if-match": `"${seen}"`, "x-hookspan-author": encodeURIComponent(userInfo().username) } };
}

async function diff(options: Shared, file: string): Promise<void> {
  const { document } = readConfig(file);
  const { revision, document: running } = await currentOf(options);
  const found = differences(running, document);
  if (options.json) print(JSON.stringify({ revision, differences: found }));
  else if (found.length === 0) print(`Revision ${revision} and ${file} say the same.`);
  else print(`From revision ${revision} to ${file}:\n${told(found)}`);
  if (found.length > 0) process.exitCode = 1;
}

async function push(options: Noted, file: string): Promise<void> {
  const { text, document } = readConfig(file);
  const { revision, document: running } = await currentOf(options);
  const found = differences(running, document);
  const isNews = revision === 0 || found.length > 0;
  if (isNews && !options.json) print(`From revision ${revision} to ${file}:\n${told(found)}`);
  const pushed = isNews
    ? await ask<Current>(options, "PUT", withQuery("/config", { note: options.note }), {
        ...changing(revision),
        body: text,
      })
    : { revision };
  if (options.json) return print(JSON.stringify({ revision: pushed.revision, differences: found }));
  if (!isNews) return print(`Revision ${revision} says the same as ${file}: nothing to push.`);
  print(`Pushed: revision ${pushed.revision} is in force everywhere within 5 seconds.`);
}

async function pull(options: Shared, file: string): Promise<void> {
  const { revision, document } = await currentOf(options);
  if (revision === 0) throw new Stop(1, "The bridge has no revision yet: there is nothing to pull.");
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  print(options.json ? JSON.stringify({ revision, file }) : `Revision ${revision} is in ${file}.`);
}

async function history({ limit, before, ...options }: Shared & { limit: number; before?: number }): Promise<void> {
  const path = withQuery("/config/revisions", { limit, before });
  const answer = await ask<{ revisions: RevisionFactsView[]; next: number | null }>(options, "GET", path);
  if (options.json) return print(JSON.stringify(answer));
  for (const { revision, at, author, note, madeFrom } of answer.revisions)
    print([revision, at, madeFrom.kind.padEnd(7), author, ...(note === null ? [] : [note])].join("  "));
  if (answer.next !== null) say(`There are more: --before ${answer.next}.`);
}

async function restore(options: Noted, wanted: number): Promise<void> {
  const { revision } = await currentOf(options);
  const path = withQuery(`/config/revisions/${wanted}/restore`, { note: options.note });
  const restored = await ask<Current & { differences: Difference[] }>(options, "POST", path, changing(revision));
  if (options.json) return print(JSON.stringify(restored));
  if (restored.revision === revision)
    return print(`Revision ${revision} says the same as revision ${wanted}: nothing to restore.`);
  print(`From revision ${revision} to ${wanted}:\n${told(restored.differences)}`);
  print(`Restored: revision ${restored.revision} is in force everywhere within 5 seconds.`);
}

function readConfig(file: string): { text: string; document: Json } {
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
