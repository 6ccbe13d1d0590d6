// The CRM senders of `presets/crm` that sign (Close, Attio) or show a token (Pipedrive, Zoho), by their formulas in Node's
// crypto. Salesforce has a file of its own. Fixed clock, no network.

import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { NOW, outcome, request, sourceOf } from "../requests.ts";
import { describeSender, hmacHex, JSON_HEADERS, onlyEvent, received, type Sender } from "./known-answers.ts";

const CLOSE: Sender = {
  preset: "close",
  secret: "7e1a5b0c9d8f4e3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a",
  otherSecret: "8e1a5b0c9d8f4e3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a",
  signatureHeader: "close-sig-hash",
  toleranceSeconds: 300,
  body: JSON.stringify({
    event: {
      id: "ev_2sYKRjcrA79yKxi3S4Crd7",
      object_type: "opportunity",
      object_id: "oppo_8H4sjNso7FyBFaeR3RXi5PMJbilfo0c6UPCxsJtEhCO",
      action: "updated",
      date_created: "2026-11-23T09:19:58.395000+00:00",
      data: { status_type: "won", contact_name: "Mr. Jones" },
      previous_data: { status_type: "active" },
    },
    subscription_id: "whsub_8AmjKCZYT3zI8eZoi4HhFC",
  }),
  sign: (body, secret, now) => ({
    "close-sig-hash": createHmac("sha256", Buffer.from(secret, "hex"))
      .update(`${now / 1_000}${body}`)
      .digest("hex"),
    "close-sig-timestamp": String(now / 1_000),
  }),
  events: [
    {
      id: "ev_2sYKRjcrA79yKxi3S4Crd7",
      type: "opportunity.updated",
      subject: "oppo_8H4sjNso7FyBFaeR3RXi5PMJbilfo0c6UPCxsJtEhCO",
      time: "2026-11-23T09:19:58.395Z",
      data: expect.objectContaining({ previous_data: { status_type: "active" } }),
      dedupeKey: "ev_2sYKRjcrA79yKxi3S4Crd7",
    },
  ],
};

const RECORD = { workspace_id: "14beef7a-99f7-4534-a87e-70b564330a4c", object_id: "97052eb9", record_id: "bf071e1f" };
const ATTIO: Sender = {
  preset: "attio",
  secret: "attio secret",
  otherSecret: "attio secret before",
  signatureHeader: "attio-signature",
  body: JSON.stringify({
    webhook_id: "23e42eaf-323a-41da-b5bb-fd67eebda553",
    events: [
      {
        event_type: "record.updated",
        id: { ...RECORD, attribute_id: "41252299" },
        actor: { type: "system", id: null },
      },
      { event_type: "record.created", id: RECORD, actor: { type: "system", id: null } },
    ],
  }),
  sign: (body, secret) => ({ "attio-signature": hmacHex(secret, body) }),
  events: [
    { type: "record.updated", subject: "bf071e1f", dedupeKey: expect.stringMatching(/^[0-9a-f]{64}$/) },
    { type: "record.created", subject: "bf071e1f", dedupeKey: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ],
};

for (const sender of [CLOSE, ATTIO]) describeSender(sender);

describe("Close", () => {
  const source = sourceOf({ preset: "close", secrets: ["S"] });
  const inbound = request({ ...JSON_HEADERS, ...CLOSE.sign(CLOSE.body, CLOSE.secret, NOW) }, CLOSE.body);

  test("signs with the bytes of its key and not with the key's text", async () => {
    const text = { ...CLOSE.sign(CLOSE.body, CLOSE.secret, NOW), "close-sig-hash": hmacHex(CLOSE.secret, CLOSE.body) };
    expect(await outcome(request({ ...JSON_HEADERS, ...text }, CLOSE.body), source, [CLOSE.secret])).toBe("no-match");
    expect(await outcome(inbound, source, ["not hex"])).toBe("bad-secret");
  });
});

describe("Attio", () => {
  const source = sourceOf({ preset: "attio", secrets: ["S"] });
  const sent = (headers: Record<string, string>) =>
    request({ ...JSON_HEADERS, ...ATTIO.sign(ATTIO.body, ATTIO.secret, NOW), ...headers }, ATTIO.body);
  const keysOf = async (key: string) =>
    (await received(sent({ "idempotency-key": key }), source, [ATTIO.secret])).map(({ dedupeKey }) => dedupeKey);

  test("is accepted by either name of the header", async () => {
    const named = { ...JSON_HEADERS, "x-attio-signature": hmacHex(ATTIO.secret, ATTIO.body) };
    expect(await outcome(request(named, ATTIO.body), source, [ATTIO.secret])).toBe("accepted");
  });

  test("is not asked for a timestamp, which guides made up", async () => {
    expect(await outcome(sent({ "x-attio-timestamp": "1" }), source, [ATTIO.secret])).toBe("accepted");
  });

  test("tells two changes with one body apart by a header that is not signed: the choice, and its price", async () => {
    expect(await keysOf("1")).toEqual(await keysOf("1"));
    expect(await keysOf("2")).not.toEqual(await keysOf("1"));
    expect(new Set(await keysOf("1")).size).toBe(2);
  });
});

describe("Pipedrive", () => {
  const source = sourceOf({ preset: "pipedrive", secrets: ["S"] });
  const body = JSON.stringify({
    meta: {
      action: "change",
      entity: "deal",
      entity_id: "12",
      id: "6b4c3b2a-0f7c-4c3e-8c29-1a2b3c4d5e6f",
      correlation_id: "f3ae5c1c",
      company_id: "8000000",
      timestamp: "2026-11-23T09:19:58.123Z",
      version: "2.0",
      attempt: 1,
    },
    data: { id: 12, title: "Deal", status: "won" },
    previous: { status: "open" },
  });
  const sent = (authorization?: string) =>
    request({ ...JSON_HEADERS, ...(authorization === undefined ? {} : { authorization }) }, body);
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

  test("proves itself by user and password", async () => {
    expect(await outcome(sent(basic("hook:pässword:1")), source, ["hook:pässword:1"])).toBe("accepted");
    expect(await outcome(sent(basic("hook:other")), source, ["hook:pässword:1"])).toBe("no-match");
    expect(await outcome(sent(basic("hook:p")), source, ["hook:old", "hook:p"])).toBe("accepted");
    expect(await outcome(sent("Bearer hook:p"), source, ["hook:p"])).toBe("missing-token");
    expect(await outcome(sent(), source, ["hook:p"])).toBe("missing-token");
    expect(await outcome(sent(basic("hook:p")), source, ["only-a-password"])).toBe("bad-secret");
  });

  test("names entity and action, and counts once by the id of the event", async () => {
    expect(await onlyEvent(sent(basic("hook:p")), source, ["hook:p"])).toMatchObject({
      id: "6b4c3b2a-0f7c-4c3e-8c29-1a2b3c4d5e6f",
      type: "deal.change",
      subject: "12",
      time: "2026-11-23T09:19:58.123Z",
      data: { data: { status: "won" }, previous: { status: "open" } },
      dedupeKey: "6b4c3b2a-0f7c-4c3e-8c29-1a2b3c4d5e6f",
    });
  });
});

describe("Zoho CRM", () => {
  const source = sourceOf({ preset: "zoho-crm", secrets: ["S"] });
  const sent = (changed: object) =>
    request(
      JSON_HEADERS,
      JSON.stringify({
        server_time: 1_795_425_598_000,
        query_params: {},
        module: "Contacts",
        resource_uri: "https://www.zohoapis.com/crm/v8/Contacts",
        ids: ["3652397000000649013"],
        affected_fields: [],
        operation: "update",
        channel_id: "10000007828",
        token: "contacts_7828",
        ...changed,
      }),
    );

  test("proves itself by the token in its body", async () => {
    expect(await outcome(sent({}), source, ["contacts_7828"])).toBe("accepted");
    expect(await outcome(sent({}), source, ["another", "contacts_7828"])).toBe("accepted");
    expect(await outcome(sent({ token: "contacts_7829" }), source, ["contacts_7828"])).toBe("no-match");
    expect(await outcome(sent({ token: "" }), source, ["contacts_7828"])).toBe("missing-token");
    expect(await outcome(sent({ token: undefined }), source, ["contacts_7828"])).toBe("missing-token");
    expect(await outcome(sent({ token: ["contacts_7828"] }), source, ["contacts_7828"])).toBe("missing-token");
  });

  test("gives an event in which the token is nowhere", async () => {
    const event = await onlyEvent(sent({}), source, ["contacts_7828"]);
    expect(event).toMatchObject({
      type: "Contacts.update",
      subject: "3652397000000649013",
      time: "2026-11-23T09:19:58.000Z",
      data: { ids: ["3652397000000649013"], operation: "update" },
    });
    expect(JSON.stringify(event)).not.toContain("contacts_7828");
  });

  test("keeps its dedupe key while the token is changed, and has another for another change", async () => {
    const keyOf = async (changed: object) =>
      (await onlyEvent(sent(changed), source, ["contacts_7828", "next"])).dedupeKey;
    expect(await keyOf({ token: "next" })).toBe(await keyOf({}));
    expect(await keyOf({ server_time: 1_795_425_599_000 })).not.toBe(await keyOf({}));
  });
});
