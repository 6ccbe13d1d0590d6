// The payment senders of `presets/payments`, against their own libraries where these can sign or verify. Fixed clock, no
// network.
import HmacValidator from "@adyen/api-library/lib/src/utils/hmacValidator.js";
import { Environment, LogLevel, Paddle } from "@paddle/paddle-node-sdk";
import * as gocardless from "gocardless-nodejs/webhooks";
import { WebhooksHelper } from "square";
import { afterEach, describe, expect, test, vi } from "vitest";
import { NOW, NOW_SECONDS, outcome, request, sourceOf } from "../requests.ts";
import { describeSender, hmacBase64, hmacHex, JSON_HEADERS, onlyEvent, type Sender } from "./known-answers.ts";

const paddleSdk = new Paddle("unused", { environment: Environment.sandbox, logLevel: LogLevel.none });
const PADDLE: Sender = {
  preset: "paddle",
  secret: "pdl_ntfset_01hv8tp3pn1ssc5jxyjnzpgx1v_secret",
  otherSecret: "pdl_ntfset_01hv8tp3pn1ssc5jxyjnzpgx1v_other",
  signatureHeader: "paddle-signature",
  toleranceSeconds: 300,
  body: JSON.stringify({
    event_id: "evt_01hv8x2axb33pj2d2h2x8y4vhb",
    event_type: "subscription.activated",
    occurred_at: "2026-11-23T09:19:58.556997Z",
    notification_id: "ntf_01hv8x2ay9ycjr8c5t4q8ze4ab",
    data: { id: "sub_01hv8x29kz0t586xy6zn1a62ny", status: "active" },
  }),
  sign: (body, secret, now) => ({ "paddle-signature": paddleHeader(body, secret, now / 1_000) }),
  isGenuine: (body, headers, secret) => isPaddles(body, secret, headers["paddle-signature"]),
  events: [
    {
      id: "evt_01hv8x2axb33pj2d2h2x8y4vhb",
      type: "subscription.activated",
      subject: "sub_01hv8x29kz0t586xy6zn1a62ny",
      time: "2026-11-23T09:19:58.556Z",
      data: { id: "sub_01hv8x29kz0t586xy6zn1a62ny", status: "active" },
      dedupeKey: "evt_01hv8x2axb33pj2d2h2x8y4vhb",
    },
  ],
};

function paddleHeader(body: string, secret: string, ts: number): string {
  return `ts=${ts};h1=${hmacHex(secret, `${ts}:${body}`)}`;
}

/** Paddle's library reads the clock itself. */
function isPaddles(body: string, secret: string, header = ""): Promise<boolean> {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
  return paddleSdk.webhooks.isSignatureValid(body, secret, header);
}

const SQUARE_URL = "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9";
/** From the tests of Square's own libraries. */
const SQUARE_BODY =
  '{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}';
const SQUARE_SIGNATURE = "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=";
const SQUARE: Sender = {
  preset: "square",
  config: { publicUrl: SQUARE_URL },
  secret: "Ibxx_5AKakO-3qeNVR61Dw",
  otherSecret: "Ibxx_5AKakO-3qeNVR61Dx",
  signatureHeader: "x-square-hmacsha256-signature",
  body: SQUARE_BODY,
  sign: (body, secret) => ({ "x-square-hmacsha256-signature": hmacBase64(secret, `${SQUARE_URL}${body}`) }),
  isGenuine: (requestBody, headers, signatureKey) =>
    WebhooksHelper.verifySignature({
      requestBody,
      signatureHeader: headers["x-square-hmacsha256-signature"] ?? "",
      signatureKey,
      notificationUrl: SQUARE_URL,
    }),
  events: [
    {
      id: "ac3ac95b-f97d-458c-a6e6-18981597e05f",
      type: "webhooks.test_notification",
      subject: "bc368e64-01aa-407e-b46e-3231809b1129",
      time: "2022-07-13T20:30:59.037Z",
      data: { type: "webhooks", id: "bc368e64-01aa-407e-b46e-3231809b1129" },
      dedupeKey: "ac3ac95b-f97d-458c-a6e6-18981597e05f",
    },
  ],
};

/** From the tests of GoCardless's own library. */
const GOCARDLESS_BODY =
  '{"events":[{"id":"EV00BD05S5VM2T","created_at":"2018-07-05T09:13:51.404Z","resource_type":"subscriptions","action":"created","links":{"subscription":"SB0003JJQ2MR06"},"details":{"origin":"api","cause":"subscription_created","description":"Subscription created via the API."},"metadata":{}},{"id":"EV00BD05TB8K63","created_at":"2018-07-05T09:13:56.893Z","resource_type":"mandates","action":"created","links":{"mandate":"MD000AMA19XGEC"},"details":{"origin":"api","cause":"mandate_created","description":"Mandate created via the API."},"metadata":{}}]}';
const GOCARDLESS_SIGNATURE = "2693754819d3e32d7e8fcb13c729631f316c6de8dc1cf634d6527f1c07276e7e";
const GOCARDLESS: Sender = {
  preset: "gocardless",
  secret: "ED7D658C-D8EB-4941-948B-3973214F2D49",
  otherSecret: "ED7D658C-D8EB-4941-948B-3973214F2D50",
  signatureHeader: "webhook-signature",
  body: GOCARDLESS_BODY,
  sign: (body, secret) => ({ "webhook-signature": hmacHex(secret, body) }),
  isGenuine: (body, headers, secret) => {
    try {
      gocardless.verifySignature(body, secret, headers["webhook-signature"] ?? "");
      return true;
    } catch {
      return false;
    }
  },
  events: [
    {
      id: "EV00BD05S5VM2T",
      type: "subscriptions.created",
      subject: "SB0003JJQ2MR06",
      time: "2018-07-05T09:13:51.404Z",
      dedupeKey: "EV00BD05S5VM2T",
    },
    { id: "EV00BD05TB8K63", type: "mandates.created", subject: "MD000AMA19XGEC", dedupeKey: "EV00BD05TB8K63" },
  ],
};

const ADYEN_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const ADYEN_PLATFORM: Sender = {
  preset: "adyen-platform",
  secret: ADYEN_KEY,
  otherSecret: ADYEN_KEY.replace("44", "45"),
  signatureHeader: "hmacsignature",
  unsigned: { protocol: "HmacSHA256" },
  body: JSON.stringify({
    data: { balancePlatform: "YOUR_BALANCE_PLATFORM", id: "3K7GR25XI5ZF54SE", status: "authorised" },
    environment: "test",
    timestamp: "2026-11-23T10:19:50+01:00",
    type: "balancePlatform.transfer.updated",
  }),
  sign: (body, secret) => ({ hmacsignature: new HmacValidator().calculateHmac(body, secret) }),
  isGenuine: (body, headers, secret) =>
    new HmacValidator().validateHMACSignature(secret, headers.hmacsignature ?? "", body),
  events: [
    {
      id: "3K7GR25XI5ZF54SE:balancePlatform.transfer.updated:2026-11-23T10:19:50+01:00",
      type: "balancePlatform.transfer.updated",
      subject: "3K7GR25XI5ZF54SE",
      time: "2026-11-23T09:19:50.000Z",
      data: { balancePlatform: "YOUR_BALANCE_PLATFORM", id: "3K7GR25XI5ZF54SE", status: "authorised" },
      dedupeKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ],
};

afterEach(() => {
  vi.useRealTimers();
});

describeSender(PADDLE);
describeSender(SQUARE);
describeSender(GOCARDLESS);
describeSender(ADYEN_PLATFORM);

describe("paddle", () => {
  const source = sourceOf({ preset: "paddle", secrets: ["S"] });
  const { body, secret, otherSecret } = PADDLE;
  const sent = (header: string) => request({ ...JSON_HEADERS, "paddle-signature": header }, body);
  const h1 = (of: string) => hmacHex(of, `${NOW_SECONDS}:${body}`);

  test.each(["new first", "old first"])("is accepted with two h1 while it rotates, %s", async (order) => {
    const both = order === "new first" ? [h1(secret), h1(otherSecret)] : [h1(otherSecret), h1(secret)];
    const header = `ts=${NOW_SECONDS};${both.map((hex) => `h1=${hex}`).join(";")}`;
    expect(await outcome(sent(header), source, [secret])).toBe("accepted");
    expect(await outcome(sent(header), source, [otherSecret])).toBe("accepted");
  });

  test.each([
    ["h0", `ts=${NOW_SECONDS};h0=${h1(secret)}`],
    ["no key", `ts=${NOW_SECONDS};${h1(secret)}`],
  ])("is refused when the right hash stands under %s", async (_, header) => {
    expect(await outcome(sent(header), source, [secret])).toBe("malformed-signature");
  });

  test("is refused with a second time, and with a time that has something behind it", async () => {
    expect(await outcome(sent(`ts=1;${paddleHeader(body, secret, NOW_SECONDS)}`), source, [secret])).toBe(
      "malformed-signature",
    );
    expect(await outcome(sent(`ts=${NOW_SECONDS}000abc;h1=${h1(secret)}`), source, [secret])).toBe(
      "malformed-timestamp",
    );
  });

  test("is answered 200, which is all that counts for Paddle", () => {
    expect(source.answers.accepted.status).toBe(200);
  });

  test("differs from Paddle's library: six seconds late, ahead of the clock, or with the right h1 not last", async () => {
    const late = paddleHeader(body, secret, NOW_SECONDS - 6);
    expect(await isPaddles(body, secret, late)).toBe(false);
    expect(await outcome(sent(late), source, [secret])).toBe("accepted");

    const ahead = paddleHeader(body, secret, NOW_SECONDS + 4_000);
    expect(await isPaddles(body, secret, ahead)).toBe(true);
    expect(await outcome(sent(ahead), source, [secret])).toBe("future");

    const rotating = `ts=${NOW_SECONDS};h1=${h1(secret)};h1=${h1(otherSecret)}`;
    expect(await isPaddles(body, secret, rotating)).toBe(false);
    expect(await outcome(sent(rotating), source, [secret])).toBe("accepted");
  });
});

describe("square", () => {
  const { secret } = SQUARE;
  const sent = (signature: string, body = SQUARE_BODY) =>
    request({ ...JSON_HEADERS, "x-square-hmacsha256-signature": signature }, body);

  test("is accepted with the signature that Square's own tests publish", async () => {
    const source = sourceOf({ preset: "square", secrets: ["S"], publicUrl: SQUARE_URL });
    expect(await outcome(sent(SQUARE_SIGNATURE), source, [secret])).toBe("accepted");
  });

  test.each([
    ["with a slash at its end", `${SQUARE_URL}/`],
    ["in upper case", SQUARE_URL.toUpperCase().replace("HTTPS", "https")],
    ["over http", SQUARE_URL.replace("https", "http")],
    ["of somebody else", "https://other.example.com/hook"],
  ])("is refused when publicUrl is registered %s", async (_, publicUrl) => {
    const source = sourceOf({ preset: "square", secrets: ["S"], publicUrl });
    expect(await outcome(sent(SQUARE_SIGNATURE), source, [secret])).toBe("no-match");
  });
});

describe("gocardless", () => {
  const source = sourceOf({ preset: "gocardless", secrets: ["S"] });
  const { secret } = GOCARDLESS;

  test("is accepted with the signature that GoCardless's own tests publish", async () => {
    const inbound = request({ ...JSON_HEADERS, "webhook-signature": GOCARDLESS_SIGNATURE }, GOCARDLESS_BODY);
    expect(await outcome(inbound, source, [secret])).toBe("accepted");
  });

  test("is about the payment and not about the payout that it was part of", async () => {
    const body = JSON.stringify({
      events: [{ id: "EV1", resource_type: "payments", action: "paid_out", links: { payout: "PO1", payment: "PM1" } }],
    });
    const inbound = request({ ...JSON_HEADERS, "webhook-signature": hmacHex(secret, body) }, body);
    expect(await onlyEvent(inbound, source, [secret])).toMatchObject({ type: "payments.paid_out", subject: "PM1" });
  });

  test("is told 498 when the signature is wrong", () => {
    expect(source.answers.rejected).toEqual({ status: 498, empty: false });
  });
});
