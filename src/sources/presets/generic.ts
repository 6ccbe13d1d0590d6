// Presets that belong to no one sender. Data only.
import type { EventSelectors } from "../../core/source.ts";
import type { Preset } from "./preset.ts";

/** Where an event's parts usually stand; also what a source that spells everything out starts from. */
export const GENERIC_EVENT = {
  id: ["$.id", "sha256(body)"],
  type: ["$.type", "$.event", "const:event"],
} satisfies EventSelectors;

export const standardWebhooks: Preset = {
  title: "Standard Webhooks",
  description:
    "Any sender that follows the specification. The secret is whsec_ and base64. Id, time and body are signed.",
  docs: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "base64",
    // "v1,<base64> v1a,<base64>": v1a is ed25519 and is passed over.
    signature: { from: "header:webhook-signature", split: " ", kv: ",", key: "v1", prefixOptional: false },
    timestamp: { from: "header:webhook-timestamp", unit: "s", toleranceSeconds: 300 },
    content: "{header:webhook-id}.{ts}.{body}",
    key: { encoding: "base64", strip: "whsec_" },
    require: ["webhook-id"],
  },
  accept: ["json"],
  event: {
    id: "header:webhook-id",
    type: GENERIC_EVENT.type,
    time: { from: "$.timestamp", unit: "iso" },
    dedupeKey: "header:webhook-id",
  },
};

export const token: Preset = {
  title: "Token in a header",
  description:
    "The sender shows the secret in the header X-Webhook-Token. For another header set verify to " +
    '{"family": "token", "at": "header:x-name"}. The token proves the sender, but neither the body nor the time.',
  docs: "https://www.rfc-editor.org/rfc/rfc9110#section-5",
  verify: { family: "token", at: "header:x-webhook-token" },
  accept: ["json", "form"],
  event: { ...GENERIC_EVENT, dedupeKey: GENERIC_EVENT.id },
};

export const bearer: Preset = {
  title: "Bearer token",
  description:
    "The sender shows the secret as 'Authorization: Bearer …'. It proves the sender, but neither the body nor the time.",
  docs: "https://www.rfc-editor.org/rfc/rfc6750#section-2.1",
  verify: { family: "token", at: "bearer" },
  accept: ["json", "form"],
  event: { ...GENERIC_EVENT, dedupeKey: GENERIC_EVENT.id },
};

export const htmlForm: Preset = {
  title: "HTML form",
  description:
    "A form on a page of allowOrigins. A hidden field event_id names the submission, so that a double click counts " +
    "once; without it, equal submissions count once. A hidden field form_type gives the type.",
  docs: "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Origin",
  verify: { family: "browser-form" },
  accept: ["form", "multipart"],
  event: {
    // Of the data, not of the body: a multipart body has another random boundary each time.
    id: ["form:event_id", "sha256(data)"],
    type: ["form:form_type", "const:form.submitted"],
    dedupeKey: ["form:event_id", "sha256(data)"],
  },
};
