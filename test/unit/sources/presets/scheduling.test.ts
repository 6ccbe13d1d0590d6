// The schedulers of `presets/scheduling`, by their formulas in Node's crypto: neither has a library that verifies. Fixed
// clock, no network.
import { describe, expect, test } from "vitest";
import { NOW, NOW_SECONDS, outcome, request, sourceOf } from "../requests.ts";
import { describeSender, hmacHex, JSON_HEADERS, onlyEvent, type Sender } from "./known-answers.ts";

const INVITEE = "https://api.calendly.com/scheduled_events/GBGBDCAADAEDCRZ2/invitees/AAAAAAAAAAAAAAAA";
const CALENDLY: Sender = {
  preset: "calendly",
  secret: "5mEzn9C-I28UtwOjZJtFoob0sAAFZ95GbZkqj4y3i0I",
  otherSecret: "5mEzn9C-I28UtwOjZJtFoob0sAAFZ95GbZkqj4y3i0J",
  signatureHeader: "calendly-webhook-signature",
  toleranceSeconds: 300,
  body: JSON.stringify({
    created_at: "2026-11-23T09:19:59.000000Z",
    created_by: "https://api.calendly.com/users/AAAAAAAAAAAAAAAA",
    event: "invitee.created",
    payload: { uri: INVITEE, email: "zoë@example.com", name: "Zoë", rescheduled: false, status: "active" },
  }),
  sign: (body, secret, now) => ({ "calendly-webhook-signature": header(body, secret, now / 1_000) }),
  events: [
    {
      id: `${INVITEE}#invitee.created`,
      type: "invitee.created",
      subject: INVITEE,
      time: "2026-11-23T09:19:59.000Z",
      data: expect.objectContaining({ email: "zoë@example.com" }),
      dedupeKey: `${INVITEE}#invitee.created`,
    },
  ],
};

function header(body: string, secret: string, t: number): string {
  return `t=${t},v1=${hmacHex(secret, `${t}.${body}`)}`;
}

const CAL_COM: Sender = {
  preset: "cal-com",
  secret: "cal secret",
  otherSecret: "cal secret before",
  signatureHeader: "x-cal-signature-256",
  body: JSON.stringify({
    triggerEvent: "BOOKING_CREATED",
    createdAt: "2026-11-23T09:19:59.538Z",
    payload: {
      uid: "bFJeNb2uX8ANpT3JL5EfXw",
      type: "30min",
      title: "30min with Zoë",
      startTime: "2026-11-25T09:30:00Z",
    },
  }),
  sign: (body, secret) => ({ "x-cal-signature-256": hmacHex(secret, body) }),
  events: [
    {
      id: "bFJeNb2uX8ANpT3JL5EfXw#BOOKING_CREATED",
      type: "BOOKING_CREATED",
      subject: "bFJeNb2uX8ANpT3JL5EfXw",
      time: "2026-11-23T09:19:59.538Z",
      data: expect.objectContaining({ type: "30min" }),
      dedupeKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ],
};

for (const sender of [CALENDLY, CAL_COM]) describeSender(sender);

describe("Calendly", () => {
  const source = sourceOf({ preset: "calendly", secrets: ["S"] });

  test("is accepted by any of several v1, and not by a signature under another name", async () => {
    const good = hmacHex("new", `${NOW_SECONDS}.${CALENDLY.body}`);
    const old = hmacHex("old", `${NOW_SECONDS}.${CALENDLY.body}`);
    const sent = (value: string) => request({ ...JSON_HEADERS, "calendly-webhook-signature": value }, CALENDLY.body);
    for (const value of [`t=${NOW_SECONDS},v1=${good},v1=${old}`, `t=${NOW_SECONDS},v1=${old},v1=${good}`]) {
      expect(await outcome(sent(value), source, ["new"])).toBe("accepted");
    }
    expect(await outcome(sent(`t=${NOW_SECONDS},v0=${good}`), source, ["new"])).toBe("malformed-signature");
  });
});

describe("Cal.com", () => {
  const source = sourceOf({ preset: "cal-com", secrets: ["S"] });

  test("without a secret of its own says so in place of the signature, and is refused", async () => {
    const headers = { ...JSON_HEADERS, "x-cal-signature-256": "no-secret-provided" };
    expect(await outcome(request(headers, CAL_COM.body), source, [CAL_COM.secret], NOW)).toBe("no-match");
  });

  test("with a template of the operator's own may send a form", async () => {
    const body = "triggerEvent=BOOKING_CANCELLED&uid=bFJe";
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "x-cal-signature-256": hmacHex(CAL_COM.secret, body),
    };
    expect(await onlyEvent(request(headers, body), source, [CAL_COM.secret])).toMatchObject({
      type: "BOOKING_CANCELLED",
      subject: "bFJe",
      data: { triggerEvent: "BOOKING_CANCELLED", uid: "bFJe" },
    });
  });
});
