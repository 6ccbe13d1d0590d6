// The expression language: what is an expression and what is literal, what it sees, what it gives and how it fails.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Event } from "../../../src/core/event.ts";
import { compileExpression, compileTemplate, eventAttributes } from "../../../src/core/expression.ts";
import type { Json } from "../../../src/core/json.ts";
import { eventWith } from "../../fakes/test-bridge.ts";

const DATA = {
  name: "Ada",
  amount: 1250,
  items: [
    { sku: "a", price: 2 },
    { sku: "b", price: 3 },
  ],
  tags: ["one"],
  note: null,
};
const EVENT = eventWith({ data: DATA, subject: "order/7", headers: { "x-shop": "main" } });

async function evaluated(value: Json, event: Event = EVENT) {
  const template = compileTemplate(value);
  if (!template.ok) throw new Error(JSON.stringify(template.error));
  return template.value.evaluate(event);
}

async function given(value: Json, event?: Event): Promise<Json | undefined> {
  const result = await evaluated(value, event);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe("a literal", () => {
  test.each([
    ["a text", "data.name"],
    ["a text with the end mark only", "50 %}"],
    ["a text with braces", "{ data.name }"],
    ["an empty text", ""],
    ["a number", 7],
    ["a boolean", false],
    ["null", null],
    ["an array", [1, "two", null]],
    ["an object", { a: { b: [true] } }],
  ] satisfies [string, Json][])("is taken as it stands: %s", async (_, value) => {
    expect(await given(value)).toEqual(value);
  });

  test("any JSON without a mark in it is literal", async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        fc.pre(!text.includes("{%"));
        const value: Json = JSON.parse(text);
        expect(JSON.stringify(await given(value))).toBe(JSON.stringify(value));
      }),
    );
  });
});

describe("an expression", () => {
  test.each<[string, Json]>([
    ["{% data.name %}", "Ada"],
    ["{%data.name%}", "Ada"],
    ["  {% data.name %}\n", "Ada"],
    ["{%\n  data.amount / 100\n%}", 12.5],
    ["{% data.note %}", null],
    ["{% id & '/' & source & '/' & type & '/' & subject %}", "event-1/signup/order.created/order/7"],
    ["{% time %}", "2026-11-23T09:20:00.000Z"],
    ['{% headers."x-shop" %}', "main"],
    ["{% '%}' %}", "%}"],
    ["{% $exists(data.missing) %}", false],
  ])("%j gives %j", async (text, value) => {
    expect(await given(text)).toEqual(value);
  });

  test("gives plain arrays for JSONata's sequences, which are no sequences any more", async () => {
    const value = await given("{% data.items.price %}");
    expect(value).toEqual([2, 3]);
    expect(Object.getOwnPropertyNames(value)).toEqual(["0", "1", "length"]);
  });

  test("follows JSONata in giving one value, not an array, where one is selected, unless [] is added", async () => {
    expect(await given("{% data.items[price > 2].sku %}")).toBe("b");
    expect(await given("{% data.items[price > 2].sku[] %}")).toEqual(["b"]);
    expect(await given("{% data.tags %}")).toEqual(["one"]);
  });

  test("sees nothing of what only the bridge needs", async () => {
    expect(await given("{% dedupeKey %}")).toBeUndefined();
    expect(eventAttributes(EVENT)).not.toHaveProperty("dedupeKey");
  });

  test("is evaluated for each event on its own, even for many at once", async () => {
    const compiled = compileTemplate({ root: "{% data.items.($$.data.name) %}", own: "{% ($x := data.name; $x) %}" });
    if (!compiled.ok) throw new Error("it is right");
    const names = Array.from({ length: 50 }, (_, n) => `name-${n}`);
    const values = await Promise.all(
      names.map((name) => compiled.value.evaluate(eventWith({ data: { name, items: [1] } }))),
    );
    expect(values).toEqual(names.map((name) => ({ ok: true, value: { root: name, own: name } })));
  });

  test("leaves the event as it was", async () => {
    const before = JSON.stringify(EVENT);
    await given("{% data ~> |items|{'price': 0}, ['sku']| %}");
    await given("{% $append(data.tags, 'two') %}");
    expect(JSON.stringify(EVENT)).toBe(before);
  });
});

describe("objects and arrays", () => {
  test("are compiled member by member, however deep", async () => {
    expect(
      await given({ who: { name: "{% data.name %}", kind: "person" }, prices: ["{% data.items[0].price %}", 9] }),
    ).toEqual({ who: { name: "Ada", kind: "person" }, prices: [2, 9] });
  });

  test("leave out the members that select nothing, and keep those that give null", async () => {
    expect(await given({ a: "{% data.missing %}", b: "{% data.note %}", c: ["{% data.missing %}", 1] })).toEqual({
      b: null,
      c: [1],
    });
  });
});

describe("a fault where the configuration is read", () => {
  test.each([
    ["{% data.[ %}", 'Expected "]" before end of expression', 9],
    ["{% foo( %}", 'Expected ")" before end of expression', 7],
    ["{% %}", "the expression is empty", undefined],
    ["{%%}", "the expression is empty", undefined],
    ["Hello {% data.name %}", "an expression must be the whole value", undefined],
    ["{% data.name %}!", "an expression must be the whole value", undefined],
    ["{% data.name", "an expression must be the whole value", undefined],
    ["{% 'a' %}-{% 'b' %}", "cannot be used as a unary operator", 9],
  ])("%j: %s", (text, message, position) => {
    expect(compileTemplate(text)).toMatchObject({
      ok: false,
      error: [
        {
          path: [],
          message: expect.stringContaining(message),
          ...(position === undefined ? {} : { position }),
        },
      ],
    });
  });

  test("is told for each member, with the path to it", () => {
    const compiled = compileTemplate({ a: "{% ( %}", b: { c: ["fine", "no {% x %}"] }, d: "{% data.id %}" });
    expect(compiled).toMatchObject({ ok: false, error: [{ path: ["a"] }, { path: ["b", "c", 1] }] });
  });

  test("a bare expression may stand in its marks, and must not be empty", () => {
    expect(compileExpression("{% true %}")).toMatchObject({ ok: true });
    expect(compileExpression("true")).toMatchObject({ ok: true });
    expect(compileExpression("  ")).toMatchObject({ ok: false });
  });

  test("of any text is a fault with a message, never an exception", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (text) => {
        const compiled = compileExpression(text);
        if (!compiled.ok) expect(compiled.error[0]?.message).not.toBe("");
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a fault for one event", () => {
  test.each([
    ["a function", "{% $sum %}"],
    ["a lambda", "{% function($x) { $x } %}"],
    ["functions in an array", "{% [1, $sum] %}"],
    ["a regular expression", "{% /a/ %}"],
  ])("is that the expression gives %s", async (_, text) => {
    expect(await evaluated(text)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining("a function") },
    });
  });

  test("names the path of the member", async () => {
    expect(await evaluated({ a: { b: ["{% data.name %}", "{% $number(data.name) %}"] } })).toMatchObject({
      ok: false,
      error: { path: ["a", "b", 1] },
    });
  });

  test("does not quote the payload, and stays short however large that is", async () => {
    const secret = "4111-1111-1111-1111".repeat(100_000);
    const result = await evaluated("{% $number(data.card) %}", eventWith({ data: { card: secret } }));
    expect(result).toMatchObject({ ok: false, error: { message: "Unable to cast value to a number: (a value)" } });
  });

  test("stays short where the author's own words are long", async () => {
    const result = await evaluated("{% $error(data.text) %}", eventWith({ data: { text: "x".repeat(100_000) } }));
    expect(result.ok ? 0 : result.error.message.length).toBe(301);
  });

  test("is not made by data that is named like JSONata's own functions", async () => {
    const data = { _jsonata_lambda: true, _jsonata_function: 1 };
    expect(await given("{% data %}", eventWith({ data: { inner: data } }))).toEqual({ inner: data });
  });
});

describe("names of JavaScript's own", () => {
  const data: Json = JSON.parse('{ "__proto__": { "polluted": true }, "constructor": { "prototype": 1 } }');

  test("in the data are data, and pollute nothing", async () => {
    const value = await given({ copy: "{% data %}" }, eventWith({ data }));
    expect(JSON.stringify(value)).toBe(JSON.stringify({ copy: data }));
    expect({}).not.toHaveProperty("polluted");
  });

  test("as names of parameters are names, and pollute nothing", async () => {
    const parameters: Json = JSON.parse('{ "__proto__": { "polluted": "{% data.name %}" }, "a": 1 }');
    const value = await given(parameters);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":"Ada"},"a":1}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect({}).not.toHaveProperty("polluted");
  });

  test.each([
    "{% data.constructor %}",
    "{% data.toString %}",
    "{% data.name.length %}",
    "{% data.items.length %}",
    "{% data.__proto__ %}",
    "{% $lookup(data, 'constructor') %}",
    "{% $lookup(data, '__proto__') %}",
  ])("are nothing to an expression where the data does not have them: %s", async (text) => {
    expect(await given(text)).toBeUndefined();
  });

  test("made by an expression pollute nothing", async () => {
    await given("{% $merge([{'a': 1}, data]) %}", eventWith({ data }));
    await given("{% {'__proto__': {'polluted': true}} %}");
    await given("{% data ~> |$|{'__proto__': {'polluted': true}}| %}", eventWith({ data: { a: 1 } }));
    expect({}).not.toHaveProperty("polluted");
  });
});
