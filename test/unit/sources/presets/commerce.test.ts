// The shops of `presets/commerce`, against Shopify's own library and the library of Standard Webhooks. Fixed clock, no
// network.
import "@shopify/shopify-api/adapters/web-api";
import { ApiVersion, LogSeverity, shopifyApi } from "@shopify/shopify-api";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { NOW, outcome, request, sourceOf } from "../requests.ts";
import { handshaken } from "./handshaking.ts";
import {
  describeSender,
  FORM_HEADERS,
  type Headers,
  hmacBase64,
  JSON_HEADERS,
  onlyEvent,
  type Sender,
} from "./known-answers.ts";

const CLIENT_SECRET = "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";
const shopifySdk = shopifyApi({
  apiKey: "key",
  apiSecretKey: CLIENT_SECRET,
  apiVersion: ApiVersion.July26,
  hostName: "app.example.com",
  isEmbeddedApp: false,
  logger: { level: LogSeverity.Error },
});

async function isShopifys(rawBody: string, headers: Headers): Promise<boolean> {
  const rawRequest = new Request("https://app.example.com/", { method: "POST", headers, body: rawBody });
  return (await shopifySdk.webhooks.validate({ rawBody, rawRequest })).valid;
}

const SHOPIFY_UNSIGNED = {
  "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
  "x-shopify-event-id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
  "x-shopify-shop-domain": "shop.myshopify.com",
  "x-shopify-api-version": "2026-07",
  "x-shopify-triggered-at": "2026-11-23T09:19:58.041743123Z",
};
const SHOPIFY_TOPIC = { "x-shopify-topic": "orders/create" };
const ORDER = '{"id":820982911946154508,"note":"Caf\\u00e9 $& é","line_items":[{"id":866550311766439020}]}';
const SHOPIFY: Sender = {
  preset: "shopify",
  secret: CLIENT_SECRET,
  otherSecret: `${CLIENT_SECRET}0`,
  signatureHeader: "x-shopify-hmac-sha256",
  unsigned: SHOPIFY_UNSIGNED,
  body: ORDER,
  sign: (body, secret) => ({ ...SHOPIFY_TOPIC, "x-shopify-hmac-sha256": hmacBase64(secret, body) }),
  isGenuine: (body, headers) => isShopifys(body, { ...SHOPIFY_UNSIGNED, ...headers }),
  events: [
    {
      id: "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
      type: "orders/create",
      // JSON.parse would have made 820982911946154500 of it.
      subject: "820982911946154508",
      time: "2026-11-23T09:19:58.041Z",
      data: { id: "820982911946154508", note: "Café $& é", line_items: [{ id: "866550311766439020" }] },
    },
  ],
};

const EVENTS_UNSIGNED = {
  "shopify-topic": "Product",
  "shopify-action": "update",
  "shopify-shop-domain": "shop.myshopify.com",
  "shopify-api-version": "unstable",
  "shopify-event-id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
  "shopify-resource-id": "gid://shopify/Product/123",
  "shopify-triggered-at": "2026-11-23T09:19:58Z",
};
const PRICE_CHANGED = {
  topic: "Product",
  action: "update",
  handle: "product-updates",
  fields_changed: ["product[id: 'gid://shopify/Product/123'].title"],
  query_variables: { productId: "gid://shopify/Product/123" },
};
const EVENTS: Sender = {
  preset: "shopify-events",
  secret: CLIENT_SECRET,
  otherSecret: `${CLIENT_SECRET}0`,
  signatureHeader: "shopify-hmac-sha256",
  unsigned: EVENTS_UNSIGNED,
  body: JSON.stringify(PRICE_CHANGED),
  sign: (body, secret) => ({ "shopify-hmac-sha256": hmacBase64(secret, body), "shopify-webhook-id": "delivery-1" }),
  isGenuine: (body, headers) => isShopifys(body, { ...EVENTS_UNSIGNED, ...headers }),
  events: [
    {
      id: "delivery-1",
      type: "Product.update",
      subject: "gid://shopify/Product/123",
      time: "2026-11-23T09:19:58.000Z",
      data: PRICE_CHANGED,
    },
  ],
};

const WOO: Sender = {
  preset: "woocommerce",
  secret: "k4}u<Zj%&U>",
  otherSecret: "k4}u&lt;Zj%&amp;U&gt;",
  signatureHeader: "x-wc-webhook-signature",
  unsigned: {
    "x-wc-webhook-id": "4",
    "x-wc-webhook-delivery-id": "a4b1c2d3e4f5",
    "x-wc-webhook-source": "https://a.example/",
  },
  body: '{"id":723,"status":"processing","total":"29.35"}',
  sign: (body, secret) => ({
    "x-wc-webhook-topic": "order.updated",
    "x-wc-webhook-signature": hmacBase64(secret, body),
  }),
  events: [
    {
      id: "a4b1c2d3e4f5",
      type: "order.updated",
      subject: "723",
      data: { id: 723, status: "processing", total: "29.35" },
    },
  ],
};

const POLAR_BODY =
  '{"type":"order.paid","timestamp":"2026-11-23T09:19:58Z","data":{"id":"57107b74-8400-4d80-a2fc-54c2b4239cb3"}}';
const POLAR_EVENT = {
  id: "msg_1",
  type: "order.paid",
  subject: "57107b74-8400-4d80-a2fc-54c2b4239cb3",
  time: "2026-11-23T09:19:58.000Z",
  dedupeKey: "msg_1",
};

function polarHeaders(webhook: Webhook, body: string, now: number): Headers {
  return {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(Math.floor(now / 1_000)),
    "webhook-signature": webhook.sign("msg_1", new Date(now), body),
  };
}

const POLAR: Sender = {
  preset: "polar",
  secret: "polar_whs_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK",
  otherSecret: "polar_whs_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuL",
  signatureHeader: "webhook-signature",
  toleranceSeconds: 300,
  body: POLAR_BODY,
  // The old way: the secret's text is the key.
  sign: (body, secret, now) => polarHeaders(new Webhook(secret, { format: "raw" }), body, now),
  events: [POLAR_EVENT],
};

for (const sender of [SHOPIFY, EVENTS, WOO, POLAR]) describeSender(sender);

describe("shopify", () => {
  const source = sourceOf({ preset: "shopify", secrets: ["S"] });
  const sent = (topic: string, body = ORDER) =>
    request(
      { ...JSON_HEADERS, ...SHOPIFY_UNSIGNED, ...SHOPIFY.sign(body, CLIENT_SECRET, NOW), "x-shopify-topic": topic },
      body,
    );

  test("counts one body under two topics as two events, and under one topic as one", async () => {
    const key = async (topic: string) => (await onlyEvent(sent(topic), source, [CLIENT_SECRET])).dedupeKey;
    expect(await key("orders/create")).not.toBe(await key("orders/paid"));
    expect(await key("orders/create")).toBe(await key("orders/create"));
  });

  test("takes no signature of Shopify Events, nor the other way about", async () => {
    const events = sourceOf({ preset: "shopify-events", secrets: ["S"] });
    const old = sent("orders/create");
    const young = request({ ...JSON_HEADERS, ...EVENTS.sign(EVENTS.body, CLIENT_SECRET, NOW) }, EVENTS.body);
    expect(await outcome(young, source, [CLIENT_SECRET])).toBe("missing-signature");
    expect(await outcome(old, events, [CLIENT_SECRET])).toBe("missing-signature");
  });

  test("accepts an app's webhook without a topic only as far as its signature: it then has no type", async () => {
    const inbound = request({ ...JSON_HEADERS, "x-shopify-hmac-sha256": hmacBase64(CLIENT_SECRET, ORDER) }, ORDER);
    expect(await outcome(inbound, source, [CLIENT_SECRET])).toBe("accepted");
    await expect(onlyEvent(inbound, source, [CLIENT_SECRET])).rejects.toThrow(/type/);
  });
});

test("shopify-events tells equal bodies of two deliveries apart, which Shopify's sha256(body) could not", async () => {
  const source = sourceOf({ preset: "shopify-events", secrets: ["S"] });
  const key = async (id: string) => {
    const headers = { ...JSON_HEADERS, ...EVENTS.sign(EVENTS.body, CLIENT_SECRET, NOW), "shopify-webhook-id": id };
    return (await onlyEvent(request(headers, EVENTS.body), source, [CLIENT_SECRET])).dedupeKey;
  };
  expect(await key("delivery-1")).not.toBe(await key("delivery-2"));
});

describe("woocommerce", () => {
  const source = sourceOf({ preset: "woocommerce", secrets: ["S"] });

  test("has the ping on saving answered with exactly 200, unsigned as it is", async () => {
    expect(await handshaken(source, { form: "webhook_id=4" })).toEqual({
      verified: false,
      reply: { status: 200, type: "text/plain", body: null, headers: {} },
    });
    expect(await handshaken(source, { json: { webhook_id: 4 } })).toBe("none");
    expect(await outcome(request(FORM_HEADERS, "webhook_id=4"), source, [WOO.secret])).toBe("missing-signature");
  });

  test("answers events with 200 too", () => {
    expect(source.answers.accepted).toMatchObject({ status: 200, body: "" });
  });
});

describe("polar", () => {
  const source = sourceOf({ preset: "polar", secrets: ["A", "B"] });
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const sent = (webhook: Webhook) =>
    request({ ...JSON_HEADERS, ...polarHeaders(webhook, POLAR_BODY, NOW) }, POLAR_BODY);

  test("is accepted by a whsec_ secret as text and as base64", async () => {
    expect(await onlyEvent(sent(new Webhook(secret)), source, [secret])).toMatchObject(POLAR_EVENT);
    expect(await outcome(sent(new Webhook(secret, { format: "raw" })), source, [secret])).toBe("accepted");
  });

  test("is accepted by the new secret beside an old one", async () => {
    expect(await outcome(sent(new Webhook(secret)), source, [POLAR.secret, secret])).toBe("accepted");
    expect(await outcome(sent(new Webhook(secret)), source, [secret, POLAR.secret])).toBe("accepted");
  });

  test("is refused by the key of an old secret without its prefix", async () => {
    const bare = new Webhook(POLAR.secret.slice("polar_whs_".length), { format: "raw" });
    expect(await outcome(sent(bare), source, [POLAR.secret])).toBe("no-match");
  });
});
