// Presets of tools by which teams run their work: issues, errors, alerts, sign-ins. Data only.
import type { Preset } from "./preset.ts";

export const linear: Preset = {
  title: "Linear",
  description:
    "The secret is the webhook's signing secret. The body is signed, and the time of sending is in it, so it may be at " +
    "most a minute old. Linear's delivery id is not signed; the dedupe key is made of what changed, and when.",
  docs: "https://linear.app/developers/webhooks",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:linear-signature" },
    // Linear also sends it as a header, which is not signed.
    timestamp: { from: "$.webhookTimestamp", unit: "ms", toleranceSeconds: 60 },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: ["header:linear-delivery", "sha256(body)"],
    type: { join: ["$.type", "$.action"], with: "." },
    subject: ["$.data.identifier", "$.data.id"],
    time: { from: "$.createdAt", unit: "iso" },
    // Not a hash of the body, which holds the time of sending: another one for each attempt.
    dedupeKey: [
      { join: ["$.type", "$.action", "$.data.id", "$.createdAt", "$.data.updatedAt"], with: ":" },
      { join: ["$.type", "$.action", "$.data.id", "$.createdAt"], with: ":" },
      "sha256(body)",
    ],
  },
  answer: { accepted: { status: 200, body: "" } },
  retries: "Wants 200 within seconds, and otherwise tries a few times more. Too many failures disable the webhook.",
};

export const sentry: Preset = {
  title: "Sentry",
  description:
    "For integrations that you make in Sentry; the secret is the integration's client secret. Only the body is signed: " +
    "resource, time and request id stand in headers that are not, so the dedupe key is a hash of the body.",
  docs: "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:sentry-hook-signature" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: ["header:request-id", "sha256(body)"],
    type: { join: ["header:sentry-hook-resource", "$.action"], with: "." },
    subject: [
      "$.data.issue.id",
      "$.data.event.issue_id",
      "$.data.error.issue_id",
      "$.data.metric_alert.id",
      "$.data.comment_id",
      "$.installation.uuid",
    ],
    time: { from: "header:sentry-hook-timestamp", unit: "s" },
    dedupeKey: "sha256(body)",
  },
  retries: "Waits 1 second. 1,000 timeouts within 24 hours end the subscription.",
};

export const pagerduty: Preset = {
  title: "PagerDuty",
  description:
    "Webhooks v3; the secret is shown once, when the subscription is made. The body is signed, and the event's id is in it. " +
    "No time is signed. While a secret is rotated PagerDuty signs with both.",
  docs: "https://developer.pagerduty.com/docs/verifying-webhook-signatures",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-pagerduty-signature", split: ",", kv: "=", key: "v1" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: "$.event.id",
    type: "$.event.event_type",
    subject: ["$.event.data.incident.id", "$.event.data.id"],
    time: { from: "$.event.occurred_at", unit: "iso" },
    dedupeKey: "$.event.id",
  },
  retries:
    "Waits 5 seconds and tries for up to 48 hours after 429, 5xx and timeouts. An event answered with another 4xx is " +
    "dropped, and after 3 of those the subscription is disabled for 24 hours. In order for each incident.",
};

export const auth0LogStream: Preset = {
  title: "Auth0 log stream",
  description:
    "A custom webhook of Auth0's log streams. The secret is all of what was entered as authorization token, a prefix such " +
    "as 'Bearer ' included. It proves the sender, but neither the body nor the time. Choose JSON Array as content format; " +
    "for JSON Lines set the content type to application/x-ndjson.",
  docs: "https://auth0.com/docs/customize/log-streams/custom-log-streams",
  verify: { family: "token", at: "header:authorization" },
  accept: ["json", "ndjson"],
  split: "$",
  event: {
    id: "$.log_id",
    type: "$.data.type",
    subject: ["$.data.user_id", "$.data.client_id"],
    time: { from: "$.data.date", unit: "iso" },
    dedupeKey: "$.log_id",
  },
  retries: "Tries 3 times more.",
};

export const workos: Preset = {
  title: "WorkOS",
  description:
    "The secret is the endpoint's signing secret. Time and body are signed, and the event's id is in the body. The subject " +
    "is the id of the user, connection, directory or organization.",
  docs: "https://workos.com/docs/events/data-syncing/webhooks",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:workos-signature", split: ",", kv: "=", key: "v1" },
    timestamp: { from: "sig:t", unit: "ms" },
    content: "{ts}.{body}",
  },
  accept: ["json"],
  event: {
    id: "$.id",
    type: "$.event",
    subject: "$.data.id",
    time: { from: "$.created_at", unit: "iso" },
    dedupeKey: "$.id",
  },
};
