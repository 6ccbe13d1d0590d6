// The support desks of `presets/support`, by their formulas in Node's crypto. Fixed clock, no network.
import { describe, expect, test } from "vitest";
import { NOW, outcome, request, sourceOf } from "../requests.ts";
import { handshaken } from "./handshaking.ts";
import { describeSender, hmacBase64, hmacHex, JSON_HEADERS, onlyEvent, type Sender } from "./known-answers.ts";

const TIME = "x-zendesk-webhook-signature-timestamp";

function zendeskHeaders(body: string, secret: string, now: number) {
  const time = new Date(now).toISOString().replace(".000Z", "Z");
  return { "x-zendesk-webhook-signature": hmacBase64(secret, `${time}${body}`), [TIME]: time };
}

const ZENDESK: Sender = {
  preset: "zendesk",
  // The secret that Zendesk documents for trying a webhook out before it is made.
  secret: "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==",
  otherSecret: "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seR==",
  signatureHeader: "x-zendesk-webhook-signature",
  toleranceSeconds: 300,
  unsigned: {
    "x-zendesk-webhook-invocation-id": "01KAS0K3M4",
    "x-zendesk-webhook-id": "01HZ",
    "x-zendesk-account-id": "123456",
  },
  body: JSON.stringify({
    account_id: 22129848,
    detail: { id: "35436", subject: "Help", status: "open" },
    event: {},
    id: "2b24ef10-19d3-4740-93cf-8f98ec4776c0",
    subject: "zen:ticket:35436",
    time: "2026-11-23T09:19:58Z",
    type: "zen:event-type:ticket.created",
    zendesk_event_version: "2022-11-06",
  }),
  sign: zendeskHeaders,
  events: [
    {
      id: "01KAS0K3M4",
      type: "zen:event-type:ticket.created",
      subject: "35436",
      time: "2026-11-23T09:19:58.000Z",
      dedupeKey: "2022-11-06:zen:event-type:ticket.created:2b24ef10-19d3-4740-93cf-8f98ec4776c0",
    },
  ],
};

const INTERCOM: Sender = {
  preset: "intercom",
  secret: "intercom client secret",
  otherSecret: "intercom client secret before",
  signatureHeader: "x-hub-signature",
  body: JSON.stringify({
    type: "notification_event",
    app_id: "a86dr8yl",
    data: { type: "notification_event_data", item: { type: "conversation", id: "5431", state: "open" } },
    id: "notif_52ca2cf0-fd79-11ea-9b8d-27bc8e1e5f4e",
    topic: "conversation.user.created",
    delivery_attempts: 1,
    created_at: 1_795_425_590,
  }),
  sign: (body, secret) => ({ "x-hub-signature": `sha1=${hmacHex(secret, body, "sha1")}` }),
  events: [
    {
      id: "notif_52ca2cf0-fd79-11ea-9b8d-27bc8e1e5f4e",
      type: "conversation.user.created",
      subject: "5431",
      time: "2026-11-23T09:19:50.000Z",
      data: { type: "conversation", id: "5431", state: "open" },
      dedupeKey: "notif_52ca2cf0-fd79-11ea-9b8d-27bc8e1e5f4e",
    },
  ],
};

for (const sender of [ZENDESK, INTERCOM]) describeSender(sender);

describe("Zendesk", () => {
  const source = sourceOf({ preset: "zendesk", secrets: ["S"] });
  const keyOf = async (body: string, now: number, invocation: string, type = "application/json") => {
    const headers = { "content-type": type, "x-zendesk-webhook-invocation-id": invocation };
    const inbound = request({ ...headers, ...zendeskHeaders(body, ZENDESK.secret, now) }, body);
    return (await onlyEvent(inbound, source, [ZENDESK.secret])).dedupeKey;
  };

  test("signs with the secret's text and not with what it looks like the base64 of", async () => {
    const decoded = Buffer.from(ZENDESK.secret, "base64").toString();
    const headers = zendeskHeaders(ZENDESK.body, decoded, NOW);
    expect(await outcome(request({ ...JSON_HEADERS, ...headers }, ZENDESK.body), source, [ZENDESK.secret])).toBe(
      "no-match",
    );
  });

  test("without its time, or with one that is none, is refused", async () => {
    const { [TIME]: _, ...others } = zendeskHeaders(ZENDESK.body, ZENDESK.secret, NOW);
    const sent = (time: object) => request({ ...JSON_HEADERS, ...others, ...time }, ZENDESK.body);
    expect(await outcome(sent({}), source, [ZENDESK.secret])).toBe("missing-header");
    expect(await outcome(sent({ [TIME]: "1795425600" }), source, [ZENDESK.secret])).toBe("malformed-timestamp");
  });

  test("of a trigger counts a ticket's updates one by one, though their bodies are the same", async () => {
    const body = '{"id":35436,"status":"open"}';
    expect(await keyOf(body, NOW, "1")).toBe(await keyOf(body, NOW, "made-up"));
    expect(await keyOf(body, NOW, "1")).not.toBe(await keyOf(body, NOW - 1_000, "1"));
  });

  test("of a trigger may be XML or a form", async () => {
    expect(await keyOf("<ticket><id>1</id></ticket>", NOW, "1", "application/xml")).toContain(":");
    expect(await keyOf("ticket_id=1", NOW, "1", "application/x-www-form-urlencoded")).toContain(":");
  });
});

describe("Intercom", () => {
  const source = sourceOf({ preset: "intercom", secrets: ["S"] });

  test("is told by HEAD that somebody is there", async () => {
    expect(await handshaken(source, { method: "HEAD" })).toMatchObject({ reply: { status: 200, body: null } });
  });

  test("pings without an id, and that is an event too", async () => {
    const body = JSON.stringify({ topic: "ping", id: null, data: { item: { type: "ping", message: "Hello" } } });
    const headers = { ...JSON_HEADERS, ...INTERCOM.sign(body, INTERCOM.secret, NOW) };
    expect(await onlyEvent(request(headers, body), source, [INTERCOM.secret])).toMatchObject({ type: "ping" });
  });

  test("counts once though its number of attempts is another", async () => {
    const body = INTERCOM.body.replace('"delivery_attempts":1', '"delivery_attempts":2');
    const headers = { ...JSON_HEADERS, ...INTERCOM.sign(body, INTERCOM.secret, NOW) };
    const event = await onlyEvent(request(headers, body), source, [INTERCOM.secret]);
    expect(event.dedupeKey).toBe("notif_52ca2cf0-fd79-11ea-9b8d-27bc8e1e5f4e");
  });
});
