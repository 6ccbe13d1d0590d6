// Twilio's forms and Event Streams, against the examples in Twilio's documentation and its own library. No clock, no
// network.
import twilio from "twilio";
import { describe, expect, test } from "vitest";
import { outcome, request, sourceOf } from "../requests.ts";
import { describeSender, FORM_HEADERS, type Headers, JSON_HEADERS, onlyEvent, type Sender } from "./known-answers.ts";

const TOKEN = "12345";
const URL_PUBLISHED = "https://mycompany.com/myapp.php?foo=1&bar=2";
const CALL = {
  CallSid: "CA1234567890ABCDE",
  Caller: "+12349013030",
  Digits: "1234",
  From: "+12349013030",
  To: "+18005551212",
};
const SIGNATURE_PUBLISHED = "0/KCTR6DLpKmkAf8muzZqo1nDgQ=";

const { getExpectedTwilioSignature, validateRequest, validateRequestWithBody } = twilio;
const source = sourceOf({ preset: "twilio", secrets: ["A", "B"], publicUrl: URL_PUBLISHED });

function signed(fields: Readonly<Record<string, string | string[]>>, headers: Headers = {}, url = URL_PUBLISHED) {
  const form = new URLSearchParams();
  for (const [name, values] of Object.entries(fields)) for (const value of [values].flat()) form.append(name, value);
  const signature = getExpectedTwilioSignature(TOKEN, url, { ...fields });
  return request({ ...FORM_HEADERS, "x-twilio-signature": signature, ...headers }, form.toString());
}

describe("twilio's published example", () => {
  test("is accepted, and its library agrees", async () => {
    expect(validateRequest(TOKEN, SIGNATURE_PUBLISHED, URL_PUBLISHED, CALL)).toBe(true);
    const body = new URLSearchParams(CALL).toString();
    const inbound = request({ ...FORM_HEADERS, "x-twilio-signature": SIGNATURE_PUBLISHED }, body);
    expect(await outcome(inbound, source, [TOKEN])).toBe("accepted");
  });

  test("with the number that its libraries test with is accepted too", async () => {
    const fields = { ...CALL, Caller: "+14158675309", From: "+14158675309" };
    const inbound = signed(fields, { "x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8=" });
    expect(await outcome(inbound, source, [TOKEN])).toBe("accepted");
  });
});

describe("a form of twilio", () => {
  test.each([
    [
      "another field",
      signed(CALL, {
        "x-twilio-signature": getExpectedTwilioSignature(TOKEN, URL_PUBLISHED, { ...CALL, Digits: "1235" }),
      }),
    ],
    ["another token", signed(CALL, { "x-twilio-signature": getExpectedTwilioSignature("54321", URL_PUBLISHED, CALL) })],
    ["another URL", signed(CALL, {}, "https://mycompany.com/myapp.php?foo=1")],
    [
      "a signature in hex",
      signed(CALL, { "x-twilio-signature": Buffer.from(SIGNATURE_PUBLISHED, "base64").toString("hex") }),
    ],
  ])("signed with %s is refused", async (_, inbound) => {
    expect(await outcome(inbound, source, [TOKEN])).toBe("no-match");
  });

  test("without a signature, or with an empty one, is refused", async () => {
    const body = new URLSearchParams(CALL).toString();
    expect(await outcome(request(FORM_HEADERS, body), source, [TOKEN])).toBe("missing-signature");
    expect(await outcome(signed(CALL, { "x-twilio-signature": "" }), source, [TOKEN])).toBe("missing-signature");
  });

  test("is accepted with either token while they are rotated", async () => {
    expect(await outcome(signed(CALL), source, [TOKEN, "54321"])).toBe("accepted");
    expect(await outcome(signed(CALL), source, ["54321", TOKEN])).toBe("accepted");
  });

  test("is accepted whether or not the port was signed", async () => {
    const withPort = "https://mycompany.com:443/myapp.php?foo=1&bar=2";
    expect(await outcome(signed(CALL, {}, withPort), source, [TOKEN])).toBe("accepted");
  });

  test("with a repeated field is signed with each of its values once", async () => {
    const fields = { ...CALL, Media: ["b", "a", "b"] };
    expect(await outcome(signed(fields), source, [TOKEN])).toBe("accepted");
  });
});

describe("the event of twilio", () => {
  test.each([
    [
      "a message that came in",
      { MessageSid: "SM1", SmsStatus: "received", From: "+1", Body: "Hi & héllo" },
      { type: "received", subject: "SM1", dedupeKey: "SM1:received" },
    ],
    [
      "a message on its way",
      { MessageSid: "SM1", MessageStatus: "read", SmsStatus: "delivered" },
      { type: "read", subject: "SM1", dedupeKey: "SM1:read" },
    ],
    [
      "a call",
      { CallSid: "CA1", CallStatus: "completed", SequenceNumber: "3" },
      { type: "completed", subject: "CA1", dedupeKey: "CA1:completed:3" },
    ],
    [
      "a recording",
      { CallSid: "CA1", RecordingSid: "RE1", RecordingStatus: "completed" },
      { type: "completed", subject: "RE1", dedupeKey: "RE1:completed" },
    ],
    [
      "a conversation",
      { EventType: "onMessageAdded", ConversationSid: "CH1" },
      { type: "onMessageAdded", subject: "CH1" },
    ],
    ["anything else", { AccountSid: "AC1" }, { type: "event" }],
  ])("of %s", async (_, fields, expected) => {
    expect(await onlyEvent(signed(fields), source, [TOKEN])).toMatchObject({ ...expected, data: fields });
  });

  test("of two answers in one call are two", async () => {
    const [first, second] = await Promise.all(
      ["1", "2"].map((Digits) => onlyEvent(signed({ ...CALL, Digits, CallStatus: "in-progress" }), source, [TOKEN])),
    );
    expect(first?.dedupeKey).not.toBe(second?.dedupeKey);
  });

  test("keeps its dedupe key whatever the header says that nobody signs", async () => {
    const fields = { MessageSid: "SM1", MessageStatus: "sent" };
    const headers = (token: string) => ({ "i-twilio-idempotency-token": token });
    const first = await onlyEvent(signed(fields, headers("a")), source, [TOKEN]);
    const again = await onlyEvent(signed(fields, headers("b")), source, [TOKEN]);
    expect(again.dedupeKey).toBe(first.dedupeKey);
  });
});

/** Event Streams posts JSON, and its hash in the URL. */
function streamUrl(body: string): string {
  return `${URL_PUBLISHED}&bodySHA256=${twilio.getExpectedBodyHash(body)}`;
}

const STREAM: Sender = {
  preset: "twilio",
  config: { publicUrl: URL_PUBLISHED },
  secret: TOKEN,
  otherSecret: "54321",
  signatureHeader: "x-twilio-signature",
  unsigned: { "i-twilio-idempotency-token": "9d1b" },
  body: JSON.stringify([
    {
      specversion: "1.0",
      type: "com.twilio.messaging.message.delivered",
      source: "/v1/SM1.json",
      id: "EZ1",
      time: "2026-11-23T09:19:58.000Z",
      data: { messageSid: "SM1" },
    },
    { specversion: "1.0", type: "com.twilio.voice.status-callback.call.completed", id: "EZ2", data: {} },
  ]),
  sign: (body, secret) => ({ "x-twilio-signature": getExpectedTwilioSignature(secret, streamUrl(body), {}) }),
  isGenuine: (body, headers, secret) =>
    validateRequestWithBody(secret, headers["x-twilio-signature"] ?? "", streamUrl(body), body),
  events: [
    {
      id: "EZ1",
      type: "com.twilio.messaging.message.delivered",
      time: "2026-11-23T09:19:58.000Z",
      dedupeKey: "EZ1",
    },
    { id: "EZ2", type: "com.twilio.voice.status-callback.call.completed", dedupeKey: "EZ2" },
  ],
};

describeSender(STREAM);

test("a form's signature is not good for JSON", async () => {
  const headers = { ...JSON_HEADERS, "x-twilio-signature": SIGNATURE_PUBLISHED };
  expect(await outcome(request(headers, JSON.stringify(CALL)), source, [TOKEN])).toBe("no-match");
});

test("a source of twilio is not complete without its publicUrl", () => {
  expect(() => sourceOf({ preset: "twilio", secrets: ["A"] })).toThrow(/publicUrl/);
});

test("twilio is answered with an empty TwiML response", () => {
  expect(source.answers.accepted).toEqual({ status: 200, type: "text/xml; charset=utf-8", body: "<Response/>" });
});
