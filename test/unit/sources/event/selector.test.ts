// Selectors beyond the body: the query, the whole body of a batch, and parts joined into keys. Pure.
import { describe, expect, test } from "vitest";
import { eventOf, eventsOf, faultOf, JSON_TYPE, request, sourceOf } from "../requests.ts";

function source(event: object, more: object = {}) {
  return sourceOf({ verify: { family: "none" }, event, ...more });
}

function json(body: unknown, query = "") {
  const inbound = request(JSON_TYPE, JSON.stringify(body));
  return { ...inbound, url: `${inbound.url}${query}` };
}

describe("query:", () => {
  test("reads the URL of the request, decoded, the first of several", async () => {
    const plan = source({ id: "query:ref", type: "query:the-type" });
    expect(await eventOf(json({}, "?ref=a%20b&ref=c&the-type=t"), plan)).toMatchObject({ id: "a b", type: "t" });
  });

  test("that is missing gives nothing", async () => {
    expect(await faultOf(json({}, "?other=1"), source({ id: "query:ref" }))).toMatchObject({ field: "id" });
  });

  test("of a request whose URL is none gives nothing", async () => {
    const inbound = { ...json({}), url: "no url" };
    expect(await faultOf(inbound, source({ id: "query:ref" }))).toMatchObject({ field: "id" });
  });
});

describe("parts joined into a key", () => {
  const plan = source({ id: { join: ["$.resource.id", "$.action", "$.at"], with: ":" } });

  test("are one text", async () => {
    const event = await eventOf(json({ resource: { id: "r1" }, action: "paid", at: 1_795_425_600 }), plan);
    expect(event).toMatchObject({ id: "r1:paid:1795425600", dedupeKey: "r1:paid:1795425600" });
  });

  test("must all be there", async () => {
    expect(await faultOf(json({ resource: { id: "r1" }, action: "paid" }), plan)).toMatchObject({ field: "id" });
  });

  test("give way to the next alternative when one is missing, or all together are too long", async () => {
    const either = source({ id: [{ join: ["$.a", "$.b"] }, "$.c"] });
    expect((await eventOf(json({ a: "1", c: "3" }), either)).id).toBe("3");
    expect((await eventOf(json({ a: "1", b: "2", c: "3" }), either)).id).toBe("1:2");
    const long = "x".repeat(300);
    expect((await eventOf(json({ a: long, b: long, c: "3" }), either)).id).toBe("3");
  });

  test("may be hashes", async () => {
    const hashed = source({ id: { join: ["$.a", "sha256(body)"], with: "-" } });
    expect((await eventOf(json({ a: "1" }), hashed)).id).toMatch(/^1-[0-9a-f]{64}$/);
  });
});

describe("a type", () => {
  test("may have alternatives that are joined", async () => {
    const plan = source({ type: [{ join: ["$.resource_type", "$.action"] }, "$.kind"] });
    expect((await eventOf(json({ resource_type: "payments", action: "paid" }), plan)).type).toBe("payments.paid");
    expect((await eventOf(json({ kind: "ping" }), plan)).type).toBe("ping");
  });
});

describe("root:", () => {
  test("reads the whole body, where $ reads the item", async () => {
    const plan = source({ id: "$.id", subject: "root:$.meta.webhook_id" }, { body: { split: "$.events" } });
    const events = await eventsOf(json({ meta: { webhook_id: "WB1" }, events: [{ id: "1" }, { id: "2" }] }), plan);
    expect(events.map(({ id, subject }) => [id, subject])).toEqual([
      ["1", "WB1"],
      ["2", "WB1"],
    ]);
  });

  test("is the same as $ where nothing is split", async () => {
    expect((await eventOf(json({ id: "1" }), source({ id: "root:$.id" }))).id).toBe("1");
  });
});

describe("the default dedupe key", () => {
  const signed = (event: object) =>
    sourceOf({ verify: { family: "hmac", signature: { from: "header:x-sig" } }, secrets: ["S"], event });

  test("is a hash of the body when a joined id has one part that is not signed", async () => {
    const plan = signed({ id: { join: ["$.id", "query:attempt"], with: ":" } });
    const first = await eventOf(json({ id: "1" }, "?attempt=1"), plan);
    const again = await eventOf(json({ id: "1" }, "?attempt=2"), plan);
    expect(again.id).not.toBe(first.id);
    expect(again.dedupeKey).toBe(first.dedupeKey);
  });

  test("is the joined id when all of it stands in the body", async () => {
    const plan = signed({ id: { join: ["$.id", "$.at"], with: ":" } });
    expect((await eventOf(json({ id: "1", at: 2 }), plan)).dedupeKey).toBe("1:2");
  });
});
