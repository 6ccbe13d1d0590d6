// Presets of payment senders, the second half. Data only. The others are in `payments`.
import type { Preset } from "./preset.ts";

export const mollie: Preset = {
  title: "Mollie (next-gen webhooks)",
  description:
    "The secret is the signing secret of the webhook subscription. The body is signed, the time is not. With full " +
    "payloads expressions see the entity, with simple ones the event. For webhooks set on single payments use " +
    "mollie-classic.",
  docs: "https://docs.mollie.com/reference/webhooks-new",
  verify: {
    family: "hmac",
    // Mollie's documentation shows it bare, its PHP library strips the prefix.
    signature: { from: "header:x-mollie-signature", prefix: "sha256=", prefixOptional: true },
  },
  accept: ["json"],
  event: {
    id: "$.id",
    type: "$.type",
    subject: "$.entityId",
    time: { from: "$.createdAt", unit: "iso" },
    data: ["$._embedded.entity", "$"],
    dedupeKey: "$.id",
  },
  retries: "Waits 15 s.",
};

export const mollieClassic: Preset = {
  title: "Mollie (classic webhooks)",
  description:
    "Mollie sends the id of a payment, order or other resource and nothing else, unsigned: whoever knows the address can " +
    "send one. Fetch the resource from Mollie's API before anything follows from it. The same id comes again with every " +
    "change of status, so every delivery counts as a new event; a rule that is to run once needs a dedupe key of its own.",
  docs: "https://docs.mollie.com/reference/webhooks",
  verify: { family: "none" },
  accept: ["form"],
  event: {
    id: "form:id",
    type: "const:resource.changed",
    subject: "form:id",
    // Cloudflare's id of the request: nothing that Mollie sends tells a second change from a repetition of the first.
    dedupeKey: [{ join: ["form:id", "header:cf-ray"], with: ":" }, "form:id"],
  },
  answer: { accepted: { status: 200 } },
  retries: "Repeats, ever more seldom, until it is answered 200.",
};

export const lemonSqueezy: Preset = {
  title: "Lemon Squeezy",
  description:
    "The secret is the signing secret that was entered with the webhook, 6 to 40 characters. The body is signed; the " +
    "time and the header X-Event-Name are not. The event has no id, so the same body counts as the same event.",
  docs: "https://docs.lemonsqueezy.com/help/webhooks/signing-requests",
  verify: { family: "hmac", signature: { from: "header:x-signature" } },
  accept: ["json"],
  event: {
    id: "sha256(body)",
    // The header says the same, unsigned.
    type: ["$.meta.event_name", "header:x-event-name"],
    subject: "$.data.id",
    time: { from: ["$.data.attributes.updated_at", "$.data.attributes.created_at"], unit: "iso" },
    dedupeKey: "sha256(body)",
  },
  answer: { accepted: { status: 200 } },
  retries: "Wants exactly 200. Three more tries, after 5, 25 and 125 s.",
};

const BRAINTREE_SUBJECT = "$.notification.subject";

export const braintree: Preset = {
  title: "Braintree",
  description:
    "The secret is 'public key:private key' of the API keys of the gateway. The payload, base64 of XML, is signed with " +
    "HMAC-SHA1; the time within it is signed but not checked. Notifications have no id, so the same payload counts as " +
    "the same event. XML becomes JSON: an element with attributes holds its text in #text, such as " +
    "data.timestamp.#text.",
  docs: "https://developer.paypal.com/braintree/docs/guides/webhooks/overview",
  verify: { family: "braintree" },
  accept: ["form"],
  payload: { field: "bt_payload", encoding: "base64", as: "xml", keepForm: false, optional: false },
  event: {
    // Of the payload: the signatures beside it change with the keys.
    id: "sha256(item)",
    type: "$.notification.kind",
    subject: [
      `${BRAINTREE_SUBJECT}.subscription.id`,
      `${BRAINTREE_SUBJECT}.transaction.id`,
      `${BRAINTREE_SUBJECT}.dispute.id`,
      `${BRAINTREE_SUBJECT}.disbursement.id`,
      `${BRAINTREE_SUBJECT}.local-payment.payment-id`,
      `${BRAINTREE_SUBJECT}.merchant-account.id`,
      `${BRAINTREE_SUBJECT}.payment-method-customer-data-updated-metadata.token`,
      `${BRAINTREE_SUBJECT}.oauth-application-revocation.merchant-id`,
    ],
    time: { from: ["$.notification.timestamp.#text", "$.notification.timestamp"], unit: "iso" },
    data: ["$.notification", "$"],
    dedupeKey: "sha256(item)",
  },
  handshake: [
    {
      when: { method: "GET", match: [{ from: "query:bt_challenge", is: "hex" }] },
      verified: false,
      answer: { body: "{public-key}|{hmac-hex:query:bt_challenge}" },
    },
  ],
  answer: { accepted: { status: 200 } },
  retries: "Repeats until it is answered 2xx; by common account hourly, for 24 hours (3 in the sandbox).",
};

export const checkoutCom: Preset = {
  title: "Checkout.com",
  description:
    "The secret is the signature key of the workflow's webhook action. The body is signed, the time is not. Expressions " +
    "see the event's data member.",
  docs: "https://www.checkout.com/docs/developer-resources/webhooks/manage-webhooks/set-up-your-webhook-receiver",
  verify: { family: "hmac", signature: { from: "header:cko-signature" } },
  accept: ["json"],
  event: {
    id: "$.id",
    type: "$.type",
    subject: "$.data.id",
    time: { from: "$.created_on", unit: "iso" },
    data: ["$.data", "$"],
    dedupeKey: "$.id",
  },
  retries:
    "Wants a 2xx within 10 s. Eight more tries, each 5, 10, 15 and 30 minutes, 1, 4, 12 and 12 hours after the one before. " +
    "Order is not kept.",
};

export const razorpay: Preset = {
  title: "Razorpay",
  description:
    "The secret is the one entered with the webhook. The body is signed; the time and the event's id, which stands in a " +
    "header, are not, so the dedupe key is a hash of the body. After a change of the secret, repetitions of older events " +
    "are still signed with the old one: list both for a day.",
  docs: "https://razorpay.com/docs/webhooks/validate-test",
  verify: { family: "hmac", signature: { from: "header:x-razorpay-signature" } },
  accept: ["json"],
  event: {
    id: ["header:x-razorpay-event-id", "sha256(body)"],
    type: "$.event",
    // Several of them stand in one event; what pays for others comes after them.
    subject: [
      "$.payload.dispute.entity.id",
      "$.payload.refund.entity.id",
      "$.payload.subscription.entity.id",
      "$.payload.invoice.entity.id",
      "$.payload.payment_link.entity.id",
      "$.payload.payout.entity.id",
      "$.payload.order.entity.id",
      "$.payload.payment.entity.id",
    ],
    time: { from: "$.created_at", unit: "s" },
    data: ["$.payload", "$"],
    dedupeKey: "sha256(body)",
  },
  retries: "Wants a 2xx within 5 s. Repeats for 24 hours, ever more seldom; after that the webhook is disabled.",
};

export const paystack: Preset = {
  title: "Paystack",
  description:
    "The secret is the secret key of the account, sk_…, the same that its API takes: keep it for this Worker only. The " +
    "body is signed (HMAC-SHA512), the time is not. The event has no id, so the same body counts as the same event.",
  docs: "https://paystack.com/docs/payments/webhooks/",
  verify: { family: "hmac", hash: "sha512", signature: { from: "header:x-paystack-signature" } },
  accept: ["json"],
  event: {
    id: "sha256(body)",
    type: "$.event",
    subject: ["$.data.reference", "$.data.subscription_code", "$.data.id"],
    time: { from: ["$.data.paid_at", "$.data.created_at", "$.data.createdAt"], unit: "iso" },
    data: ["$.data", "$"],
    dedupeKey: "sha256(body)",
  },
  answer: { accepted: { status: 200 } },
  retries:
    "Wants exactly 200. Live: every 3 minutes for the first 4 tries, then hourly for 72 hours. Test: hourly for 10 hours.",
};

export const airwallex: Preset = {
  title: "Airwallex",
  description:
    "The secret is that of the notification URL, from Developer > Webhooks. Time and body are signed. Expressions see the " +
    "event's data member.",
  docs: "https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events",
  verify: {
    family: "hmac",
    signature: { from: "header:x-signature" },
    timestamp: { from: "header:x-timestamp", unit: "ms" },
    content: "{ts}{body}",
  },
  accept: ["json"],
  event: {
    id: "$.id",
    type: "$.name",
    subject: ["$.data.object.id", "$.data.id", "$.data.transactionReference.depositId"],
    time: { from: ["$.created_at", "$.createdAt"], unit: "iso" },
    data: ["$.data", "$"],
    dedupeKey: "$.id",
  },
  answer: { accepted: { status: 200 } },
  retries: "Wants exactly 200. Repeats for about three days, ever more seldom.",
};

export const revolut: Preset = {
  title: "Revolut",
  description:
    "For Revolut's Merchant, Business and Crypto Ramp webhooks. The secret is the webhook's signing secret, wsk_…, from " +
    "the API. Time and body are signed; while the secret is rotated, several signatures are sent. Events have no id, so the " +
    "same body counts as the same event: Merchant bodies hold no time, and a second refused payment of one order looks " +
    "like the first.",
  docs: "https://developer.revolut.com/docs/guides/accept-payments/tutorials/work-with-webhooks/verify-the-payload-signature",
  verify: {
    family: "hmac",
    signature: { from: "header:revolut-signature", split: ",", kv: "=", key: "v1" },
    timestamp: { from: "header:revolut-request-timestamp", unit: "ms" },
    content: "v1.{ts}.{body}",
  },
  accept: ["json"],
  event: {
    id: "sha256(body)",
    type: "$.event",
    subject: ["$.order_id", "$.data.id"],
    time: { from: "$.timestamp", unit: "iso" },
    data: ["$.data", "$"],
    dedupeKey: "sha256(body)",
  },
};

export const fireblocks: Preset = {
  title: "Fireblocks",
  description:
    "For webhooks v2. There is no secret: the keys are fetched from keys.fireblocks.io, and nowhere else; workspaces in " +
    "other regions have another host, to be set in verify. The body is signed, the time is not. The older header " +
    "Fireblocks-Signature is not read.",
  docs: "https://developers.fireblocks.com/reference/validating-webhooks",
  verify: {
    family: "jws-detached",
    from: "header:fireblocks-webhook-signature",
    algorithms: ["RS512"],
    keys: { from: "jwks", url: "https://keys.fireblocks.io/.well-known/jwks.json" },
  },
  accept: ["json"],
  event: {
    id: ["$.id", "sha256(body)"],
    type: ["$.eventType", "$.type"],
    subject: ["$.resourceId", "$.data.id"],
    // The documentation's text says seconds, its examples are milliseconds.
    time: { from: "$.createdAt", unit: "ms" },
    data: ["$.data", "$"],
    dedupeKey: ["$.id", "sha256(body)"],
  },
};
