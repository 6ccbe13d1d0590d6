// Presets of developers' tools. Data only.
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
  jsonField: "payload",
  event: {
    id: "header:x-github-delivery",
    type: { join: ["header:x-github-event", "$.action"], with: "." },
    subject: "$.repository.full_name",
    dedupeKey: "sha256(body)",
  },
};
