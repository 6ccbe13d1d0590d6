// Presets of payment senders. Data only.
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
};
