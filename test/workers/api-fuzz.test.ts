// The operations API under requests made from its own declarations: good ones, nearly good ones and hostile ones. Never an answer
// that is not declared, never a fault of ours, and what is answered fits its schema. Whatever is declared later is tried as well.
import fc from "fast-check";
import { describe, it } from "vitest";
import { z } from "zod";
import { OPERATIONS } from "../../src/http/api.ts";
import type { Operation } from "../../src/http/operation.ts";
import { openAccessRoom } from "./access-rooms.ts";
import { ADMIN, type Http, http } from "./http-bridge.ts";

/** A request costs a millisecond or two. */
const RUNS = 100;

interface Declared {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const declared: Declared[] = Object.values(OPERATIONS).flatMap((some) =>
  Object.entries(some).flatMap(([path, methods]) =>
    Object.entries<Operation>(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  ),
);

const HOSTILE = [
  "",
  " ",
  "\u0000",
  "../..",
  "%2e%2e",
  "'; DROP TABLE executions; --",
  "<script>alert(1)</script>",
  "__proto__",
  "constructor",
  "💥",
  "\u202e",
  "null",
  "-1",
  "1e309",
  "9999999999999999999",
  "exe_0_0",
  "exe_zzz_zzzzzzzzzz",
  "x".repeat(5_000),
];

const hostile = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary", maxLength: 50 }));

type Schema = Record<string, unknown>;

/** Values that a JSON Schema means, more or less. */
function meant(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const { type, enum: values, const: only, anyOf, oneOf, properties = {}, required = [], items } = schema;
  if (Array.isArray(values)) return fc.constantFrom(...values);
  if (only !== undefined) return fc.constant(only);
  const several = (anyOf ?? oneOf) as Schema[] | undefined;
  if (several) return fc.oneof(...several.map((each) => meant(each, depth)));
  if (type === "object" && depth < 4) {
    const members = Object.entries(properties as Record<string, Schema>).map(([name, member]) => [
      name,
      meant(member, depth + 1),
    ]);
    return fc.record(Object.fromEntries(members), { requiredKeys: required as never[] });
  }
  if (type === "array") return fc.array(meant((items ?? {}) as Schema, depth + 1), { maxLength: 3 });
  if (type === "integer" || type === "number") return fc.integer({ min: -2, max: 2_000 });
  if (type === "boolean") return fc.boolean();
  if (type === "string")
    return fc.oneof(fc.constantFrom("a", "stripe", "2026-11-23T12:00:00Z", "then", "crm"), hostile);
  return fc.json().map((text) => JSON.parse(text));
}

function jsonSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Schema;
}

/** A body as it is meant, with a member that is not, or nothing of the kind. */
function bodyOf(schema: z.ZodType): fc.Arbitrary<string> {
  const good = meant(jsonSchema(schema));
  return fc.oneof(
    { weight: 4, arbitrary: good.map((value) => JSON.stringify(value) ?? "") },
    {
      weight: 1,
      arbitrary: fc
        .tuple(good, hostile, fc.jsonValue())
        .map(([value, key, member]) => JSON.stringify({ ...(value as object), [key]: member })),
    },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: hostile },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "[".repeat(20_000),
        `{"a":${"[".repeat(3_000)}${"]".repeat(3_000)}}`,
        '{"__proto__":{"x":1}}',
        "\ufeff{}",
        `"${"x".repeat(100_000)}"`,
      ),
    },
  );
}

function requestOf({
  path,
  operation,
}: Declared): fc.Arbitrary<{ address: string; headers: Record<string, string>; body?: string }> {
  const places = path.match(/\{\w+\}/g) ?? [];
  const queryNames = operation.query
    ? Object.entries((jsonSchema(operation.query).properties ?? {}) as Record<string, Schema>)
    : [];
  const headerNames = Object.keys(operation.headers?.shape ?? {});
  return fc
    .record({
      parts: fc.tuple(...places.map(() => fc.oneof(fc.constantFrom("exe_0_1", "stripe", "default", "1"), hostile))),
      query: fc.record(
        Object.fromEntries(queryNames.map(([name, schema]) => [name, fc.oneof(meant(schema), hostile)])),
        { requiredKeys: [] },
      ),
      strange: fc.option(fc.tuple(hostile, hostile), { freq: 5 }),
      headers: fc.record(
        Object.fromEntries(
          headerNames.map((name) => [
            name,
            fc.constantFrom('"0"', '"1"', "*", "key-1", 'W/"0"', "x".repeat(500), "a b"),
          ]),
        ),
        { requiredKeys: [] },
      ),
      body: operation.body ? bodyOf(operation.body) : fc.constant(undefined),
      type: fc.constantFrom("application/json", "text/plain", "application/x-www-form-urlencoded", ""),
    })
    .map(({ parts, query, strange, headers, body, type }) => {
      const rest = [...(parts as unknown[])];
      const filled = path.replace(/\{\w+\}/g, () => encodeURIComponent(String(rest.shift()).toWellFormed()) || "x");
      const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
      if (strange) search.append(...strange);
      return {
        address: `/api${filled}${search.size > 0 ? `?${search}` : ""}`,
        headers: { ...(headers as Record<string, string>), ...(type === "" ? {} : { "content-type": type }) },
        ...(body === undefined ? {} : { body }),
      };
    });
}

/** What the app answers before an operation is reached, or in place of it. */
const ANYWHERE = [404, 405];

async function isAsDeclared(
  { fetch, lines }: Http,
  { method, path, operation }: Declared,
  sent: { address: string; headers: Record<string, string>; body?: string },
): Promise<string | null> {
  const headers = { ...sent.headers, authorization: `Bearer ${ADMIN}` };
  const answer = await fetch(sent.address, {
    method,
    headers,
    ...(sent.body === undefined ? {} : { body: sent.body }),
  });
  const { status } = answer;
  const text = await answer.text();
  const what = `${method} ${path} → ${status}`;
  if (status >= 500)
    return `${what}: ${text.slice(0, 200)} ${JSON.stringify(lines.filter(({ level }) => level === "error").slice(-1))}`;
  const type = answer.headers.get("content-type") ?? "";
  if (status in operation.answers) {
    const { schema, mediaType } = operation.answers[status] ?? {};
    if (mediaType !== undefined || !schema) return null;
    const fits = schema.safeParse(JSON.parse(text));
    return fits.success
      ? null
      : `${what} does not fit its schema: ${z.prettifyError(fits.error)} ${text.slice(0, 300)}`;
  }
  if (!(status in (operation.refusals ?? {})) && !ANYWHERE.includes(status))
    return `${what} is not declared: ${text.slice(0, 200)}`;
  if (type !== "application/problem+json") return `${what} is ${type}, no problem`;
  const problem = JSON.parse(text);
  return typeof problem.detail === "string" && problem.status === status ? null : `${what} is no good problem: ${text}`;
}

describe("an operation under any request", { timeout: 120_000 }, () => {
  it.for(declared)("$method $path answers as it is declared", async (operation, { expect }) => {
    const room = openAccessRoom();
    const app = http({}, { access: room.isolate() });
    await app.stripe({ id: "evt_1", ends: "succeeded" });
    await app.settled();
    const { executions } = await (await app.api("/executions")).json<{ executions: { id: string }[] }>();
    await fc.assert(
      fc.asyncProperty(requestOf(operation), async (sent) => {
        const real = { ...sent, address: sent.address.replace("/exe_0_1", `/${executions[0]?.id}`) };
        expect(await isAsDeclared(app, operation, real)).toBeNull();
      }),
      { numRuns: RUNS },
    );
    await app.settled();
  });
});
