// Presets of schedulers: bookings, made, moved and called off. Data only.
import type { Preset } from "./preset.ts";

export const calendly: Preset = {
  title: "Calendly",
  description:
    "The secret is the signing key that was chosen when the subscription was made, or the one of the OAuth app. Time and " +
    "body are signed. A booking that is moved gives invitee.canceled and invitee.created. The subject is the URI of the " +
    "invitee.",
  docs: "https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:calendly-webhook-signature", split: ",", kv: "=", key: "v1" },
    timestamp: { from: "sig:t", unit: "s", toleranceSeconds: 300 },
    content: "{ts}.{body}",
  },
  accept: ["json"],
  event: {
    id: [{ join: ["$.payload.uri", "$.event"], with: "#" }, "sha256(body)"],
    type: "$.event",
    subject: "$.payload.uri",
    time: { from: "$.created_at", unit: "iso" },
    data: ["$.payload", "$"],
    dedupeKey: [{ join: ["$.payload.uri", "$.event"], with: "#" }, "sha256(body)"],
  },
  retries:
    "Tries again for 24 hours, at growing intervals. Then the subscription is disabled for good: delete it and make it " +
    "again.",
};

export const calCom: Preset = {
  title: "Cal.com",
  description:
    "The secret is the one entered with the webhook. It is optional at Cal.com: without it the signature is the text " +
    "no-secret-provided, and every request is refused here. Only the body is signed, without a time. With a payload " +
    "template of your own, say in event where its parts stand.",
  docs: "https://cal.com/docs/developing/guides/automation/webhooks",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-cal-signature-256" },
    content: "{body}",
  },
  accept: ["json", "form"],
  event: {
    id: [{ join: ["$.payload.uid", "$.triggerEvent"], with: "#" }, "sha256(body)"],
    type: ["$.triggerEvent", "const:event"],
    subject: ["$.payload.uid", "$.uid"],
    time: { from: "$.createdAt", unit: "iso" },
    data: ["$.payload", "$"],
    // A booking may be paid, ended or moved more than once; the body says when.
    dedupeKey: "sha256(body)",
  },
};
