// Presets of senders that check identities, and of the workflow engine itself. Data only.
import type { Preset } from "./preset.ts";

export const transactionlink: Preset = {
  title: "TransactionLink",
  description:
    "The engine's own webhooks, as events: what one workflow ends with can start another. There is no secret: the key is " +
    "fetched by its id from api.transactionlink.io, and nowhere else. The body is signed, the time is not, and the event " +
    "has no id, so the same body counts as the same event. The names of the body's fields are not documented: look at one " +
    "delivery, and set event.type and event.subject if they stand elsewhere.",
  docs: "https://transactionlink.io",
  verify: {
    family: "jws-detached",
    from: "header:jws-signature",
    algorithms: ["RS256"],
    keys: { from: "by-kid", url: "https://api.transactionlink.io/auth/webhooks/key/{kid}?pem=true" },
  },
  accept: ["json"],
  assume: "json",
  // What runs with a user interface has a token that opens it.
  redact: ["$.token", "$.data.token"],
  event: {
    id: "sha256(body)",
    type: ["$.event", "$.eventType", "$.type", "const:event"],
    subject: ["$.caseId", "$.workflowId", "$.id"],
    dedupeKey: "sha256(body)",
  },
  retries: "Waits 10 s; only a 2xx counts. Five more tries, 5 s apart: after about half a minute it gives up for good.",
};

export const plaid: Preset = {
  title: "Plaid",
  description:
    "The secrets are two, in this order: the client id and the secret of the team, by which the keys are fetched. The " +
    "webhook is signed by a JWT that holds the time and a hash of the body. Most events have no id, and Plaid sends the " +
    "very same body whenever an Item changes again: an event that holds a timestamp counts once, every other delivery " +
    "counts as a new event; so may a captured request that is sent again within five minutes. For the sandbox set verify, with the url of sandbox.plaid.com.",
  docs: "https://plaid.com/docs/api/webhooks/webhook-verification/",
  verify: {
    family: "jwt",
    from: "header:plaid-verification",
    algorithms: ["ES256"],
    keys: {
      from: "by-kid",
      url: "https://production.plaid.com/webhook_verification_key/get",
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"client_id":"{secret:1}","secret":"{secret:2}","key_id":"{kid}"}',
      at: "$.key",
    },
    maxAgeSeconds: 300,
    bodyHash: { claim: "request_body_sha256", hash: "sha256", encoding: "hex" },
  },
  accept: ["json"],
  event: {
    id: "sha256(body)",
    type: { join: ["$.webhook_type", "$.webhook_code"], with: "." },
    subject: [
      "$.identity_verification_id",
      "$.watchlist_screening_id",
      "$.entity_watchlist_screening_id",
      "$.item_id",
      "$.payment_id",
      "$.transfer_id",
      "$.asset_report_id",
      "$.link_token",
    ],
    time: { from: "$.timestamp", unit: "iso" },
    dedupeKey: [
      { join: ["sha256(body)", "$.timestamp"], with: ":" },
      // Cloudflare's id of the request. A captured request is good for five minutes, so that is as long as it repeats.
      { join: ["sha256(body)", "header:cf-ray"], with: ":" },
      "sha256(body)",
    ],
  },
  answer: { accepted: { status: 200 } },
  retries:
    "Wants 200 within 10 s. Repeats for 24 hours, first after 30 s, then each time four times later; not at all while an " +
    "endpoint refuses more than 90% of what it is sent.",
};

export const persona: Preset = {
  title: "Persona",
  description:
    "The secret is the webhook's secret from the dashboard. Time and body are signed; while the secret is rotated, two sets " +
    "of time and signature are sent. Expressions see the event's payload, whose data member is the object. Keys are read " +
    "in whichever case (kebab, snake, camel) the webhook is set to. Order is not kept: compare the event's time.",
  docs: "https://docs.withpersona.com/docs/webhooks-best-practices",
  verify: {
    family: "hmac",
    signature: { from: "header:persona-signature", sets: " ", split: ",", kv: "=", key: "v1" },
    timestamp: { from: "sig:t", unit: "s" },
    content: "{ts}.{body}",
  },
  accept: ["json"],
  event: {
    id: "$.data.id",
    type: "$.data.attributes.name",
    subject: "$.data.attributes.payload.data.id",
    time: {
      from: ["$.data.attributes.created-at", "$.data.attributes.created_at", "$.data.attributes.createdAt"],
      unit: "iso",
    },
    data: ["$.data.attributes.payload", "$"],
    dedupeKey: "$.data.id",
  },
  retries: "Any 2xx counts. A handful of tries within some minutes, each later than the one before.",
};

export const onfido: Preset = {
  title: "Onfido",
  description:
    "The secret is the webhook's token, shown when it is created. The body is signed, the time is not. The event has no " +
    "id: an object may end twice, after it was reopened, so a hash of the body is the dedupe key.",
  docs: "https://documentation.onfido.com",
  verify: { family: "hmac", signature: { from: "header:x-sha2-signature" } },
  accept: ["json"],
  event: {
    id: [{ join: ["$.payload.object.id", "$.payload.action"], with: ":" }, "sha256(body)"],
    type: "$.payload.action",
    subject: "$.payload.object.id",
    time: { from: "$.payload.object.completed_at_iso8601", unit: "iso" },
    data: ["$.payload", "$"],
    dedupeKey: "sha256(body)",
  },
};

export const sumsub: Preset = {
  title: "Sumsub",
  description:
    "The secret is the webhook's secret key from the webhook manager. The body is signed, the time is not. The sender " +
    "names its algorithm in a header: SHA-256 and SHA-512 are taken, the old SHA-1 is refused. Order is not kept: compare " +
    "createdAtMs.",
  docs: "https://docs.sumsub.com/docs/webhook-manager",
  verify: {
    family: "hmac",
    signature: { from: "header:x-payload-digest" },
    hashFrom: "header:x-payload-digest-alg",
    hashMap: { HMAC_SHA256_HEX: "sha256", HMAC_SHA512_HEX: "sha512" },
  },
  accept: ["json"],
  event: {
    id: [
      { join: ["$.applicantId", "$.type", "$.createdAtMs"], with: ":" },
      { join: ["$.kytTxnId", "$.type", "$.createdAtMs"], with: ":" },
      "sha256(body)",
    ],
    type: "$.type",
    subject: ["$.applicantId", "$.kytTxnId", "$.externalUserId"],
    // Its times are written as 2020-02-21 13:23:19.321: not ISO 8601, so they are left to the data.
    dedupeKey: "sha256(body)",
  },
  retries: "Waits 5 s. Four more tries, after 5 minutes, 1, 5 and 18 hours, if the webhook is set to resend.",
};

export const veriff: Preset = {
  title: "Veriff",
  description:
    "The secret is the integration's shared secret key, the one that its API calls are signed with. The body is signed, the " +
    "time is not. One preset for all of its webhooks: decisions have the type decision.approved and so on, the others " +
    "their own action or event type. The same body counts as the same event.",
  docs: "https://devdocs.veriff.com/docs/hmac-authentication-and-endpoint-security",
  verify: { family: "hmac", signature: { from: "header:x-hmac-signature" } },
  accept: ["json"],
  event: {
    id: "sha256(body)",
    type: ["$.action", "$.eventType", { join: ["const:decision", "$.verification.status"], with: "." }],
    subject: ["$.verification.id", "$.sessionId", "$.id"],
    time: { from: ["$.verification.decisionTime", "$.time"], unit: "iso" },
    data: ["$.verification", "$"],
    dedupeKey: "sha256(body)",
  },
};
