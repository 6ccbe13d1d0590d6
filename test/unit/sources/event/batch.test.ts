// Several events in one request: the shapes that real senders use, and that nothing of them is lost. Pure.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SourceConfig } from "../../../../src/core/source.ts";
import { parseJson } from "../../../../src/sources/body/json-body.ts";
import { MAX_ITEMS } from "../../../../src/sources/event/split.ts";
import { resolveSource } from "../../../../src/sources/presets.ts";
import { eventsOf, faultOf, JSON_TYPE, request, sourceOf } from "../requests.ts";

function source(split: string, event: object = {}, more: object = {}) {
  return sourceOf({ verify: { family: "none" }, body: { split }, event, ...more });
}

function json(body: unknown) {
  return request(JSON_TYPE, JSON.stringify(body));
}

function parsed(text: string) {
  const result = parseJson(text);
  return result.ok ? result.value : result.error;
}

const XML = { "content-type": "text/xml; charset=utf-8" };

function salesforce(notifications: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>00D000000000001EAA</OrganizationId>
   <SessionId>00D!AQ8AQ.secret</SessionId>
   ${notifications
     .map(
       (id) => `<Notification><Id>${id}</Id>
    <sObject xsi:type="sf:Account" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
     <sf:Id>001${id}</sf:Id><sf:Name>Acme &amp; Co</sf:Name><sf:Phone xsi:nil="true"/>
    </sObject></Notification>`,
     )
     .join("\n")}
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>`;
}

describe("a batch", () => {
  test("of HubSpot is the root array", async () => {
    const plan = source("$", {
      id: { join: ["$.subscriptionId", "$.eventId", "$.occurredAt"] },
      type: "$.subscriptionType",
      time: { from: "$.occurredAt", unit: "ms" },
      subject: "$.objectId",
    });
    const body = [
      {
        eventId: 100,
        subscriptionId: 7,
        occurredAt: 1_795_425_600_000,
        subscriptionType: "contact.creation",
        objectId: 123,
      },
      {
        eventId: 101,
        subscriptionId: 7,
        occurredAt: 1_795_425_601_000,
        subscriptionType: "deal.deletion",
        objectId: 124,
      },
    ];
    const events = await eventsOf(json(body), plan);
    expect(events).toMatchObject([
      { id: "7:100:1795425600000", type: "contact.creation", subject: "123", time: "2026-11-23T09:20:00.000Z" },
      { id: "7:101:1795425601000", type: "deal.deletion", subject: "124" },
    ]);
    expect(events[1]?.data).toEqual(body[1]);
  });

  test("of SendGrid is the root array", async () => {
    const plan = source("$", { id: "$.sg_event_id", type: "$.event", time: { from: "$.timestamp", unit: "s" } });
    const body = ["processed", "delivered", "open"].map((event, i) => ({
      email: "a@example.com",
      timestamp: 1_795_425_600 + i,
      event,
      sg_event_id: `e${i}==`,
    }));
    expect((await eventsOf(json(body), plan)).map(({ id, type }) => [id, type])).toEqual([
      ["e0==", "processed"],
      ["e1==", "delivered"],
      ["e2==", "open"],
    ]);
  });

  test("of GoCardless stands in events", async () => {
    const plan = source("$.events", { id: "$.id", type: { join: ["$.resource_type", "$.action"] } });
    const body = {
      events: [
        { id: "EV1", resource_type: "payments", action: "confirmed", links: { payment: "PM1" } },
        { id: "EV2", resource_type: "mandates", action: "failed", links: { mandate: "MD1" } },
      ],
      meta: { webhook_id: "WB1" },
    };
    expect(await eventsOf(json(body), plan)).toMatchObject([
      { id: "EV1", type: "payments.confirmed" },
      { id: "EV2", type: "mandates.failed" },
    ]);
  });

  test("of Adyen stands in notificationItems, each in a wrapper", async () => {
    const plan = source("$.notificationItems", {
      id: {
        join: [
          "$.NotificationRequestItem.pspReference",
          "$.NotificationRequestItem.eventCode",
          "$.NotificationRequestItem.success",
        ],
      },
      type: "$.NotificationRequestItem.eventCode",
      data: "$.NotificationRequestItem",
    });
    const item = (pspReference: string, eventCode: string) => ({
      NotificationRequestItem: { pspReference, eventCode, success: "true", amount: { value: 1130, currency: "EUR" } },
    });
    const body = { live: "false", notificationItems: [item("P1", "AUTHORISATION"), item("P1", "CAPTURE")] };
    const events = await eventsOf(json(body), plan);
    expect(events).toMatchObject([
      { id: "P1:AUTHORISATION:true", data: { pspReference: "P1" } },
      { id: "P1:CAPTURE:true" },
    ]);
  });

  test("of Attio takes its ids from the delivery and the item together", async () => {
    const plan = source("$.events", {
      id: { join: ["header:idempotency-key", "sha256(item)"] },
      type: "$.event_type",
    });
    const body = {
      webhook_id: "w",
      events: [
        { event_type: "record.created", id: { workspace_id: "ws", object_id: "o", record_id: "r1" } },
        { event_type: "record.created", id: { workspace_id: "ws", object_id: "o", record_id: "r2" } },
      ],
    };
    const inbound = request({ ...JSON_TYPE, "idempotency-key": "k-1" }, JSON.stringify(body));
    const ids = (await eventsOf(inbound, plan)).map(({ id }) => id);
    expect(ids[0]).toMatch(/^k-1:[0-9a-f]{64}$/);
    expect(new Set(ids).size).toBe(2);
  });

  test("of Airtable is no batch: the ping is one event", async () => {
    const plan = sourceOf({
      verify: { family: "none" },
      event: { id: { join: ["$.webhook.id", "$.timestamp"] }, type: "const:ping" },
    });
    const body = { base: { id: "app1" }, webhook: { id: "ach1" }, timestamp: "2026-11-23T09:20:00.000Z" };
    expect(await eventsOf(json(body), plan)).toMatchObject([{ id: "ach1:2026-11-23T09:20:00.000Z", type: "ping" }]);
  });

  test("of Meta stands in the changes of each entry", async () => {
    const plan = source("$.entry[*].changes", { type: "$.field" });
    const body = {
      object: "whatsapp_business_account",
      entry: [
        {
          id: "1",
          changes: [
            { field: "messages", value: { x: 1 } },
            { field: "flows", value: {} },
          ],
        },
        { id: "2", changes: { field: "alone" } },
        { id: "3", messaging: [{ mid: "not in changes" }] },
        { id: "4", changes: [] },
      ],
    };
    const events = await eventsOf(json(body), plan);
    expect(events.map(({ type }) => type)).toEqual(["messages", "flows", "alone", "event"]);
    expect(events[3]?.data).toEqual(body.entry[2]);
  });

  test.each([
    ["one", ["04l1"]],
    ["many", ["04l1", "04l2", "04l3"]],
  ])("of Salesforce with %s", async (_, ids) => {
    const plan = sourceOf({
      verify: { family: "none" },
      body: { accept: ["xml"], split: "$.Envelope.Body.notifications.Notification" },
      redact: ["$.Envelope.Body.notifications.SessionId"],
      event: {
        id: "$.Id",
        type: "$.sObject.@type",
        subject: "root:$.Envelope.Body.notifications.OrganizationId",
        data: "$.sObject",
      },
    });
    const events = await eventsOf(request(XML, salesforce(ids)), plan);
    expect(events.map(({ id }) => id)).toEqual(ids);
    expect(events[0]).toMatchObject({
      type: "sf:Account",
      subject: "00D000000000001EAA",
      data: { "@type": "sf:Account", Id: "00104l1", Name: "Acme & Co", Phone: null },
    });
    expect(JSON.stringify(events)).not.toContain("SessionId");
  });
});

describe("a request without items", () => {
  test.each<[string, string, unknown]>([
    ["Xero's first one", "$.events", { events: [], firstEventSequence: 0, entropy: "X" }],
    ["Asana's heartbeat", "$.events", {}],
    ["an empty root array", "$", []],
    ["null for a list", "$.events", { events: null }],
    ["null for a body", "$", null],
    ["an empty object on the way", "$.data.events", { data: {} }],
  ])("is accepted: %s", async (_, split, body) => {
    expect(await eventsOf(json(body), source(split))).toEqual([]);
  });

  test("is accepted in XML, where an empty list is an empty element", async () => {
    const plan = source("$.list.item", {}, { body: { accept: ["xml"], split: "$.list.item" } });
    expect(await eventsOf(request(XML, "<list/>"), plan)).toEqual([]);
    expect(
      await eventsOf(
        request(XML, "<list>\n</list>"),
        source("$", {}, { body: { accept: ["xml"], split: "$.list[*].item" } }),
      ),
    ).toEqual([]);
  });
});

describe("nothing that was sent is lost", () => {
  test("when an item has no usable id or type: it is known by its hash, beside the good ones", async () => {
    const plan = source("$", { id: "$.id", type: "$.type", dedupeKey: "$.id", data: "$.data" });
    const events = await eventsOf(json([{ id: "1", type: "t", data: { a: 1 } }, { id: {} }, 7, null, "x"]), plan);
    expect(events).toHaveLength(5);
    expect(events[0]).toMatchObject({ id: "1", type: "t", data: { a: 1 } });
    for (const event of events.slice(1)) {
      expect(event).toMatchObject({ type: "event", id: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(event.dedupeKey).toBe(event.id);
    }
    expect(events.slice(1).map(({ data }) => data)).toEqual([{ id: {} }, 7, null, "x"]);
  });

  test("when the list is not where it should be: the whole body is the event", async () => {
    const body = { ping: true };
    expect(await eventsOf(json(body), source("$.events"))).toMatchObject([{ data: body }]);
    expect(await eventsOf(json("text"), source("$.events"))).toMatchObject([{ data: "text" }]);
  });

  test("when there is one item and no list", async () => {
    expect(await eventsOf(json({ events: { id: "1" } }), source("$.events"))).toMatchObject([{ id: "1" }]);
    expect(await eventsOf(json({ id: "1" }), source("$"))).toMatchObject([{ id: "1" }]);
  });

  test("when ids default to a hash of the body: it is taken of each item", async () => {
    const events = await eventsOf(json([{ a: 1 }, { a: 2 }, { a: 1 }]), source("$"));
    expect(events[0]?.dedupeKey).not.toBe(events[1]?.dedupeKey);
    // Two equal items can only be told apart by ids, and these have none.
    expect(events[0]?.dedupeKey).toBe(events[2]?.dedupeKey);
  });

  test("and the same item in another request has the same key", async () => {
    const [alone] = await eventsOf(json([{ a: 2 }]), source("$"));
    const [, among] = await eventsOf(json([{ a: 1 }, { a: 2 }]), source("$"));
    expect(among?.dedupeKey).toBe(alone?.dedupeKey);
  });

  test("whatever the items are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), async (items) => {
        const events = await eventsOf(json({ events: items }), source("$.events", { id: "$.id", type: "$.type" }));
        expect(events.map(({ data }) => data)).toEqual(parsed(JSON.stringify(items)));
      }),
    );
  });
});

describe("too many items", () => {
  test("are refused, with the limit", async () => {
    const items = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));
    expect(await eventsOf(json(items(MAX_ITEMS)), source("$"))).toHaveLength(MAX_ITEMS);
    expect(await faultOf(json(items(MAX_ITEMS + 1)), source("$"))).toMatchObject({
      reason: "too-many-items",
      limit: MAX_ITEMS,
    });
  });
});

describe("a configuration in which all items would have one key", () => {
  const faults = (event: object, body: object = { split: "$" }) => {
    const resolved = resolveSource("s", SourceConfig.parse({ verify: { family: "none" }, body, event }));
    return resolved.ok ? [] : resolved.error.map(({ reason, path }) => `${reason} ${path.join(".")}`);
  };

  test.each([
    [{ id: "header:x-id" }, ["shared-by-items event.id", "shared-by-items event.dedupeKey"]],
    [{ id: ["$.id", "root:$.id"], dedupeKey: "$.id" }, ["shared-by-items event.id"]],
    [{ dedupeKey: "query:id" }, ["shared-by-items event.dedupeKey"]],
    [{ dedupeKey: { join: ["header:x-id", "const:a", "sha256(body)"] } }, ["shared-by-items event.dedupeKey"]],
    [{ id: { join: ["header:x-id", "$.id"] }, dedupeKey: { join: ["const:a", "sha256(item)"] } }, []],
    [{ dedupeKey: "sha256(body)" }, []],
  ])("%j is refused with %j", (event, expected) => {
    expect(faults(event)).toEqual(expected);
  });

  test("is fine where nothing is split", () => {
    expect(faults({ id: "header:x-id" }, {})).toEqual([]);
  });
});
