// Expressions reach the event and nothing else, change nothing, and give the same values for the same event, always.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Event } from "../../../src/core/event.ts";
import { compileExpression, compileTemplate, describeFault } from "../../../src/core/expression.ts";
import type { Json } from "../../../src/core/json.ts";
import { eventWith } from "../../fakes/test-bridge.ts";

async function evaluated(text: string, event: Event) {
  const compiled = compileExpression(text);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value.evaluate(event);
}

function faultOf(text: string) {
  const compiled = compileTemplate(text);
  if (compiled.ok) throw new Error("it was compiled");
  const [fault] = compiled.error;
  if (!fault) throw new Error("no fault");
  return fault;
}

function deepFrozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) for (const member of Object.values(value)) deepFrozen(member);
  return Object.freeze(value);
}

describe("the same event gives the same values", () => {
  test.each([
    ["$now()", "Use time", 4],
    ["{% $now() %}", "Use time", 7],
    ["$millis() - 1", "$toMillis(time)", 7],
    ["$random() > 0.5", "such as id", 7],
    ["$shuffle(data.items)", "Use $sort", 8],
    ["$eval(data.text)", "text of an event is never run", 5],
    ["$map([1, 2], $random)", "such as id", 20],
    ["($f := $now; $f())", "Use time", 11],
    ["data.items[$random() > 0.5]", "such as id", 18],
    ["data.items^($random())", "such as id", 19],
    ["data.items{$string($random()): $}", "such as id", 26],
    ["data ~> |items|{'at': $now()}|", "Use time", 26],
    ["function() { [{'a': -$random()}] }()", "such as id", 28],
    ["'a' ~> $eval", "never run", 12],
    ["$now(?)", "Use time", 4],
    ["data.no ?? $now()", "Use time", 15],
  ])("so %s is refused, with the place and what to use instead", (text, instead, position) => {
    const fault = text.startsWith("{%") ? faultOf(text) : faultOf(`{%${text}%}`);
    const shift = text.startsWith("{%") ? 0 : 2;
    expect(fault).toMatchObject({ message: expect.stringContaining(instead), position: position + shift });
    expect(fault.message).toContain("the same event must always give the same values");
  });

  test("and a name of one's own may be called so, but does not reach what it hides", async () => {
    const event = eventWith({ data: { items: [1] } });
    expect(await evaluated("($now := 1; $now)", event)).toEqual({ ok: true, value: 1 });
    expect(await evaluated("function($random) { $random }(2)", event)).toEqual({ ok: true, value: 2 });
    expect(await evaluated("data.items@$eval.($eval)", event)).toEqual({ ok: true, value: 1 });
    expect(await evaluated("data.items#$millis.($millis)", event)).toEqual({ ok: true, value: 0 });
    const hidden = await evaluated("($early := $now(); $now := 1; $early)", event);
    expect(hidden).toMatchObject({ ok: false, error: { message: "$now is refused" } });
  });
});

describe("the event", () => {
  const data = {
    text: "abc",
    n: 5,
    none: null,
    empty: [],
    nested: [[], [1, [2]], []],
    tags: ["one"],
    items: [
      { sku: "a", price: 2, parts: [] },
      { sku: "b", price: 3, parts: [{ n: 1 }] },
    ],
    object: { inner: { deep: true } },
  };
  const FROZEN = deepFrozen(eventWith({ data, headers: { "x-shop": "main" } }));

  test.each([
    "data ~> |items|{'price': 0}, ['sku']|",
    "data ~> |$$.data|{'n': 0}|",
    "data ~> |$$.data.object|{'inner': 0}, 'inner'|",
    "$clone(data) ~> |object|{'x': 1}|",
    "data.tags[]",
    "data.items[].sku[]",
    "data.empty{'a': $}",
    "data.items{sku: price}",
    "data.nested.{'a': 1}",
    "data.nested[{'a': 1}]",
    "data.empty.{'a': 1}",
    "$append(data.tags, 'two')",
    "$sort(data.tags)",
    "$reverse(data.items)",
    "$merge([data, {'n': 1}])",
    "$sift(data, function($v, $k) { $k != 'n' })",
    "$each(data, function($v, $k) { $k })",
    "$spread(data)",
    "data.items#$i.{'i': $i}",
    "data.items@$i.{'i': $i.sku}",
    "data.items^(>price)[0]#$i.sku",
    "data.items.parts.%.sku",
    "$map(data.nested, function($l) { {'l': $l} })",
    "data.object()",
    "($v := data.object; $v())",
    "$$()",
    "data.object(?)",
    "data.**",
    "data.*",
  ])("is left as it was, and frozen makes no difference: %s", async (text) => {
    const thawed = eventWith({ data: JSON.parse(JSON.stringify(data)) as Json, headers: { "x-shop": "main" } });
    const free = await evaluated(text, thawed);
    expect(thawed).toStrictEqual(eventWith({ data, headers: { "x-shop": "main" } }));
    expect(await evaluated(text, FROZEN)).toEqual(free);
    if (!free.ok) expect(free.error.message).toMatch(/non-function/);
  });

  test("is left as it was by any expression", async () => {
    const paths = ["data", "data.items", "data.tags", "data.empty", "data.nested", "data.object", "data.n", "$$", "$"];
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom(...paths, "1", "'a'", "{}", "[]", "sku", "price", "*", "**"),
        fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `(${a}).(${b})`),
        fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `(${a})[${b}]`),
        fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `[${a}, ${b}]`),
        fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `(${a}) = (${b})`),
        fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `$append(${a}, ${b})`),
        fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `($v := ${a}; $v.(${b}))`),
        fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `(${a}) ~> |${b}|{'x': 1}, 'sku'|`),
        tie("expression").map((a) => `(${a})[]`),
        tie("expression").map((a) => `(${a}){'k': $}`),
        tie("expression").map((a) => `{'k': ${a}}`),
        tie("expression").map((a) => `(${a})^($string($))`),
        tie("expression").map((a) => `(${a})#$i.{'i': $i}`),
        tie("expression").map((a) => `$map(${a}, function($v) { [$v] })`),
        tie("expression").map((a) => `$merge($spread(${a}))`),
        tie("expression").map((a) => `$reverse(${a})`),
        tie("expression").map((a) => `(${a})(1)`),
      ),
    }));
    let evaluations = 0;
    await fc.assert(
      fc.asyncProperty(expression, async (text) => {
        const compiled = compileExpression(text);
        if (!compiled.ok) return;
        const result = await compiled.value.evaluate(FROZEN);
        if (result.ok) evaluations += 1;
        else expect(result.error.message).not.toMatch(/read only|not extensible|Cannot (add|delete|assign)/);
      }),
      { numRuns: 400 },
    );
    expect(evaluations).toBeGreaterThan(150);
  }, 60_000);
});

describe("names of JavaScript's own", () => {
  const hostile: Json = JSON.parse(
    '{ "__proto__": { "polluted": true }, "constructor": { "prototype": { "polluted": true } }, "a": 1 }',
  );
  const EVENT = eventWith({ data: { hostile, list: [hostile, hostile], f: { a: 1 } } });

  test.each<[string, string]>([
    ["{'__proto__': {'polluted': true}}", '{"__proto__":{"polluted":true}}'],
    ["{'constructor': 1, 'toString': 2}", '{"constructor":1,"toString":2}'],
    ["$merge([data.hostile])", JSON.stringify(hostile)],
    ["$sift(data.hostile, function($v, $k) { $k = '__proto__' })", '{"__proto__":{"polluted":true}}'],
    ["$each(data.hostile, function($v, $k) { $k })", '["__proto__","constructor","a"]'],
    ["$spread(data.hostile)[0]", '{"__proto__":{"polluted":true}}'],
    ["$clone(data.hostile)", JSON.stringify(hostile)],
    ["data.hostile.__proto__", '{"polluted":true}'],
    ["data.list{a & '': __proto__[0]}", '{"1":[{"polluted":true},{"polluted":true}]}'],
    ["data.list{'__proto__': a}", '{"__proto__":[1,1]}'],
    ["$keys(data.list)", '["__proto__","constructor","a"]'],
    ["($__proto__ := 1; $__proto__)", "1"],
  ])("are plain data: %s", async (text, json) => {
    const result = await evaluated(text, EVENT);
    expect(JSON.stringify(result.ok ? result.value : result.error)).toBe(json);
    expect({}).not.toHaveProperty("polluted");
    expect(Object.getPrototypeOf(result.ok ? (result.value ?? {}) : {})).not.toHaveProperty("polluted");
  });

  test.each([
    "data.f ~> |$|{'__proto__': {'polluted': true}}|",
    "data ~> |hostile|$|",
    "data.hostile ~> |constructor.prototype|{'x': 1}|",
    "data.f ~> |$|{'a': 2}, ['__proto__', 'constructor']|",
  ])("written by a transformation pollute nothing, and nothing is inherited: %s", async (text) => {
    const result = await evaluated(text, EVENT);
    expect({}).not.toHaveProperty("polluted");
    expect({}).not.toHaveProperty("x");
    expect((result.ok ? result.value : {}) as object).not.toHaveProperty("polluted");
  });

  test.each([
    "data.f.constructor",
    "data.list.length",
    "data.f.toString()",
    "$lookup(data.f, 'hasOwnProperty')",
    "$string.constructor",
    "$sum.implementation",
    "$sum._jsonata_function",
    "(function($x) { $x }).environment",
    "$constructor",
    "$__proto__",
    "$hasOwnProperty",
    "$globalThis",
    "$process",
    "$keys($sum)",
    "$spread($sum).implementation",
    "$lookup($sum, 'implementation')",
    "$sum.*",
    "$sum.**.implementation",
  ])("and what lies behind values and functions are out of reach: %s", async (text) => {
    const result = await evaluated(text, EVENT);
    if (result.ok) expect(result.value).toBeUndefined();
    else expect(result.error.message).toMatch(/function/);
  });

  test("of JSONata's own in the data run nothing", async () => {
    const lambda = { _jsonata_lambda: true, thunk: true, arguments: [], body: { type: "value", value: "ran" } };
    const native = { _jsonata_function: true, implementation: "ran" };
    const event = eventWith({ data: { lambda, native } });
    for (const text of [
      "data.lambda()",
      "data.native()",
      "$map([1], data.lambda)",
      "1 ~> data.lambda",
      "$lookup(data, 'lambda')",
    ]) {
      const result = await evaluated(text, event);
      expect(result.ok ? result.value : "a fault").not.toBe("ran");
    }
  });
});

describe("a fault", () => {
  test.each([
    ["{% data.objct[ %}", 'Expected "]" before end of expression (at character 14, near "data.objct[")'],
    ["{%\n\tdata.a ~ 1 %}", 'Unknown operator: "~" (at character 12, near "data.a ~")'],
    ["{% %}", "the expression is empty"],
  ])("of the text %j is told with its place in it", (text, told) => {
    expect(describeFault(faultOf(text))).toBe(told);
  });

  test.each([
    [
      "data.n + data.text",
      'The right side of the "+" operator must evaluate to a number (at character 8, near "data.n +")',
    ],
    ["  $number(data.text)", 'Unable to cast value to a number: (a value) (at character 10, near "$number(")'],
    ["$sum([1..99999])", 'made a list of more than 10000 entries (at character 9, near "$sum([1..")'],
  ])("for an event is told with its place in the text: %s", async (text, told) => {
    const result = await evaluated(text, eventWith({ data: { n: 1, text: "abc" } }));
    expect(result.ok ? "" : describeFault(result.error)).toBe(told);
  });

  test("of a built-in function keeps its own place while others run", async () => {
    const texts = ["$map([data.text], $number)", "         $map([data.text], function($v) { $number($v) })"];
    const event = eventWith({ data: { text: "abc" } });
    const results = await Promise.all([...texts, ...texts].map((text) => evaluated(text, event)));
    expect(results.map((result) => (result.ok ? 0 : result.error.position))).toEqual([5, 14, 5, 14]);
  });
});
