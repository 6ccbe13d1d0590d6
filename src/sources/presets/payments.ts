// Presets of payment senders, the first half. Data only. The others are in `payments-more`.
import type { Preset } from "./preset.ts";

export const stripe: Preset = {
  title: "Stripe",
  description:
    "The secret is the endpoint's signing secret, whsec_…, used as text. Time and body are signed. " +
    "Expressions see the event's data member: data.object is the changed object.",
  docs: "https://docs.stripe.com/webhooks/signature",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    // v0 entries are Stripe's test scheme; reading only v1 keeps them from being a way down.
    signature: { from: "header:stripe-signature", split: ",", kv: "=", key: "v1", prefixOptional: false },
    timestamp: { from: "sig:t", unit: "s", toleranceSeconds: 300 },
    content: "{ts}.{body}",
    key: { encoding: "utf8" },
    require: [],
  },
  accept: ["json"],
  event: {
    id: "$.id",
    type: "$.type",
    subject: ["$.data.object.id", "$.related_object.id"],
    time: { from: "$.created", unit: "s" },
    // Thin events carry no data member; then expressions see the whole of it.
    data: ["$.data", "$"],
    dedupeKey: "$.id",
  },
  retries: "Repeats for days, ever more seldom, with a new time and signature each time. Order is not kept.",
};

export const paddle: Preset = {
  title: "Paddle Billing",
  description:
    "The secret is the notification destination's secret key, pdl_ntfset_…, from Developer tools > Notifications. Time " +
    "and body are signed. Expressions see the event's data member, the changed entity. Not for Paddle Classic.",
  docs: "https://developer.paddle.com/webhooks/signature-verification",
  verify: {
    family: "hmac",
    // Several h1 while the secret is rotated.
    signature: { from: "header:paddle-signature", split: ";", kv: "=", key: "h1" },
    timestamp: { from: "sig:ts", unit: "s" },
    content: "{ts}:{body}",
  },
  accept: ["json"],
  event: {
    // Not notification_id, which is another one for each destination and each replay.
    id: "$.event_id",
    type: "$.event_type",
    subject: "$.data.id",
    time: { from: "$.occurred_at", unit: "iso" },
    data: ["$.data", "$"],
    dedupeKey: "$.event_id",
  },
  answer: { accepted: { status: 200 } },
  retries:
    "Wants 200 within 5 s. Live: 60 tries in 3 days, 20 of them in the first hour. Sandbox: 3 tries in 15 minutes. " +
    "Order is not kept.",
};

export const paypal: Preset = {
  title: "PayPal",
  description:
    "The secret is the id of the webhook, from the app's page in the developer dashboard; the webhook simulator signs " +
    "with the literal WEBHOOK_ID. The id and time of the transmission are signed, but of the body only its CRC-32, " +
    "which is no protection against someone who has seen a request: so deliveries are told apart by the " +
    "transmission's id, and what matters should be fetched from PayPal. For the sandbox set verify to " +
    '{"family": "paypal", "environment": "sandbox"}.',
  docs: "https://developer.paypal.com/api/rest/webhooks/rest/",
  verify: { family: "paypal", environment: "live" },
  accept: ["json"],
  event: {
    id: "$.id",
    type: "$.event_type",
    subject: "$.resource.id",
    time: { from: "$.create_time", unit: "iso" },
    data: ["$.resource", "$"],
    dedupeKey: "header:paypal-transmission-id",
  },
  retries: "Any 2xx counts. Up to 25 tries in 3 days.",
};

const ADYEN_ITEM = "$.NotificationRequestItem";

export const adyen: Preset = {
  title: "Adyen standard notifications",
  description:
    "The secret is the HMAC key from Developers > Webhooks > Security, 64 hexadecimal digits; list the old and the new " +
    "one while a new key spreads. Each item of the body carries its own signature, and all of them must be right. " +
    "Signed are references, merchant account, amount, event code and success; every other field (eventDate, reason, " +
    "paymentMethod, the rest of additionalData) is not.",
  docs: "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
  verify: { family: "adyen-standard" },
  accept: ["json"],
  split: "$.notificationItems",
  event: {
    id: { join: [`${ADYEN_ITEM}.pspReference`, `${ADYEN_ITEM}.eventCode`, `${ADYEN_ITEM}.success`], with: ":" },
    type: `${ADYEN_ITEM}.eventCode`,
    // The payment: modifications name it as the original. An empty text gives nothing.
    subject: [`${ADYEN_ITEM}.originalReference`, `${ADYEN_ITEM}.pspReference`],
    time: { from: `${ADYEN_ITEM}.eventDate`, unit: "iso" },
    data: [ADYEN_ITEM],
    // As Adyen's documentation says which notifications are duplicates; all three are signed.
    dedupeKey: { join: [`${ADYEN_ITEM}.pspReference`, `${ADYEN_ITEM}.eventCode`, `${ADYEN_ITEM}.success`], with: ":" },
  },
  // What older accounts wait for, and what newer ones do not mind.
  answer: { accepted: { status: 200, type: "text/plain", body: "[accepted]" } },
  retries:
    "Waits 10 s. Three tries at once, then after 2, 5, 10, 15 and 30 minutes, 1, 2, 4 and 8 hours, and so on for up to " +
    "30 days. While one notification fails, those behind it wait.",
};

export const adyenPlatform: Preset = {
  title: "Adyen platform webhooks",
  description:
    "For Adyen's balance platform, management, issuing and other webhooks whose signature stands in the header " +
    "HmacSignature. The secret is the HMAC key, hexadecimal. The body is signed, the time is not. For the standard " +
    "payment notifications use adyen.",
  docs: "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
  verify: {
    family: "hmac",
    encoding: "base64",
    signature: { from: "header:hmacsignature" },
    key: { encoding: "hex" },
  },
  accept: ["json"],
  event: {
    // An object sends several of one type in its life, so its id alone is not enough.
    id: [{ join: ["$.data.id", "$.type", "$.timestamp"], with: ":" }, "sha256(body)"],
    type: "$.type",
    subject: "$.data.id",
    time: { from: ["$.timestamp", "$.createdAt"], unit: "iso" },
    data: ["$.data", "$"],
    dedupeKey: "sha256(body)",
  },
  retries:
    "Waits 10 s. Three tries at once, then ever more seldom for up to 30 days. While one webhook fails, those behind it wait.",
};

export const square: Preset = {
  title: "Square",
  description:
    "The secret is the signature key of the webhook subscription, from the Developer Console. Square signs its " +
    "notification URL too: set publicUrl to exactly what is registered there. URL and body are signed, the time is not.",
  docs: "https://developer.squareup.com/docs/webhooks/step3validate",
  verify: {
    family: "hmac",
    encoding: "base64",
    // The older header x-square-signature (SHA-1) is not read.
    signature: { from: "header:x-square-hmacsha256-signature" },
    content: "{url}{body}",
  },
  accept: ["json"],
  event: {
    id: "$.event_id",
    type: "$.type",
    subject: "$.data.id",
    time: { from: "$.created_at", unit: "iso" },
    data: ["$.data", "$"],
    dedupeKey: "$.event_id",
  },
  retries: "Wants a 2xx within 10 s. Repeats for up to 72 hours; three weeks without any 2xx disable the subscription.",
};

export const gocardless: Preset = {
  title: "GoCardless",
  description:
    "The secret is the webhook endpoint's secret from the dashboard. The body is signed, the time is not. One request " +
    "carries up to 250 events. Order is not kept: fetch the resource for its present state.",
  docs: "https://developer.gocardless.com/api-reference/",
  verify: { family: "hmac", signature: { from: "header:webhook-signature" } },
  accept: ["json"],
  split: "$.events",
  event: {
    id: "$.id",
    type: { join: ["$.resource_type", "$.action"], with: "." },
    // An event links to more than its resource, so what contains others comes before them.
    subject: [
      "$.links.billing_request",
      "$.links.instalment_schedule",
      "$.links.subscription",
      "$.links.refund",
      "$.links.payment",
      "$.links.mandate",
      "$.links.payout",
      "$.links.creditor",
    ],
    time: { from: "$.created_at", unit: "iso" },
    dedupeKey: "$.id",
  },
  // What GoCardless asks for when a signature is wrong.
  answer: { rejected: { status: 498 } },
  retries: "Wants a 2xx within 10 s, and takes redirects for failures. Tries again 8 times. Order is not kept.",
};
