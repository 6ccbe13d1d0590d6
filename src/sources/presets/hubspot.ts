// Presets of HubSpot, which signs in three ways. Data only. The secret is the same for all: the app's client secret.
import type { Preset } from "./preset.ts";

/** The id alone is not unique, says HubSpot; together these are. An association has no objectId. */
const HUBSPOT_KEY = [
  { join: ["$.subscriptionId", "$.eventId", "$.objectId", "$.occurredAt"], with: ":" },
  { join: ["$.subscriptionId", "$.eventId", "$.occurredAt"], with: ":" },
  "sha256(item)",
];

const APP_EVENT: Preset["event"] = {
  id: ["$.eventId", "sha256(item)"],
  type: ["$.subscriptionType", "const:event"],
  subject: ["$.objectId", "$.fromObjectId"],
  time: { from: "$.occurredAt", unit: "ms" },
  // Not a hash: attemptNumber is another one each time.
  dedupeKey: HUBSPOT_KEY,
};

const APP_RETRIES =
  "Tries up to 10 times within about 24 hours. 400, 401, 403, 404 and 405 are not tried again; 429 is, after its " +
  "Retry-After. The order of events is not kept.";

export const hubspot: Preset = {
  title: "HubSpot",
  description:
    "The webhooks of an app, by signature v3. The secret is the app's client secret. Method, publicUrl, body and time are " +
    "signed; write publicUrl with its % sequences as HubSpot decodes them before it signs. A request holds up to a " +
    "hundred events, and each becomes one.",
  docs: "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "base64",
    signature: { from: "header:x-hubspot-signature-v3" },
    timestamp: { from: "header:x-hubspot-request-timestamp", unit: "ms", toleranceSeconds: 300 },
    content: "{method}{url}{body}{ts}",
  },
  accept: ["json"],
  split: "$",
  event: APP_EVENT,
  retries: APP_RETRIES,
};

export const hubspotV1: Preset = {
  title: "HubSpot (signature v1)",
  description:
    "The webhooks of an app, by the old signature. Prefer the preset hubspot, which HubSpot signs for at the same time: v1 " +
    "is a plain hash of secret and body, and covers neither time nor URL. The secret is the app's client secret.",
  docs: "https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests",
  verify: {
    family: "digest",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-hubspot-signature" },
    content: "{secret}{body}",
  },
  accept: ["json"],
  split: "$",
  event: APP_EVENT,
  retries: APP_RETRIES,
};

export const hubspotV2: Preset = {
  title: "HubSpot workflows (signature v2)",
  description:
    "Webhooks that a HubSpot workflow sends. The secret is the app's client secret. Method, publicUrl and body are hashed " +
    "with the secret; there is no time and no id, so equal bodies count once. Say in event where the parts of your body " +
    "stand.",
  docs: "https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests",
  verify: {
    family: "digest",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-hubspot-signature" },
    content: "{secret}{method}{url}{body}",
  },
  accept: ["json"],
  event: {
    id: "sha256(body)",
    type: ["$.subscriptionType", "const:workflow"],
    subject: ["$.objectId", "$.vid"],
    dedupeKey: "sha256(body)",
  },
};
