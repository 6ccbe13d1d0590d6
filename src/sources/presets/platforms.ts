// Presets of platforms whose webhooks are subscriptions: they ask the URL for a challenge first. Data only.
import type { HmacVerification } from "../../core/source.ts";
import type { Preset } from "./preset.ts";

const META_SIGNATURE = {
  family: "hmac",
  hash: "sha256",
  encoding: "hex",
  // The SHA-1 header that Meta still sends beside it is not read.
  signature: { from: "header:x-hub-signature-256", prefix: "sha256=", prefixOptional: false },
  content: "{body}",
  key: { encoding: "utf8" },
  require: [],
} satisfies HmacVerification;

const META_SECRETS =
  "'secrets' is the app secret, 'handshakeSecrets' the verify token that you enter with the URL. Only the body is signed, " +
  "and no time. ";

const META_HANDSHAKE: NonNullable<Preset["handshake"]> = [
  {
    when: {
      method: "GET",
      match: [
        { from: "query:hub.mode", equals: "subscribe" },
        { from: "query:hub.verify_token", is: "secret" },
      ],
    },
    verified: false,
    answer: { body: "{query:hub.challenge}" },
  },
];

const META_ANSWER: NonNullable<Preset["answer"]> = { accepted: { status: 200, body: "" } };
const META_RETRIES = "Tries at once, then less and less often for 36 hours.";
const META_DOCS = "https://developers.facebook.com/docs/graph-api/webhooks/getting-started";

export const meta: Preset = {
  title: "Meta",
  description: `Facebook and Instagram. ${META_SECRETS}Each entry is an event; what changed is in its 'changes' or 'messaging'.`,
  docs: META_DOCS,
  verify: META_SIGNATURE,
  accept: ["json"],
  split: "$.entry",
  event: {
    id: "sha256(item)",
    type: { join: ["root:$.object", "$.changes[0].field"], with: "." },
    subject: "$.id",
    // Some objects give seconds, and some milliseconds: a guess would be wrong for one of them.
    dedupeKey: "sha256(item)",
  },
  handshake: META_HANDSHAKE,
  answer: META_ANSWER,
  retries: META_RETRIES,
};

export const whatsapp: Preset = {
  title: "WhatsApp Business",
  description: `The Cloud API. ${META_SECRETS}Each change is an event: messages that came in, or what became of one that went out.`,
  docs: "https://developers.facebook.com/docs/whatsapp/cloud-api/guides/set-up-webhooks",
  verify: META_SIGNATURE,
  accept: ["json"],
  split: "$.entry[*].changes",
  event: {
    id: [
      "$.value.messages[0].id",
      { join: ["$.value.statuses[0].id", "$.value.statuses[0].status"], with: ":" },
      "sha256(item)",
    ],
    type: ["$.field", "root:$.object"],
    subject: ["$.value.messages[0].from", "$.value.statuses[0].recipient_id", "root:$.entry[0].id"],
    time: { from: ["$.value.messages[0].timestamp", "$.value.statuses[0].timestamp"], unit: "s" },
    // The account is not in the change, and two accounts may have the same change.
    dedupeKey: [{ join: ["root:$.entry[0].id", "sha256(item)"], with: ":" }, "sha256(item)"],
  },
  handshake: META_HANDSHAKE,
  answer: META_ANSWER,
  retries: META_RETRIES,
};

export const messenger: Preset = {
  title: "Messenger and Instagram messages",
  description: `${META_SECRETS}Each message, postback or receipt is an event.`,
  docs: "https://developers.facebook.com/docs/messenger-platform/webhooks",
  verify: META_SIGNATURE,
  accept: ["json"],
  split: "$.entry[*].messaging",
  event: {
    id: ["$.message.mid", "$.postback.mid", "sha256(item)"],
    type: "root:$.object",
    subject: "$.sender.id",
    time: { from: "$.timestamp", unit: "ms" },
    dedupeKey: "sha256(item)",
  },
  handshake: META_HANDSHAKE,
  answer: META_ANSWER,
  retries: META_RETRIES,
};

export const dropbox: Preset = {
  title: "Dropbox",
  description:
    "The secret is the app secret. The body is signed; it only names the accounts in which something changed, and is the " +
    "same each time. So every request is an event of its own, told apart by the ray id that Cloudflare gives it, and who " +
    "has captured a request can send it again. Let the workflow ask Dropbox what changed (list_folder/continue).",
  docs: "https://www.dropbox.com/developers/reference/webhooks",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-dropbox-signature" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: ["header:cf-ray", "sha256(body)"],
    type: "const:list_folder",
    subject: "$.list_folder.accounts[0]",
    dedupeKey: ["header:cf-ray", "sha256(body)"],
  },
  handshake: [
    {
      when: { method: "GET", match: [{ from: "query:challenge", is: "given" }] },
      verified: false,
      answer: { body: "{query:challenge}", headers: { "X-Content-Type-Options": "nosniff" } },
    },
  ],
  answer: { accepted: { status: 200, body: "" } },
  retries: "Waits 10 seconds. Tries again for a while; an app whose URL keeps failing may be disabled.",
};

export const microsoftGraph: Preset = {
  title: "Microsoft Graph",
  description:
    "Change notifications. Nothing is signed; the secret is the clientState that the subscription was made with, which every " +
    "notification shows and which is removed. It proves the sender, but neither the body nor the time. One clientState for " +
    "all subscriptions of a source: it is looked for in the first notification of a request.",
  docs: "https://learn.microsoft.com/graph/change-notifications-delivery-webhooks",
  verify: { family: "token", at: "$.value[0].clientState" },
  accept: ["json"],
  split: "$.value",
  redact: ["$.value[*].clientState"],
  event: {
    id: ["$.id", "sha256(item)"],
    type: ["$.changeType", "$.lifecycleEvent"],
    subject: ["$.resourceData.id", "$.resource", "$.subscriptionId"],
    // Two changes of one thing may look the same; the request as a whole is delivered again with the same body.
    dedupeKey: ["$.id", { join: ["header:cf-ray", "sha256(item)"], with: ":" }, "sha256(item)"],
  },
  handshake: [
    {
      when: { match: [{ from: "query:validationToken", is: "given" }] },
      verified: false,
      answer: { body: "{query:validationToken}" },
    },
  ],
  retries:
    "Waits 10 seconds and tries for 4 hours. A URL that is slow more often than in 15 of 100 cases has its notifications " +
    "dropped for 10 minutes.",
};

export const twitch: Preset = {
  title: "Twitch EventSub",
  description:
    "The secret is the one that the subscription was made with. Id, time and body are signed, and so is the challenge by " +
    "which Twitch checks the URL. A revoked subscription comes as an event with $.subscription.status.",
  docs: "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:twitch-eventsub-message-signature", prefix: "sha256=" },
    timestamp: { from: "header:twitch-eventsub-message-timestamp", unit: "iso", toleranceSeconds: 600 },
    content: "{header:twitch-eventsub-message-id}{ts}{body}",
  },
  accept: ["json"],
  event: {
    id: "header:twitch-eventsub-message-id",
    type: "$.subscription.type",
    subject: ["$.event.broadcaster_user_id", "$.event.user_id", "$.subscription.id"],
    time: { from: "header:twitch-eventsub-message-timestamp", unit: "iso" },
    dedupeKey: "header:twitch-eventsub-message-id",
  },
  handshake: [
    {
      when: {
        match: [
          { from: "header:twitch-eventsub-message-type", equals: "webhook_callback_verification" },
          { from: "$.challenge", is: "given" },
        ],
      },
      verified: true,
      answer: { body: "{$.challenge}" },
    },
  ],
};
