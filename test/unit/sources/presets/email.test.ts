// The mail services of `presets/email`. SendGrid's own library verifies, and its published signatures stand here; the others
// have no library here, so their formulas are spelled out. Fixed clock, no network.
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { EventWebhook } from "@sendgrid/eventwebhook";
import { describe, expect, test } from "vitest";
import { bytes, NOW, NOW_SECONDS, outcome, request, sourceOf } from "../requests.ts";
import { handshaken } from "./handshaking.ts";
import {
  describeSender,
  FORM_HEADERS,
  type Headers,
  hmacBase64,
  hmacHex,
  JSON_HEADERS,
  onlyEvent,
  received,
  type Sender,
} from "./known-answers.ts";

const PRIVATE_KEYS = new Map<string, KeyObject>();
const [sendgridKey, otherKey] = [p256(), p256()];

/** Gives the public key as SendGrid shows it. */
function p256(): string {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const shown = publicKey.export({ format: "der", type: "spki" }).toString("base64");
  PRIVATE_KEYS.set(shown, privateKey);
  return shown;
}

const SIGNATURE = "x-twilio-email-event-webhook-signature";
const TIMESTAMP = "x-twilio-email-event-webhook-timestamp";

function sendgridHeaders(body: string, publicKey: string, now: number): Headers {
  const timestamp = String(Math.floor(now / 1_000));
  const key = PRIVATE_KEYS.get(publicKey);
  if (key === undefined) throw new Error("There is no private key for this public key.");
  return { [TIMESTAMP]: timestamp, [SIGNATURE]: sign("sha256", Buffer.from(timestamp + body), key).toString("base64") };
}

const sendgridSdk = new EventWebhook();

function isSendgrids(body: string, headers: Headers, publicKey: string): boolean {
  const key = sendgridSdk.convertPublicKeyToECDSA(publicKey);
  return sendgridSdk.verifySignature(key, body, headers[SIGNATURE] ?? "", headers[TIMESTAMP] ?? "");
}

const SENDGRID: Sender = {
  preset: "sendgrid",
  secret: sendgridKey,
  otherSecret: otherKey,
  signatureHeader: SIGNATURE,
  toleranceSeconds: 86_400,
  body: `${JSON.stringify([
    {
      email: "a@example.com",
      event: "processed",
      sg_event_id: "cHJvY2Vzc2Vk",
      sg_message_id: "qNwB.1",
      timestamp: 1_795_425_597,
    },
    {
      email: "é@example.com",
      event: "bounce",
      sg_event_id: "Ym91bmNl",
      sg_message_id: "qNwB.1",
      timestamp: 1_795_425_598,
    },
  ])}\r\n`,
  sign: sendgridHeaders,
  isGenuine: isSendgrids,
  events: [
    {
      id: "cHJvY2Vzc2Vk",
      type: "processed",
      subject: "qNwB.1",
      time: "2026-11-23T09:19:57.000Z",
      dedupeKey: "cHJvY2Vzc2Vk",
    },
    { id: "Ym91bmNl", type: "bounce", subject: "qNwB.1", time: "2026-11-23T09:19:58.000Z", dedupeKey: "Ym91bmNl" },
  ],
};

describeSender(SENDGRID);

describe("sendgrid", () => {
  const source = sourceOf({ preset: "sendgrid", secrets: ["S"] });

  test("accepts what SendGrid's library is tested with, line feed and all", async () => {
    const key =
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
    const headers = {
      [SIGNATURE]: "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
      [TIMESTAMP]: "1600112502",
    };
    const body =
      '[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n';
    expect(isSendgrids(body, headers, key)).toBe(true);
    const inbound = request({ ...JSON_HEADERS, ...headers }, body);
    expect(await outcome(inbound, source, [key], 1_600_112_502_000)).toBe("accepted");
    expect(await outcome(inbound, source, [key])).toBe("stale");
    const withoutLine = request({ ...JSON_HEADERS, ...headers }, body.trimEnd());
    expect(await outcome(withoutLine, source, [key], 1_600_112_502_000)).toBe("no-match");
  });

  test("is accepted by its key even when that was pasted in two lines, and by no other kind of secret", async () => {
    const inbound = request({ ...JSON_HEADERS, ...SENDGRID.sign(SENDGRID.body, sendgridKey, NOW) }, SENDGRID.body);
    expect(await outcome(inbound, source, [`${sendgridKey.slice(0, 64)}\n${sendgridKey.slice(64)}`])).toBe("accepted");
    expect(await outcome(inbound, source, ["SG.api-key"])).toBe("bad-secret");
  });
});

describe("sendgrid-inbound", () => {
  const source = sourceOf({ preset: "sendgrid-inbound", secrets: ["S"] });
  const parts = [
    ["headers", "Message-ID: <1@example.com>\r\nDate: Mon, 23 Nov 2026 09:19:58 +0000\r\n"],
    ["to", "in@parse.example.com"],
    ["from", "Zoë <zoe@example.com>"],
    ["text", "Hello\r\n--not a boundary\r\n"],
  ].map(([name, value]) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  const mail = (boundary: string) =>
    [...parts.map((part) => `--${boundary}\r\n${part}`), `--${boundary}--\r\n`].join("");
  const sent = (boundary: string, body = mail(boundary)) =>
    request(
      {
        "content-type": `multipart/form-data; boundary=${boundary}`,
        ...sendgridHeaders(mail(boundary), sendgridKey, NOW),
      },
      body,
    );

  test("is accepted as it was signed, and gives the mail", async () => {
    expect(await onlyEvent(sent("xYzZY"), source, [sendgridKey])).toMatchObject({
      type: "email.received",
      subject: "in@parse.example.com",
      data: { from: "Zoë <zoe@example.com>", text: "Hello\r\n--not a boundary\r\n" },
    });
  });

  test("is the same mail under another boundary", async () => {
    const first = await onlyEvent(sent("xYzZY"), source, [sendgridKey]);
    const again = await onlyEvent(sent("another"), source, [sendgridKey]);
    expect([again.id, again.dedupeKey]).toEqual([first.id, first.dedupeKey]);
  });

  test("is refused changed, and unsigned, as it comes without a security policy", async () => {
    expect(await outcome(sent("xYzZY", mail("xYzZY").replace("Hello", "Hallo")), source, [sendgridKey])).toBe(
      "no-match",
    );
    const unsigned = request({ "content-type": "multipart/form-data; boundary=xYzZY" }, mail("xYzZY"));
    expect(await outcome(unsigned, source, [sendgridKey])).toBe("missing-signature");
  });
});

describe("postmark", () => {
  const source = sourceOf({ preset: "postmark", secrets: ["A", "B"] });
  const delivery = { RecordType: "Delivery", MessageID: "883953f4-6105", DeliveredAt: "2026-11-23T09:19:58Z" };
  const sent = (credentials: string, body: object = delivery) =>
    request(
      { ...JSON_HEADERS, authorization: `Basic ${Buffer.from(credentials).toString("base64")}` },
      JSON.stringify(body),
    );

  test("is accepted by user and password, old or new, and by nothing else", async () => {
    expect(await outcome(sent("hook:pässword"), source, ["hook:pässword"])).toBe("accepted");
    expect(await outcome(sent("hook:pw"), source, ["hook:other", "hook:pw"])).toBe("accepted");
    expect(await outcome(sent("hook:pw"), source, ["hook:pv"])).toBe("no-match");
    expect(await outcome(request(JSON_HEADERS, "{}"), source, ["hook:pw"])).toBe("missing-token");
    expect(await outcome(sent("hook:pw"), source, ["pw"])).toBe("bad-secret");
  });

  test("gives deliveries, bounces and inbound mail", async () => {
    expect(await onlyEvent(sent("a:b"), source, ["a:b"])).toMatchObject({
      id: "Delivery:883953f4-6105",
      type: "Delivery",
      subject: "883953f4-6105",
      time: "2026-11-23T09:19:58.000Z",
    });
    const bounce = { RecordType: "Bounce", ID: 42, MessageID: "883953f4-6105" };
    expect(await onlyEvent(sent("a:b", bounce), source, ["a:b"])).toMatchObject({ id: "Bounce:42", type: "Bounce" });
    const inbound = { MessageID: "73e6d360", From: "a@example.com" };
    expect(await onlyEvent(sent("a:b", inbound), source, ["a:b"])).toMatchObject({ id: "73e6d360", type: "Inbound" });
  });
});

describe("mailgun", () => {
  const KEY = "b1a2c3d4e5f60718293a4b5c6d7e8f90";
  const source = sourceOf({ preset: "mailgun", secrets: ["A", "B"] });
  const data = {
    id: "G9Bn5sl1TC6nu79C8C0bwg",
    event: "delivered",
    timestamp: 1_795_425_598.12,
    recipient: "a@example.com",
  };
  const sent = (timestamp: string | number = NOW_SECONDS, event: object = data, key = KEY) => {
    const token = "57fb70c1bc7d0ed3b0d5f1b4f8d6c2a1";
    const signature = hmacHex(key, `${timestamp}${token}`);
    return request(
      JSON_HEADERS,
      JSON.stringify({ signature: { timestamp: String(timestamp), token, signature }, "event-data": event }),
    );
  };

  test("is accepted, and gives the event without the signature", async () => {
    expect(await onlyEvent(sent(), source, [KEY])).toMatchObject({
      id: "G9Bn5sl1TC6nu79C8C0bwg",
      type: "delivered",
      subject: "a@example.com",
      time: "2026-11-23T09:19:58.120Z",
      data,
      dedupeKey: "57fb70c1bc7d0ed3b0d5f1b4f8d6c2a1",
    });
  });

  test("spends its token: another event under it is the same event, as none is signed", async () => {
    const forged = sent(NOW_SECONDS, { ...data, id: "made-up", event: "failed" });
    expect(await outcome(forged, source, [KEY])).toBe("accepted");
    expect((await onlyEvent(forged, source, [KEY])).dedupeKey).toBe("57fb70c1bc7d0ed3b0d5f1b4f8d6c2a1");
  });

  test("is refused by another key, unsigned, too old and too young", async () => {
    expect(await outcome(sent(NOW_SECONDS, data, "other"), source, [KEY])).toBe("no-match");
    expect(await outcome(sent(), source, ["other", KEY])).toBe("accepted");
    expect(await outcome(request(JSON_HEADERS, JSON.stringify({ "event-data": data })), source, [KEY])).toBe(
      "missing-signature",
    );
    expect(await outcome(sent(NOW_SECONDS - 86_401), source, [KEY])).toBe("stale");
    expect(await outcome(sent(NOW_SECONDS + 86_401), source, [KEY])).toBe("future");
    expect(await outcome(sent(`${NOW_SECONDS}x`), source, [KEY])).toBe("malformed-timestamp");
  });
});

describe("mandrill", () => {
  const PUBLIC_URL = "https://bridge.example.com/in/mandrill?a=1";
  const source = sourceOf({ preset: "mandrill", secrets: ["A", "B"], publicUrl: PUBLIC_URL });
  const events = [
    {
      event: "send",
      ts: 1_795_425_598,
      _id: "exampleaaaaaaaaaaaaaaaaaaaaaaaaa",
      msg: { email: "a@example.com", subject: "é & $&" },
    },
    { event: "open", ts: 1_795_425_599, _id: "exampleaaaaaaaaaaaaaaaaaaaaaaaaa" },
  ];
  const sent = (key: string, url = PUBLIC_URL, held = JSON.stringify(events)) => {
    const signature = hmacBase64(key, `${url}mandrill_events${held}`, "sha1");
    const body = new URLSearchParams({ mandrill_events: held }).toString();
    return request({ ...FORM_HEADERS, "x-mandrill-signature": signature }, body);
  };

  test("is accepted, and gives every event", async () => {
    expect(await received(sent("key"), source, ["key"])).toMatchObject([
      {
        id: "send:exampleaaaaaaaaaaaaaaaaaaaaaaaaa:1795425598",
        type: "send",
        subject: "exampleaaaaaaaaaaaaaaaaaaaaaaaaa",
        time: "2026-11-23T09:19:58.000Z",
        data: events[0],
      },
      { type: "open" },
    ]);
  });

  test("is refused by another key, under another URL, changed and unsigned", async () => {
    expect(await outcome(sent("kez"), source, ["key"])).toBe("no-match");
    expect(await outcome(sent("key"), source, ["old", "key"])).toBe("accepted");
    expect(await outcome(sent("key", "https://bridge.example.com/in/mandrill"), source, ["key"])).toBe("no-match");
    const changed = { ...sent("key"), body: bytes("mandrill_events=%5B%5D") };
    expect(await outcome(changed, source, ["key"])).toBe("no-match");
    expect(await outcome(request(FORM_HEADERS, "mandrill_events=%5B%5D"), source, ["key"])).toBe("missing-signature");
  });

  test("finds its URL there", async () => {
    expect(await handshaken(source, { method: "HEAD" })).toMatchObject({ verified: false, reply: { status: 200 } });
  });
});
