// Presets of customer support systems. Data only.
import type { Preset } from "./preset.ts";

export const zendesk: Preset = {
  title: "Zendesk",
  description:
    "The secret is the webhook's signing secret, shown with the webhook in the Admin Center. It looks like base64 and is " +
    "used as text. Time and body are signed; the invocation id is not. A webhook of a trigger sends a body of your own: " +
    "say in event where its parts stand.",
  docs: "https://developer.zendesk.com/documentation/webhooks/verifying/",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "base64",
    signature: { from: "header:x-zendesk-webhook-signature" },
    timestamp: { from: "header:x-zendesk-webhook-signature-timestamp", unit: "iso", toleranceSeconds: 300 },
    content: "{ts}{body}",
  },
  accept: ["json", "xml", "form"],
  event: {
    id: ["header:x-zendesk-webhook-invocation-id", "sha256(body)"],
    type: ["$.type", "const:event"],
    subject: ["$.detail.id", "$.ticket_id", "$.id"],
    time: { from: "$.time", unit: "iso" },
    // A trigger's body may be the same for two updates of a ticket, and its $.id that of the ticket: only the signed time
    // tells them apart.
    dedupeKey: [
      { join: ["$.zendesk_event_version", "$.type", "$.id"], with: ":" },
      { join: ["header:x-zendesk-webhook-signature-timestamp", "sha256(body)"], with: ":" },
    ],
  },
};

export const intercom: Preset = {
  title: "Intercom",
  description:
    "The secret is the app's client secret, under Basic information in the Developer Hub. Only the body is signed " +
    "(HMAC-SHA1), without a time; the notification's id stands in it. Expressions see data.item's content: the " +
    "conversation, contact or ticket.",
  docs: "https://developers.intercom.com/docs/webhooks/setting-up-webhooks",
  verify: {
    family: "hmac",
    hash: "sha1",
    encoding: "hex",
    signature: { from: "header:x-hub-signature", prefix: "sha1=" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: ["$.id", "sha256(body)"],
    type: "$.topic",
    subject: "$.data.item.id",
    time: { from: "$.created_at", unit: "s" },
    data: ["$.data.item", "$"],
    dedupeKey: ["$.id", "sha256(body)"],
  },
  // Some setups ask by HEAD whether the URL answers; to say yes gives nothing away.
  handshake: [{ when: { method: "HEAD" }, verified: false }],
  answer: { accepted: { status: 200, body: "" } },
  retries:
    "More than 1,000 errors in 15 minutes pause the webhook for 15 minutes. Errors for 7 days suspend a private app's.",
};
