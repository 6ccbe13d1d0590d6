// Presets of developers' tools: where the code is, and what builds and runs it. Data only.
import type { Preset } from "./preset.ts";

export const github: Preset = {
  title: "GitHub",
  description:
    "The secret is the one entered with the webhook. Only the body is signed: the delivery id and the event's name " +
    "stand in headers that are not, so the dedupe key is a hash of the body. Both of GitHub's content types are read.",
  docs: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    // The SHA-1 header that GitHub still sends beside it is not read.
    signature: { from: "header:x-hub-signature-256", prefix: "sha256=", prefixOptional: false },
    content: "{body}",
    key: { encoding: "utf8" },
    require: [],
  },
  accept: ["json", "form"],
  payload: { field: "payload", as: "json", keepForm: false, optional: false },
  event: {
    id: "header:x-github-delivery",
    type: { join: ["header:x-github-event", "$.action"], with: "." },
    // Events of an organization, of an app or of GitHub as a whole have no repository.
    subject: [
      "$.repository.full_name",
      "$.organization.login",
      "$.enterprise.slug",
      "$.installation.account.login",
      "$.marketplace_purchase.account.login",
      "$.security_advisory.ghsa_id",
      "$.sender.login",
    ],
    dedupeKey: "sha256(body)",
  },
  retries: "Never tries again by itself: a failed delivery can be sent again from the webhook's page, or by the API.",
};

export const gitlab: Preset = {
  title: "GitLab",
  description:
    "The secret is the webhook's signing token, whsec_… and base64. Id, time and body are signed, as in Standard Webhooks. " +
    "An older GitLab, or a webhook with a secret token only, is the preset gitlab-token.",
  docs: "https://docs.gitlab.com/user/project/integrations/webhooks/",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "base64",
    signature: { from: "header:webhook-signature", split: " ", kv: ",", key: "v1" },
    timestamp: { from: "header:webhook-timestamp", unit: "s" },
    content: "{header:webhook-id}.{ts}.{body}",
    key: { encoding: "base64", strip: "whsec_" },
  },
  accept: ["json"],
  event: {
    id: "header:webhook-id",
    type: [
      // object_kind is in the body, and so signed; system hooks have event_name instead.
      { join: ["$.object_kind", "$.object_attributes.action"], with: "." },
      "$.event_name",
      "header:x-gitlab-event",
    ],
    subject: ["$.project.path_with_namespace", "$.group.full_path", "$.path_with_namespace", "$.full_path"],
    dedupeKey: "header:webhook-id",
  },
  retries:
    "4 failures in a row disable the webhook: for 1 minute, then longer, up to 24 hours, after errors of the server; " +
    "for good after answers from 400 to 499.",
};

export const gitlabToken: Preset = {
  title: "GitLab (secret token)",
  description:
    "The secret is the webhook's secret token, which is sent along in X-Gitlab-Token. It proves the sender, but neither " +
    "the body nor the time. Where GitLab offers a signing token, use the preset gitlab instead.",
  docs: "https://docs.gitlab.com/user/project/integrations/webhooks/",
  verify: { family: "token", at: "header:x-gitlab-token" },
  accept: ["json"],
  event: {
    ...gitlab.event,
    id: ["header:idempotency-key", "header:x-gitlab-event-uuid", "sha256(body)"],
    // Nothing is signed; so at least the same body is the same event, whatever the headers say.
    dedupeKey: "sha256(body)",
  },
  retries: gitlab.retries ?? "",
};

export const bitbucket: Preset = {
  title: "Bitbucket",
  description:
    "The secret is the one entered with the webhook. Only the body is signed: the event's name and the request's id stand " +
    "in headers that are not, so the dedupe key is a hash of the body.",
  docs: "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-hub-signature", prefix: "sha256=" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: ["header:x-request-uuid", "sha256(body)"],
    type: "header:x-event-key",
    subject: "$.repository.full_name",
    dedupeKey: "sha256(body)",
  },
};

export const gitea: Preset = {
  title: "Gitea and Forgejo",
  description:
    "The secret is the one entered with the webhook. Only the body is signed: the event's name and the delivery's id stand " +
    "in headers that are not, so the dedupe key is a hash of the body.",
  docs: "https://docs.gitea.com/usage/webhooks",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: ["header:x-gitea-signature", "header:x-forgejo-signature"] },
    content: "{body}",
  },
  accept: ["json", "form"],
  payload: { field: "payload", as: "json", keepForm: false, optional: false },
  event: {
    id: ["header:x-gitea-delivery", "header:x-forgejo-delivery", "sha256(body)"],
    type: [
      { join: ["header:x-gitea-event", "$.action"], with: "." },
      { join: ["header:x-forgejo-event", "$.action"], with: "." },
    ],
    subject: "$.repository.full_name",
    dedupeKey: "sha256(body)",
  },
};

export const circleci: Preset = {
  title: "CircleCI",
  description:
    "The secret is the secret token of the webhook. The body is signed, and the event's id is in it. No time is signed, " +
    "so the id is what keeps a captured request from counting twice.",
  docs: "https://circleci.com/docs/webhooks/",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    // "v1=<hex>,v2=…": CircleCI reserves other versions.
    signature: { from: "header:circleci-signature", split: ",", kv: "=", key: "v1" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: "$.id",
    type: "$.type",
    subject: ["$.workflow.id", "$.pipeline.id"],
    time: { from: "$.happened_at", unit: "iso" },
    dedupeKey: "$.id",
  },
};

export const buildkite: Preset = {
  title: "Buildkite",
  description:
    "The secret is the webhook's token, with 'signature' chosen as the way in which it is sent. Time and body are signed. " +
    "If the token itself is sent instead, use the preset token with X-Buildkite-Token.",
  docs: "https://buildkite.com/docs/apis/webhooks/pipelines",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-buildkite-signature", split: ",", kv: "=", key: "signature" },
    timestamp: { from: "sig:timestamp", unit: "s" },
    content: "{ts}.{body}",
  },
  accept: ["json"],
  event: {
    id: "sha256(body)",
    type: "$.event",
    subject: ["$.job.id", "$.build.id", "$.agent.id"],
    dedupeKey: "sha256(body)",
  },
};

export const vercel: Preset = {
  title: "Vercel",
  description:
    "The secret is the webhook's, or the integration's client secret. The body is signed with SHA-1, and the event's id " +
    "is in it. No time is signed.",
  docs: "https://vercel.com/docs/webhooks/webhooks-api",
  verify: {
    family: "hmac",
    hash: "sha1",
    encoding: "hex",
    signature: { from: "header:x-vercel-signature" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: "$.id",
    type: "$.type",
    subject: ["$.payload.deployment.id", "$.payload.project.id"],
    time: { from: "$.createdAt", unit: "ms" },
    dedupeKey: "$.id",
  },
};

export const heroku: Preset = {
  title: "Heroku",
  description:
    "The secret is the one given when the webhook was made. The body is signed, and the event's id is in it. No time is " +
    "signed.",
  docs: "https://devcenter.heroku.com/articles/app-webhooks",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "base64",
    signature: { from: "header:heroku-webhook-hmac-sha256" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: ["$.webhook_metadata.event.id", "$.id"],
    type: { join: ["$.webhook_metadata.event.include", "$.action"], with: "." },
    subject: ["$.data.app.name", "$.data.name", "$.data.id"],
    time: { from: "$.created_at", unit: "iso" },
    dedupeKey: ["$.webhook_metadata.event.id", "sha256(body)"],
  },
};
