// Bodies whose content type is missing or wrong, read as the operator has said. Pure.
import { describe, expect, test } from "vitest";
import { eventOf, faultOf, request, sourceOf } from "../requests.ts";

function source(body: object) {
  return sourceOf({ verify: { family: "none" }, body });
}

function typed(type: string | null, body: string) {
  return request(type === null ? {} : { "content-type": type }, body);
}

describe("a source that assumes json", () => {
  const plan = source({ assume: "json" });

  test.each([null, "", "text/plain", "text/plain; charset=utf-8", "application/x-www-form-urlencoded", "/;="])(
    "reads %j as JSON",
    async (type) => {
      expect((await eventOf(typed(type, '{"a":1}'), plan)).data).toEqual({ a: 1 });
    },
  );

  test("still says what is broken", async () => {
    expect(await faultOf(typed(null, "a=1"), plan)).toMatchObject({ reason: "malformed-json" });
  });
});

test("what is accepted goes before what is assumed", async () => {
  const plan = source({ accept: ["json", "form", "xml"], assume: "form" });
  expect((await eventOf(typed("application/json", '{"a":1}'), plan)).data).toEqual({ a: 1 });
  expect((await eventOf(typed("text/xml", "<a>1</a>"), plan)).data).toEqual({ a: "1" });
  expect((await eventOf(typed("text/plain", "a=1"), plan)).data).toEqual({ a: "1" });
});

test("lines and XML can be assumed, multipart cannot", async () => {
  expect((await eventOf(typed(null, "1\n2"), source({ assume: "ndjson" }))).data).toEqual([1, 2]);
  expect((await eventOf(typed(null, "<a/>"), source({ assume: "xml" }))).data).toEqual({ a: "" });
  expect(() => source({ assume: "multipart" })).toThrow();
});

test("nothing is assumed unless it is said", async () => {
  expect(await faultOf(typed(null, "{}"), source({}))).toMatchObject({ reason: "unsupported-content-type" });
});

test.each(["null", "0", '""', "[]", "false"])("a body that is %s is an event", async (text) => {
  expect((await eventOf(typed("application/json", text), source({}))).data).toEqual(JSON.parse(text));
});
