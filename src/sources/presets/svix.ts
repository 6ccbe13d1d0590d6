// Presets of senders that send through Svix, or as Standard Webhooks do. Data only.
import type { HmacVerification } from "../../core/source.ts";
import type { Preset } from "./preset.ts";

const SVIX_RETRIES =
  "Tries again after 5 seconds, 5 minutes, 30 minutes, 2, 5, 10 and 10 hours, each with a new time and signature.";

/** Svix signs with either set of header names; the first that is there counts, as in Svix's own library. */
const SVIX_OR_STANDARD = {
  family: "hmac",
  hash: "sha256",
  encoding: "base64",
  // "v1,<base64> v1a,<base64>": v1a is ed25519 and is passed over.
  signature: {
    from: ["header:svix-signature", "header:webhook-signature"],
    split: " ",
    kv: ",",
    key: "v1",
    prefixOptional: false,
  },
  timestamp: { from: ["header:svix-timestamp", "header:webhook-timestamp"], unit: "s", toleranceSeconds: 300 },
  content: "{header:svix-id|webhook-id}.{ts}.{body}",
  key: { encoding: "base64", strip: "whsec_" },
  require: [],
} satisfies HmacVerification;

const SVIX_ID = ["header:svix-id", "header:webhook-id"];

export const svix: Preset = {
  title: "Svix",
  description:
    "Any sender that uses Svix. The secret is the endpoint's, whsec_… and base64. Id, time and body are signed. Both " +
    "sets of header names are read, svix-… and webhook-….",
  docs: "https://docs.svix.com/receiving/verifying-payloads/how-manual",
  verify: SVIX_OR_STANDARD,
  accept: ["json"],
  event: {
    id: SVIX_ID,
    type: ["$.type", "$.event_type", "$.eventType", "const:event"],
    time: { from: "$.timestamp", unit: "iso" },
    dedupeKey: SVIX_ID,
  },
  retries: SVIX_RETRIES,
};

export const clerk: Preset = {
  title: "Clerk",
  description:
    "The secret is the endpoint's signing secret, whsec_…, shown under Webhooks in Clerk's dashboard. Id, time and body " +
    "are signed. The subject is the id of the user, session or organization.",
  docs: "https://clerk.com/docs/guides/development/webhooks/overview",
  verify: SVIX_OR_STANDARD,
  accept: ["json"],
  event: {
    id: SVIX_ID,
    type: "$.type",
    subject: "$.data.id",
    time: { from: "$.timestamp", unit: "ms" },
    dedupeKey: SVIX_ID,
  },
  retries: SVIX_RETRIES,
};

export const resend: Preset = {
  title: "Resend",
  description:
    "The secret is the webhook's signing secret, whsec_…. Id, time and body are signed. For 24 hours after a rotation " +
    "Resend signs with the old and the new secret. The subject is the id of the email.",
  docs: "https://resend.com/docs/webhooks/verify-webhooks-requests",
  verify: SVIX_OR_STANDARD,
  accept: ["json"],
  event: {
    id: SVIX_ID,
    type: "$.type",
    subject: ["$.data.email_id", "$.data.id"],
    time: { from: "$.created_at", unit: "iso" },
    dedupeKey: SVIX_ID,
  },
  retries: SVIX_RETRIES,
};

export const openai: Preset = {
  title: "OpenAI",
  description:
    "The secret is the endpoint's signing secret, whsec_…. Id, time and body are signed, as in Standard Webhooks. Events " +
    "carry ids and not results: fetch the response, batch or job that the subject names.",
  docs: "https://platform.openai.com/docs/guides/webhooks",
  verify: {
    ...SVIX_OR_STANDARD,
    signature: { ...SVIX_OR_STANDARD.signature, from: "header:webhook-signature" },
    timestamp: { ...SVIX_OR_STANDARD.timestamp, from: "header:webhook-timestamp" },
    content: "{header:webhook-id}.{ts}.{body}",
  },
  accept: ["json"],
  event: {
    id: "header:webhook-id",
    type: "$.type",
    subject: "$.data.id",
    time: { from: "$.created_at", unit: "s" },
    dedupeKey: "header:webhook-id",
  },
};
