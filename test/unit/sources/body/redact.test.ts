// What a source redacts is nowhere in its events. Pure.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../../src/core/json.ts";
import { compilePath } from "../../../../src/core/path.ts";
import { redacted } from "../../../../src/sources/body/redact.ts";
import { eventOf, eventsOf, faultOf, JSON_TYPE, request, sourceOf } from "../requests.ts";

function without(root: Json, ...paths: string[]): Json {
  return redacted({ root, fields: null }, paths.map(compilePath)).root;
}

describe("a redacted path", () => {
  test.each<[string, Json, Json]>([
    ["$.token", { token: "s", a: 1 }, { a: 1 }],
    ["$.a.token", { a: { token: "s", b: 1 } }, { a: { b: 1 } }],
    [
      "$.items[*].secret",
      { items: [{ secret: "s", id: 1 }, { id: 2 }, 3, null] },
      { items: [{ id: 1 }, { id: 2 }, 3, null] },
    ],
    ["$.items[*]", { items: ["s", "s"] }, { items: [] }],
    ["$.items[1]", { items: ["a", "s", "c"] }, { items: ["a", null, "c"] }],
    ["$.items[0].secret", { items: [{ secret: "s", id: 1 }] }, { items: [{ id: 1 }] }],
    ["$[*].token", [{ token: "s" }, { a: 1 }], [{}, { a: 1 }]],
    ["$[*]", { a: "s" }, null],
    // XML has no lists of one, and lists where one was expected.
    ["$.items[*].secret", { items: { secret: "s", id: 1 } }, { items: { id: 1 } }],
    ["$.items[0].secret", { items: { secret: "s", id: 1 } }, { items: { id: 1 } }],
    ["$.items[*]", { items: "s", a: 1 }, { a: 1 }],
    ["$.items.secret", { items: [{ secret: "s", id: 1 }, [{ secret: "s" }]] }, { items: [{ id: 1 }, [{}]] }],
    ["$.map[*].secret", { map: { x: { secret: "s" }, y: { a: 1 } } }, { map: { x: {}, y: { a: 1 } } }],
    ["$.missing.token", { a: 1 }, { a: 1 }],
    ["$.a.token", { a: "text" }, { a: "text" }],
    ["$.constructor", { a: 1 }, { a: 1 }],
    ["$.a.@token", { a: { "@token": "s", "#text": "t" } }, { a: { "#text": "t" } }],
  ])("%s of %j leaves %j", (path, root, expected) => {
    const before = JSON.stringify(root);
    expect(without(root, path)).toEqual(expected);
    expect(JSON.stringify(root)).toBe(before);
  });

  test("that must name a place: the whole body cannot be redacted", () => {
    expect(() => sourceOf({ verify: { family: "none" }, redact: ["$"] })).toThrow();
  });
});

describe("the events of a source that redacts", () => {
  const plan = (more: object) => sourceOf({ verify: { family: "none" }, ...more });

  test("cannot take an id, or a hash, from what was removed", async () => {
    const source = plan({ redact: ["$.token"], event: { id: "$.token" } });
    expect(await faultOf(request(JSON_TYPE, '{"token":"s"}'), source)).toMatchObject({ field: "id" });
    const hashed = plan({ redact: ["$.token"], event: { id: "sha256(item)" } });
    const [one, other] = await Promise.all(
      ["a", "b"].map((token) => eventOf(request(JSON_TYPE, JSON.stringify({ token, n: 1 })), hashed)),
    );
    expect(one?.id).toBe(other?.id);
  });

  test("cannot take them from another field of the form either", async () => {
    const body = { accept: ["form"], payload: { field: "payload" } };
    const source = plan({ body, redact: ["$.token"], event: { id: ["form:token", "form:payload", "$.id"] } });
    const form = new URLSearchParams({ token: "s1", payload: '{"token":"s2","id":"i"}' }).toString();
    const event = await eventOf(request({ "content-type": "application/x-www-form-urlencoded" }, form), source);
    expect(event).toMatchObject({ id: "i", data: { id: "i" } });
  });

  test("lose it in every item of a batch", async () => {
    const source = plan({ body: { split: "$.events" }, redact: ["$.events[*].token", "$.token"] });
    const body = { token: "s", events: [{ id: "1", token: "s" }, { id: "2" }] };
    expect(JSON.stringify(await eventsOf(request(JSON_TYPE, JSON.stringify(body)), source))).not.toContain("token");
  });

  test("never show it, whatever stands around it", async () => {
    const SECRET = "9f2c-secret-7d41";
    const source = plan({
      body: { accept: ["json"], split: "$.list" },
      redact: ["$.token", "$.list[*].deep.token", "$.list[*].all[*].token", "$.deep.token"],
      event: {
        id: ["$.deep.token", { join: ["root:$.token", "sha256(item)"] }, "$.all[0].token", "$.id"],
        type: ["root:$.token", "const:t"],
        subject: "root:$.deep.token",
        dedupeKey: ["$.deep.token", "$.id"],
      },
    });
    const token = fc.constant(SECRET);
    const item = fc.record(
      { id: fc.string(), deep: fc.record({ token, x: fc.jsonValue() }), all: fc.array(fc.record({ token })) },
      { requiredKeys: [] },
    );
    const bodies = fc.record(
      { token, deep: fc.record({ token }), list: fc.oneof(fc.array(item), item) },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const events = await eventsOf(request(JSON_TYPE, JSON.stringify(body)), source);
        expect(JSON.stringify(events)).not.toContain(SECRET);
      }),
      { numRuns: 500 },
    );
  });
});

test("what the configuration redacts adds to nothing else: the rest of the event stays", async () => {
  const source = sourceOf({ verify: { family: "none" }, redact: ["$.a.b"], event: { id: "$.id" } });
  const event = await eventOf(request(JSON_TYPE, '{"id":"1","a":{"b":1,"c":[1]},"d":null}'), source);
  expect(event.data).toEqual({ id: "1", a: { c: [1] }, d: null });
});
