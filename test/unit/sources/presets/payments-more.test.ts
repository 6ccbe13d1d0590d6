// The payment senders of `presets/payments-more` that sign with HMAC. None of them has a library here that verifies, so the
// oracle is the documented formula in Node's crypto, and Revolut's published example. Fixed clock, no network.
import { describe, expect, test } from "vitest";
import { NOW, outcome, request, sourceOf } from "../requests.ts";
import { describeSender, FORM_HEADERS, hmacHex, JSON_HEADERS, onlyEvent, type Sender } from "./known-answers.ts";

const BODY_HASH = expect.stringMatching(/^[0-9a-f]{64}$/);

const MOLLIE: Sender = {
  preset: "mollie",
  secret: "mollie-signing-secret",
  otherSecret: "mollie-other-secret",
  signatureHeader: "x-mollie-signature",
  body: JSON.stringify({
    resource: "event",
    id: "event_GvJ8WHrp5isUdRub9CJyH",
    type: "payment-link.paid",
    entityId: "pl_qng5gbbv8NAZ5gpM5ZYgx",
    createdAt: "2026-11-23T09:19:04.0Z",
    _embedded: { entity: { resource: "payment-link", id: "pl_qng5gbbv8NAZ5gpM5ZYgx", mode: "live" } },
  }),
  sign: (body, secret) => ({ "x-mollie-signature": hmacHex(secret, body) }),
  events: [
    {
      id: "event_GvJ8WHrp5isUdRub9CJyH",
      type: "payment-link.paid",
      subject: "pl_qng5gbbv8NAZ5gpM5ZYgx",
      time: "2026-11-23T09:19:04.000Z",
      data: { resource: "payment-link", id: "pl_qng5gbbv8NAZ5gpM5ZYgx", mode: "live" },
      dedupeKey: "event_GvJ8WHrp5isUdRub9CJyH",
    },
  ],
};

const LEMON_SQUEEZY: Sender = {
  preset: "lemon-squeezy",
  secret: "lemon-secret-0123456789",
  otherSecret: "lemon-other-0123456789",
  signatureHeader: "x-signature",
  unsigned: { "x-event-name": "order_created" },
  body: JSON.stringify({
    meta: { event_name: "order_created", custom_data: { customer_id: 25 } },
    data: { type: "orders", id: "1", attributes: { store_id: 1, updated_at: "2026-11-23T09:19:53.000000Z" } },
  }),
  sign: (body, secret) => ({ "x-signature": hmacHex(secret, body) }),
  events: [
    {
      id: BODY_HASH,
      type: "order_created",
      subject: "1",
      time: "2026-11-23T09:19:53.000Z",
      data: expect.objectContaining({ meta: { event_name: "order_created", custom_data: { customer_id: 25 } } }),
      dedupeKey: BODY_HASH,
    },
  ],
};

const CHECKOUT_COM: Sender = {
  preset: "checkout-com",
  secret: "cko-signature-key",
  otherSecret: "cko-other-key",
  signatureHeader: "cko-signature",
  body: JSON.stringify({
    id: "evt_az5sblvku4ge3dwpztvyizgcau",
    type: "payment_captured",
    version: "1.0.1",
    created_on: "2026-11-23T09:19:15Z",
    data: { id: "pay_mbabizu24mvu3mela5njyhpit4", amount: 6540, currency: "USD" },
  }),
  sign: (body, secret) => ({ "cko-signature": hmacHex(secret, body) }),
  events: [
    {
      id: "evt_az5sblvku4ge3dwpztvyizgcau",
      type: "payment_captured",
      subject: "pay_mbabizu24mvu3mela5njyhpit4",
      time: "2026-11-23T09:19:15.000Z",
      data: { id: "pay_mbabizu24mvu3mela5njyhpit4", amount: 6540, currency: "USD" },
      dedupeKey: "evt_az5sblvku4ge3dwpztvyizgcau",
    },
  ],
};

const RAZORPAY: Sender = {
  preset: "razorpay",
  secret: "razorpay-webhook-secret",
  otherSecret: "razorpay-other-secret",
  signatureHeader: "x-razorpay-signature",
  unsigned: { "x-razorpay-event-id": "ABC12345678910" },
  body: JSON.stringify({
    entity: "event",
    account_id: "acc_BFQ7uQEaa7j2z7",
    event: "order.paid",
    contains: ["payment", "order"],
    payload: { payment: { entity: { id: "pay_DESlfW9H8K9uqM" } }, order: { entity: { id: "order_DESlLckIVRkHWj" } } },
    created_at: 1_795_425_580,
  }),
  sign: (body, secret) => ({ "x-razorpay-signature": hmacHex(secret, body) }),
  events: [
    {
      id: "ABC12345678910",
      type: "order.paid",
      subject: "order_DESlLckIVRkHWj",
      time: "2026-11-23T09:19:40.000Z",
      dedupeKey: BODY_HASH,
    },
  ],
};

const PAYSTACK: Sender = {
  preset: "paystack",
  secret: "sk_test_0123456789abcdef",
  otherSecret: "sk_test_fedcba9876543210",
  signatureHeader: "x-paystack-signature",
  body: JSON.stringify({
    event: "charge.success",
    data: { id: 302961, status: "success", reference: "qTPrJoy9Bx", paid_at: "2026-11-23T09:19:16.000Z" },
  }),
  sign: (body, secret) => ({ "x-paystack-signature": hmacHex(secret, body, "sha512") }),
  events: [
    {
      id: BODY_HASH,
      type: "charge.success",
      subject: "qTPrJoy9Bx",
      time: "2026-11-23T09:19:16.000Z",
      data: expect.objectContaining({ id: 302961 }),
      dedupeKey: BODY_HASH,
    },
  ],
};

const AIRWALLEX: Sender = {
  preset: "airwallex",
  secret: "whsec_airwallex",
  otherSecret: "whsec_other",
  signatureHeader: "x-signature",
  toleranceSeconds: 300,
  body: JSON.stringify({
    id: "evt_100_2019102201540902013102020043_8321220011893766",
    name: "payment_attempt.authorized",
    account_id: "19621303213",
    data: { object: { id: "att_hkdmr7v9rg1j58ky8re", amount: 100 } },
    created_at: "2026-11-23T09:19:09+0000",
    version: "2024-02-22",
  }),
  sign: (body, secret, now) => ({ "x-timestamp": String(now), "x-signature": hmacHex(secret, `${now}${body}`) }),
  events: [
    {
      id: "evt_100_2019102201540902013102020043_8321220011893766",
      type: "payment_attempt.authorized",
      subject: "att_hkdmr7v9rg1j58ky8re",
      data: { object: { id: "att_hkdmr7v9rg1j58ky8re", amount: 100 } },
      dedupeKey: "evt_100_2019102201540902013102020043_8321220011893766",
    },
  ],
};

/** The example of Revolut's documentation: body, secret, time and signature. */
const REVOLUT_BODY =
  '{"data":{"id":"645a7696-22f3-aa47-9c74-cbae0449cc46","new_state":"completed","old_state":"pending","request_id":"app_charges-9f5d5eb3-1e06-46c5-b1c0-3914763e0bcb"},"event":"TransactionStateChanged","timestamp":"2023-05-09T16:36:38.028960Z"}';
const REVOLUT_TIME = "1683650202360";
const REVOLUT_SIGNATURE = "v1=bca326fb378d0da7f7c490ad584a8106bab9723d8d9cdd0d50b4c5b3be3837c0";
const REVOLUT: Sender = {
  preset: "revolut",
  secret: "wsk_r59a4HfWVAKycbCaNO1RvgCJec02gRd8",
  otherSecret: "wsk_otherHfWVAKycbCaNO1RvgCJec02gRd8",
  signatureHeader: "revolut-signature",
  toleranceSeconds: 300,
  body: REVOLUT_BODY,
  sign: (body, secret, now) => ({
    "revolut-request-timestamp": String(now),
    "revolut-signature": `v1=${hmacHex(secret, `v1.${now}.${body}`)}`,
  }),
  events: [
    {
      id: BODY_HASH,
      type: "TransactionStateChanged",
      subject: "645a7696-22f3-aa47-9c74-cbae0449cc46",
      time: "2023-05-09T16:36:38.028Z",
      dedupeKey: BODY_HASH,
    },
  ],
};

for (const sender of [MOLLIE, LEMON_SQUEEZY, CHECKOUT_COM, RAZORPAY, PAYSTACK, AIRWALLEX, REVOLUT]) {
  describeSender(sender);
}

describe("mollie", () => {
  const source = sourceOf({ preset: "mollie", secrets: ["S"] });
  const { body, secret } = MOLLIE;
  const sent = (signature: string) => request({ ...JSON_HEADERS, "x-mollie-signature": signature }, body);

  test("is accepted with and without the prefix sha256=, and with no other", async () => {
    expect(await outcome(sent(hmacHex(secret, body)), source, [secret])).toBe("accepted");
    expect(await outcome(sent(`sha256=${hmacHex(secret, body)}`), source, [secret])).toBe("accepted");
    expect(await outcome(sent(`sha1=${hmacHex(secret, body)}`), source, [secret])).toBe("no-match");
    expect(await outcome(sent("sha256="), source, [secret])).toBe("malformed-signature");
  });

  test("of the simple kind has the event itself as data", async () => {
    const simple = JSON.stringify({ resource: "event", id: "event_1", type: "payment-link.paid", entityId: "pl_1" });
    const inbound = request({ ...JSON_HEADERS, "x-mollie-signature": hmacHex(secret, simple) }, simple);
    expect(await onlyEvent(inbound, source, [secret])).toMatchObject({ subject: "pl_1", data: JSON.parse(simple) });
  });
});

describe("mollie-classic", () => {
  const source = sourceOf({ preset: "mollie-classic", verify: { family: "none" } });
  const ping = (ray?: string) =>
    request({ ...FORM_HEADERS, ...(ray === undefined ? {} : { "cf-ray": ray }) }, "id=tr_5B8cwPMGnU6qLbRvo7qEZo");

  test("tells which resource has changed, and nothing else", async () => {
    expect(await onlyEvent(ping("8f00a"), source, [])).toMatchObject({
      id: "tr_5B8cwPMGnU6qLbRvo7qEZo",
      type: "resource.changed",
      subject: "tr_5B8cwPMGnU6qLbRvo7qEZo",
      data: { id: "tr_5B8cwPMGnU6qLbRvo7qEZo" },
    });
  });

  test("is a new event each time: a refund comes with the same words as the payment before it", async () => {
    const [paid, refunded] = [await onlyEvent(ping("8f00a"), source, []), await onlyEvent(ping("8f00b"), source, [])];
    expect(refunded.dedupeKey).not.toBe(paid.dedupeKey);
    expect((await onlyEvent(ping(), source, [])).dedupeKey).toBe("tr_5B8cwPMGnU6qLbRvo7qEZo");
  });

  test("takes no secret, so that it does not look protected", () => {
    expect(() => sourceOf({ preset: "mollie-classic", verify: { family: "none" }, secrets: ["S"] })).toThrow(
      "unexpected-secrets",
    );
  });
});

describe("lemon-squeezy", () => {
  test("is named by the signed body, whatever the header says", async () => {
    const source = sourceOf({ preset: "lemon-squeezy", secrets: ["S"] });
    const { body, secret } = LEMON_SQUEEZY;
    const headers = { ...JSON_HEADERS, "x-signature": hmacHex(secret, body), "x-event-name": "subscription_expired" };
    expect((await onlyEvent(request(headers, body), source, [secret])).type).toBe("order_created");
  });
});

describe("the answer of exactly 200", () => {
  test.each(["lemon-squeezy", "paystack", "airwallex"])("is what %s gets", (preset) => {
    expect(sourceOf({ preset, secrets: ["S"] }).answers.accepted.status).toBe(200);
  });
});

describe("revolut", () => {
  const source = sourceOf({ preset: "revolut", secrets: ["S"] });
  const { body, secret, otherSecret } = REVOLUT;
  const sent = (time: string, signature: string) =>
    request({ ...JSON_HEADERS, "revolut-request-timestamp": time, "revolut-signature": signature }, body);

  test("is accepted with the published signature, at the published time", async () => {
    const published = sent(REVOLUT_TIME, REVOLUT_SIGNATURE);
    expect(await outcome(published, source, [secret], Number(REVOLUT_TIME) + 1_000)).toBe("accepted");
    expect(await outcome(published, source, [secret])).toBe("stale");
  });

  test.each(["new first", "old first"])("is accepted with two signatures while it rotates, %s", async (order) => {
    const of = (key: string) => `v1=${hmacHex(key, `v1.${NOW}.${body}`)}`;
    const both = order === "new first" ? [of(secret), of(otherSecret)] : [of(otherSecret), of(secret)];
    expect(await outcome(sent(String(NOW), both.join(",")), source, [secret])).toBe("accepted");
    expect(await outcome(sent(String(NOW), both.join(",")), source, [otherSecret])).toBe("accepted");
  });

  test("is refused with another version, or with seconds in place of milliseconds", async () => {
    const hex = hmacHex(secret, `v1.${NOW}.${body}`);
    expect(await outcome(sent(String(NOW), `v0=${hex}`), source, [secret])).toBe("malformed-signature");
    const seconds = String(NOW / 1_000);
    const signature = `v1=${hmacHex(secret, `v1.${seconds}.${body}`)}`;
    expect(await outcome(sent(seconds, signature), source, [secret])).toBe("stale");
  });
});
