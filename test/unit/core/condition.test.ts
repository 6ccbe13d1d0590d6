// Conditions: when a rule's `when` holds, and what an explanation tells of it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Condition, type ConditionPart, compileCondition } from "../../../src/core/condition.ts";
import type { Json } from "../../../src/core/json.ts";
import { eventWith } from "../../fakes/test-bridge.ts";

function conditionOf(text: string): Condition {
  const compiled = compileCondition(text);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value;
}

async function explained(text: string, data: Json): Promise<readonly ConditionPart[]> {
  return conditionOf(text).explain(eventWith({ data }));
}

async function textsOf(text: string): Promise<string[]> {
  return (await explained(text, {})).map((part) => part.text);
}

describe("a condition", () => {
  test.each<[string, Json, unknown]>([
    ["data.n = 5", { n: 5 }, { ok: true, value: true }],
    ["data.n = 5", { n: 6 }, { ok: true, value: false }],
    ["{% data.n = 5 %}", { n: 5 }, { ok: true, value: true }],
    ["data.n > 5", {}, { ok: true, value: false }],
    ["data.n", { n: 5 }, { ok: false, error: { path: [], message: "must give true or false" } }],
    ["data.n", { n: null }, { ok: false, error: { path: [], message: "must give true or false" } }],
    ["data.n", { n: "true" }, { ok: false, error: { path: [], message: "must give true or false" } }],
  ])("%s of %j", async (text, data, result) => {
    expect(await conditionOf(text).holds(eventWith({ data }))).toEqual(result);
  });

  test("that cannot be evaluated is a fault with its place", async () => {
    const result = await conditionOf("data.n > 5").holds(eventWith({ data: { n: "9" } }));
    expect(result).toMatchObject({ ok: false, error: { position: 8, near: "data.n >" } });
  });

  test("that is no expression is not compiled", () => {
    expect(compileCondition("data.n =")).toMatchObject({ ok: false, error: [{ path: [] }] });
    expect(compileCondition("$random() > 0.5")).toMatchObject({ ok: false });
  });
});

describe("an explanation", () => {
  test("tells of each part what it gives, and what it saw", async () => {
    const text =
      "data.object.status in ['active', 'trialing'] and data.amount >= 1000 and data.mode = 'live' and data.n";
    expect(await explained(text, { object: { status: "active" }, amount: "1200", n: 1 })).toEqual([
      {
        text: "data.object.status in ['active', 'trialing']",
        outcome: "true",
        values: [{ path: "data.object.status", value: "active" }],
      },
      {
        text: "data.amount >= 1000",
        outcome: "fault",
        fault:
          'The values (a value) and 1000 either side of operator ">=" must be of the same data type (at character 15, near "data.amount >=")',
        values: [{ path: "data.amount", value: "1200" }],
      },
      { text: "data.mode = 'live'", outcome: "false", values: [{ path: "data.mode", value: undefined }] },
      { text: "data.n", outcome: "other", values: [{ path: "data.n", value: 1 }] },
    ]);
  });

  test("tells nothing from false", async () => {
    expect(await explained("data.n < 5 and data.n = 5", {})).toMatchObject([
      { outcome: "nothing" },
      { outcome: "false" },
    ]);
  });

  test.each<[string, string[]]>([
    ["a = 1", ["a = 1"]],
    ["a = 1 and b = 2 and c = 3", ["a = 1", "b = 2", "c = 3"]],
    ["{% a = 1\n  and b = 2 %}", ["a = 1", "b = 2"]],
    ["a = 1 and (b = 2 and c = 3)", ["a = 1", "(b = 2 and c = 3)"]],
    ["(a = 1 and b = 2)", ["(a = 1 and b = 2)"]],
    ["a = 1 and b = 2 or c = 3", ["a = 1 and b = 2 or c = 3"]],
    ["a = 1 and (b = 2 or c = 3)", ["a = 1", "(b = 2 or c = 3)"]],
    ['a = \'x and y\' and b = "z and \\" and"', ["a = 'x and y'", 'b = "z and \\" and"']],
    ["$contains(a, /x and [\\/] (y)/) and b / 2 / 1 = 1", ["$contains(a, /x and [\\/] (y)/)", "b / 2 / 1 = 1"]],
    ["a = 1 /* and */ and /* and */ b = 2", ["a = 1 /* and */", "/* and */ b = 2"]],
    ["`a and b` = 1 and b = 2", ["`a and b` = 1", "b = 2"]],
    ["and = 1 and data.and and and.b", ["and = 1", "data.and", "and.b"]],
    ["a.and.b and in in or", ["a.and.b", "in in or"]],
    ["a[b and c] and $f(a and b) and {'x': a and b}", ["a[b and c]", "$f(a and b)", "{'x': a and b}"]],
    ["a ? b and c : d and e", ["a ? b and c : d and e"]],
    ["$x := a and b", ["$x := a and b"]],
    ["$boolean($x := 1) and $x", ["$boolean($x := 1) and $x"]],
    ["($x := 1; $x) and b", ["($x := 1; $x)", "b"]],
    ["a and function($x) { $x and a }(b)", ["a", "function($x) { $x and a }(b)"]],
    ["(a ~> |b|{'c': 1}|) and b", ["(a ~> |b|{'c': 1}|)", "b"]],
    ["-a and *.b and items[%.a and b]", ["-a", "*.b", "items[%.a and b]"]],
    ["a?:b and c", ["a?:b and c"]],
  ])("of %j has its parts as they are written", async (text, parts) => {
    expect(await textsOf(text)).toEqual(parts);
  });

  test.each<[string, Json, Record<string, Json>]>([
    ["data.a.b = data.c", { a: { b: 1 } }, { "data.a.b": 1, "data.c": null }],
    ["$$.data.a = 1", { a: 2 }, { "$$.data.a": 2 }],
    ["data.`a-b` = data.`x y`", { "a-b": 1, "x y": 2 }, { "data.`a-b`": 1, "data.`x y`": 2 }],
    [
      "data.items[0].n = data.items[-1].n",
      { items: [{ n: 1 }, { n: 2 }] },
      { "data.items[0].n": 1, "data.items[-1].n": 2 },
    ],
    ["$exists(data.items[n > limit].n)", { items: [] }, { "data.items": [] }],
    ["data.items.(n * 2) = 4", { items: [{ n: 2 }] }, { "data.items": [{ n: 2 }] }],
    ["$count(data.items^(n)) = 1", { items: [{ n: 2 }] }, { "data.items": [{ n: 2 }] }],
    ["$map(data.l, function($v) { $v + data.n })[0] = 3", { l: [1] }, { "data.l": [1] }],
    ["data.a = 1 or data.a = data.a", { a: 2 }, { "data.a": 2 }],
    ["(data.a ? data.b : -data.c) in [data.d]", {}, { "data.a": null, "data.b": null, "data.c": null, "data.d": null }],
    ["data.text ~> $contains('x')", { text: "x" }, { "data.text": "x" }],
    ["{'a': data.a}.a = 1", { a: 1 }, { "data.a": 1 }],
    ["$ = 1 or $$ = 1", {}, {}],
    ["type = 'order.created'", {}, { type: "order.created" }],
  ])("of %s shows the values of its plain paths", async (text, data, values) => {
    const [part] = await explained(text, data);
    expect(Object.fromEntries(part?.values.map(({ path, value }) => [path, value ?? null]) ?? [])).toEqual(values);
  });

  test("cuts long values, and says so", async () => {
    const data = { text: "x".repeat(5_000), list: Array.from({ length: 400 }, (_, n) => n) };
    const [part] = await explained("data.text = data.list", data);
    expect(part?.values).toEqual([
      { path: "data.text", value: `${"x".repeat(300)}… (cut, 5000 characters)` },
      { path: "data.list", value: `${JSON.stringify(data.list).slice(0, 300)}… (cut, 1491 characters)` },
    ]);
  });

  test("agrees with whether the condition holds", async () => {
    const comparison = fc
      .tuple(
        fc.constantFrom("data.a", "data.b", "data.c", "data.d.e", "data.l[0]"),
        fc.constantFrom("=", "!=", "<", ">=", "in"),
        fc.constantFrom("1", "'x'", "data.a", "data.l", "null", "[1, 'x and y']"),
      )
      .map((words) => words.join(" "));
    const { condition } = fc.letrec<{ condition: string }>((tie) => ({
      condition: fc.oneof(
        { depthSize: "small" },
        comparison,
        fc.constantFrom("true", "false", "$exists(data.a)", "$not(data.b = 1)", "$contains('and', /and/)"),
        fc.array(tie("condition"), { minLength: 2, maxLength: 4 }).map((parts) => parts.join(" and ")),
        fc.array(tie("condition"), { minLength: 2, maxLength: 3 }).map((parts) => `(${parts.join(" or ")})`),
        fc.array(tie("condition"), { minLength: 2, maxLength: 3 }).map((parts) => `(${parts.join(" and ")})`),
        tie("condition").map((part) => `$not(${part})`),
      ),
    }));
    const scalar = fc.constantFrom(1, 2, "x", "1", null, true);
    const data = fc.record(
      { a: scalar, b: scalar, c: scalar, d: fc.record({ e: scalar }), l: fc.array(scalar, { maxLength: 3 }) },
      { requiredKeys: [] },
    );
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(condition, data, async (text, given) => {
        const compiled = conditionOf(text);
        const holds = await compiled.holds(eventWith({ data: given }));
        const parts = await compiled.explain(eventWith({ data: given }));
        // As `and` reads them: the first that is not true decides.
        const decisive = parts.find(({ outcome }) => outcome !== "true")?.outcome ?? "true";
        expect(holds.ok ? String(holds.value) : "fault").toBe(decisive === "nothing" ? "false" : decisive);
        expect(parts.map((part) => part.text).join(" and ")).toBe(text);
        seen.set(decisive, (seen.get(decisive) ?? 0) + 1);
        seen.set("several", (seen.get("several") ?? 0) + (parts.length > 1 ? 1 : 0));
      }),
      { numRuns: 1_000 },
    );
    for (const outcome of ["true", "false", "nothing", "fault", "several"])
      expect(seen.get(outcome)).toBeGreaterThan(3);
  }, 60_000);
});
