// Presets of shops. Data only.
import type { Preset } from "./preset.ts";

/**
 * The topic is part of the key because orders/create and orders/paid may come with the same body, byte for byte.
 * It is not signed: who has captured a request can pass its body off under every other topic, once each.
 */
export const shopify: Preset = {
  title: "Shopify",
  description:
    "The secret is the app's client secret, or the one shown under Settings, Notifications, Webhooks for webhooks made " +
    "there. Only the body is signed: topic, shop and ids stand in headers that are not. One source per topic, with " +
    "event.type set to const:…, makes a captured request good for nothing else. Ids keep all their digits, as text.",
  docs: "https://shopify.dev/docs/apps/build/webhooks/subscribe/https",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "base64",
    signature: { from: "header:x-shopify-hmac-sha256" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: ["header:x-shopify-webhook-id", "sha256(body)"],
    type: "header:x-shopify-topic",
    subject: ["$.id", "$.admin_graphql_api_id"],
    time: { from: "header:x-shopify-triggered-at", unit: "iso" },
    dedupeKey: { join: ["header:x-shopify-topic", "sha256(body)"], with: ":" },
  },
  retries:
    "Waits 5 seconds, then tries 8 times over 4 hours, with the same body. A subscription made through the Admin API is " +
    "removed after that.",
};

/** Separate, since its bodies repeat: without the unsigned delivery id, the second change of a price would count as the first. */
export const shopifyEvents: Preset = {
  title: "Shopify Events",
  description:
    "Shopify's newer subscriptions, a developer preview, whose headers have no X-. The secret is the app's client " +
    "secret. Only the body is signed, and it may be the same for two changes, so the unsigned delivery id is part of " +
    "the dedupe key: who has captured a request can send it again as new, though never with another body.",
  docs: "https://shopify.dev/docs/apps/build/events/delivery-structure",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "base64",
    signature: { from: "header:shopify-hmac-sha256" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: ["header:shopify-webhook-id", "sha256(body)"],
    type: [{ join: ["$.topic", "$.action"], with: "." }, "header:shopify-topic"],
    subject: "header:shopify-resource-id",
    time: { from: "header:shopify-triggered-at", unit: "iso" },
    dedupeKey: [{ join: ["header:shopify-webhook-id", "sha256(body)"], with: ":" }, "sha256(body)"],
  },
};

export const woocommerce: Preset = {
  title: "WooCommerce",
  description:
    "The secret is the one entered with the webhook. Only the body is signed: topic and delivery id stand in headers " +
    "that are not, so a captured request can be sent again once under each other topic: give each topic a source of its own " +
    "where that matters. The form that WooCommerce posts when a webhook is saved is unsigned; it is answered and never an " +
    "event. A failed delivery is not tried again, so set expectEvery to hear of a shop that has fallen silent.",
  docs: "https://woocommerce.com/document/webhooks/",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "base64",
    signature: { from: "header:x-wc-webhook-signature" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: ["header:x-wc-webhook-delivery-id", "sha256(body)"],
    type: ["header:x-wc-webhook-topic", "const:event"],
    subject: "$.id",
    // Creating an order and its first update may come with the same body.
    dedupeKey: [{ join: ["header:x-wc-webhook-topic", "sha256(body)"], with: ":" }, "sha256(body)"],
  },
  handshake: [
    {
      when: { match: [{ from: "form:webhook_id", is: "given" }] },
      verified: false,
      // Exactly 200: WooCommerce takes anything else for a URL that does not work.
      answer: { status: 200 },
    },
  ],
  answer: { accepted: { status: 200, body: "" } },
  retries: "Waits 60 seconds and never tries again. More than 5 failures in a row disable the webhook.",
};

export const polar: Preset = {
  title: "Polar",
  description:
    "The secret is the endpoint's, whsec_… or polar_whs_…. Id, time and body are signed, as in Standard Webhooks. Secrets " +
    "made before 8 September 2026 are keys as text, prefix and all; newer ones are base64. Both are accepted.",
  docs: "https://polar.sh/docs/integrate/webhooks/delivery",
  verify: {
    family: "any",
    of: [
      {
        family: "hmac",
        hash: "sha256",
        encoding: "base64",
        signature: { from: "header:webhook-signature", split: " ", kv: ",", key: "v1" },
        timestamp: { from: "header:webhook-timestamp", unit: "s" },
        content: "{header:webhook-id}.{ts}.{body}",
        key: { encoding: "utf8" },
      },
      {
        family: "hmac",
        hash: "sha256",
        encoding: "base64",
        signature: { from: "header:webhook-signature", split: " ", kv: ",", key: "v1" },
        timestamp: { from: "header:webhook-timestamp", unit: "s" },
        content: "{header:webhook-id}.{ts}.{body}",
        key: { encoding: "base64", strip: "whsec_", startsWith: "whsec_" },
      },
    ],
  },
  accept: ["json"],
  event: {
    id: "header:webhook-id",
    type: "$.type",
    subject: "$.data.id",
    time: { from: "$.timestamp", unit: "iso" },
    dedupeKey: "header:webhook-id",
  },
};
