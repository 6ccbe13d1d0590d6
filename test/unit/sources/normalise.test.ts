// Where the parts of an event are found, and what happens when they are not. Pure, fixed clock.
import { describe, expect, test } from "vitest";
import { eventOf, faultOf, JSON_TYPE, request, sourceOf } from "./requests.ts";

function source(event: object, more: object = {}) {
  return sourceOf({ verify: { family: "none" }, event, ...more });
}

function json(body: unknown, headers: Record<string, string> = {}) {
  return request({ ...JSON_TYPE, ...headers }, typeof body === "string" ? body : JSON.stringify(body));
}

describe("a selector", () => {
  const body = { a: { b: [{ c: "deep" }, 7] }, n: 42, t: true, "x-y": "dash", "a.b": "dotted", list: ["q"] };

  test.each([
    ["$.a.b[0].c", "deep"],
    ["$.a.b[1]", "7"],
    ["$.n", "42"],
    ["$.x-y", "dash"],
    ["form:a.b", "dotted"],
    ["$.list[0]", "q"],
    ["header:X-Id", "from-header"],
    ["const:fixed", "fixed"],
  ])("%s gives %s", async (id, expected) => {
    expect((await eventOf(json(body, { "x-id": "from-header" }), source({ id }))).id).toBe(expected);
  });

  test.each([
    "$",
    "$.a",
    "$.t",
    "$.missing",
    "$.a.b[9]",
    "$.a.b.0",
    "$.n.length",
    "$.constructor.name",
    "$.list.length",
  ])("%s gives no text", async (id) => {
    expect(await faultOf(json(body), source({ id }))).toMatchObject({ reason: "missing-event-field", field: "id" });
  });

  test("gives way to the next alternative when it gives nothing, blank or overlong text", async () => {
    const values = { blank: " ", nothing: null, long: "x".repeat(513), control: "a\u0000b", lone: "\ud800", good: "g" };
    const id = ["$.missing", "$.blank", "$.nothing", "$.long", "$.control", "$.lone", "$.good"];
    expect((await eventOf(json(values), source({ id }))).id).toBe("g");
  });

  test("of a hash covers the body or only the data", async () => {
    const plan = source({ id: "sha256(data)", dedupeKey: "sha256(body)", data: "$.d" });
    const first = await eventOf(json('{"d":{"x":1},"attempt":1}'), plan);
    const again = await eventOf(json('{"d": {"x": 1}, "attempt": 2}'), plan);
    expect(again.id).toBe(first.id);
    expect(again.dedupeKey).not.toBe(first.dedupeKey);
  });
});

describe("an id that is a number", () => {
  test("of up to 2^53 is used", async () => {
    expect((await eventOf(json('{"id":9007199254740991}'), source({ id: "$.id" }))).id).toBe("9007199254740991");
  });

  test("beyond 2^53 is used with all its digits", async () => {
    const plan = source({ id: "$.id" });
    expect((await eventOf(json('{"id":890612572568261600}'), plan)).id).toBe("890612572568261600");
    expect((await eventOf(json('{"id":890612572568261601}'), plan)).id).toBe("890612572568261601");
  });

  test("with a fraction is not used", async () => {
    expect(await faultOf(json('{"id":1.5}'), source({ id: "$.id" }))).toMatchObject({ field: "id" });
  });
});

describe("the type", () => {
  const joined = { type: { join: ["$.resource", "$.action", "header:x-mode"], with: "/" } };

  test("is joined of the parts that are there", async () => {
    expect((await eventOf(json({ resource: "lead", action: "won" }), source(joined))).type).toBe("lead/won");
    const full = json({ resource: "lead", action: "won" }, { "x-mode": "live" });
    expect((await eventOf(full, source(joined))).type).toBe("lead/won/live");
  });

  test("needs its first part", async () => {
    expect(await faultOf(json({ action: "won" }), source(joined))).toMatchObject({ field: "type" });
  });
});

describe("the time", () => {
  const RECEIVED = "2026-11-23T09:20:00.000Z";

  test.each([
    ["s", 1_795_425_590, "2026-11-23T09:19:50.000Z"],
    ["s", 1_795_425_590.25, "2026-11-23T09:19:50.250Z"],
    ["s", "1795425590", "2026-11-23T09:19:50.000Z"],
    ["ms", 1_795_425_590_125, "2026-11-23T09:19:50.125Z"],
    ["iso", "2026-11-23T10:19:50+01:00", "2026-11-23T09:19:50.000Z"],
    ["iso", "yesterday", RECEIVED],
    ["iso", 1_795_425_590, RECEIVED],
    ["s", -1, RECEIVED],
    ["s", 1e300, RECEIVED],
    ["s", null, RECEIVED],
  ])("in %s of %j is %s", async (unit, at, expected) => {
    expect((await eventOf(json({ at }), source({ time: { from: "$.at", unit } }))).time).toBe(expected);
  });

  test("is when the request arrived, if the source names none", async () => {
    expect((await eventOf(json({}), source({}))).time).toBe(RECEIVED);
  });
});

describe("the data", () => {
  test("is the whole body unless a part is named", async () => {
    expect((await eventOf(json({ d: 1 }), source({}))).data).toEqual({ d: 1 });
    expect((await eventOf(json({ d: 1 }), source({ data: "$.d" }))).data).toBe(1);
  });

  test("is never something that every object inherits", async () => {
    expect(await faultOf(json({}), source({ data: "$.constructor" }))).toMatchObject({ field: "data" });
    expect(await faultOf(json({}), source({ data: "$.__proto__" }))).toMatchObject({ field: "data" });
  });

  test("that is not where the source says is a fault", async () => {
    expect(await faultOf(json({}), source({ data: "$.d" }))).toMatchObject({ field: "data" });
  });
});

describe("the headers", () => {
  test("are only those that the source lists, by lower-case name", async () => {
    const plan = source({}, { headers: ["X-Shop", "x-missing"] });
    const inbound = json({}, { "x-shop": "s1", "x-other": "no", authorization: "Bearer t" });
    expect((await eventOf(inbound, plan)).headers).toEqual({ "x-shop": "s1" });
  });
});

describe("the default dedupe key", () => {
  const signed = (event: object, content = "{body}") =>
    sourceOf({
      verify: { family: "hmac", signature: { from: "header:x-sig" }, content },
      secrets: ["S"],
      event,
    });
  const delivery = (id: string) => json({ n: 1 }, { "x-id": id });

  test("is a hash of the body when the id stands in a header that is not signed", async () => {
    const plan = signed({ id: "header:x-id" });
    const first = await eventOf(delivery("1"), plan);
    const again = await eventOf(delivery("2"), plan);
    expect(again.id).not.toBe(first.id);
    expect(again.dedupeKey).toBe(first.dedupeKey);
  });

  test("is a hash of the body when only one alternative of the id is not signed", async () => {
    const plan = signed({ id: ["$.id", "header:x-id"] });
    expect((await eventOf(delivery("1"), plan)).dedupeKey).toBe((await eventOf(delivery("2"), plan)).dedupeKey);
  });

  test("is the id when its header is signed, or when it stands in the body", async () => {
    expect((await eventOf(delivery("1"), signed({ id: "header:x-id" }, "{header:X-Id}.{body}"))).dedupeKey).toBe("1");
    expect((await eventOf(json({ id: "b" }), signed({ id: "$.id" }))).dedupeKey).toBe("b");
  });
});
