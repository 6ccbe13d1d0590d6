// Presets of chat, calls and bots. Data only.
import type { Preset } from "./preset.ts";

export const slack: Preset = {
  title: "Slack",
  description:
    "Events, slash commands and interactivity of one app. The secret is its signing secret, not the verification token, " +
    "which is removed. Time and body are signed. The type is that of the inner event, of the interaction, or the command.",
  docs: "https://docs.slack.dev/authentication/verifying-requests-from-slack",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-slack-signature", prefix: "v0=" },
    timestamp: { from: "header:x-slack-request-timestamp", unit: "s" },
    content: "v0:{ts}:{body}",
  },
  accept: ["json", "form"],
  // Interactions stand in a field of a form; a slash command is a form without it.
  payload: { field: "payload", as: "json", keepForm: false, optional: true },
  redact: ["$.token"],
  event: {
    id: ["$.event_id", "$.trigger_id", "sha256(body)"],
    type: [{ join: ["$.event.type", "$.event.subtype"], with: "." }, "$.type", "$.command"],
    subject: ["$.event.channel", "$.event.item.channel", "$.channel.id", "$.channel_id", "$.user.id", "$.user_id"],
    time: { from: "$.event_time", unit: "s" },
    dedupeKey: ["$.event_id", "$.trigger_id", "sha256(body)"],
  },
  handshake: [
    {
      when: { match: [{ from: "$.type", equals: "url_verification" }] },
      verified: true,
      answer: { body: "{$.challenge}" },
    },
    // Of the URL of a command Slack asks now and then whether its certificate is good.
    { when: { match: [{ from: "form:ssl_check", equals: "1" }] }, verified: false },
  ],
  // What is answered to a command or a dialog is shown to the person who waits for it: so it is nothing.
  answer: { accepted: { status: 200, body: "" } },
  retries:
    "Waits 3 seconds. Events are tried 3 times more: at once, after 1 and after 5 minutes; commands and interactions never. " +
    "Too many failures within an hour end the subscription.",
};

export const zoom: Preset = {
  title: "Zoom",
  description:
    "The secret is the app's secret token. Time and body are signed. The challenge by which Zoom checks the URL, again and " +
    "again, is answered. Events carry no id: the same body is the same event.",
  docs: "https://developers.zoom.us/docs/api/webhooks/",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-zm-signature", prefix: "v0=" },
    timestamp: { from: "header:x-zm-request-timestamp", unit: "s" },
    content: "v0:{ts}:{body}",
  },
  accept: ["json"],
  event: {
    id: "sha256(body)",
    type: "$.event",
    subject: ["$.payload.object.uuid", "$.payload.object.id", "$.payload.account_id"],
    time: { from: "$.event_ts", unit: "ms" },
    dedupeKey: "sha256(body)",
  },
  handshake: [
    {
      when: {
        match: [
          { from: "$.event", equals: "endpoint.url_validation" },
          { from: "$.payload.plainToken", is: "given" },
        ],
      },
      verified: true,
      answer: {
        type: "application/json",
        body: '{"plainToken":"{$.payload.plainToken}","encryptedToken":"{hmac-hex:$.payload.plainToken}"}',
      },
    },
  ],
  // Zoom counts 200 and 204.
  answer: { accepted: { status: 200, body: "" } },
  retries: "Waits 3 seconds for 200 or 204, and then tries 3 times more.",
};

/** Of the fields and not of the header that names the attempt: only the fields are signed. */
const TWILIO_KEYS = [
  { join: ["$.MessageSid", "$.MessageStatus"], with: ":" },
  { join: ["$.MessageSid", "$.SmsStatus"], with: ":" },
  { join: ["$.RecordingSid", "$.RecordingStatus"], with: ":" },
  { join: ["$.CallSid", "$.CallStatus", "$.SequenceNumber"], with: ":" },
  "sha256(item)",
];

export const twilio: Preset = {
  title: "Twilio",
  description:
    "The secret is the account's auth token. publicUrl must be the URL as it is entered at Twilio, query included: it is " +
    "signed, together with the fields of the form or the hash of a JSON body. No time is signed, nor where one field ends " +
    "and the next begins: who has captured a form can send it again, with its fields cut elsewhere, as new. A request for " +
    "TwiML is answered with an empty response.",
  docs: "https://www.twilio.com/docs/usage/webhooks/webhooks-security",
  verify: { family: "twilio" },
  accept: ["form", "json"],
  // A form is its only item; Event Streams sends a list of events as JSON.
  split: "$",
  event: {
    id: ["$.id", ...TWILIO_KEYS],
    type: [
      "$.MessageStatus",
      "$.SmsStatus",
      "$.RecordingStatus",
      "$.CallStatus",
      "$.EventType",
      "$.StatusCallbackEvent",
      "$.type",
    ],
    subject: ["$.MessageSid", "$.RecordingSid", "$.CallSid", "$.ConversationSid", "$.RoomSid", "$.subject"],
    time: { from: "$.time", unit: "iso" },
    dedupeKey: ["$.id", ...TWILIO_KEYS],
  },
  answer: { accepted: { status: 200, type: "text/xml", body: "<Response/>" } },
  retries:
    "Waits 15 seconds. Whether and how often it tries again is said in the URL's connection overrides (#rc=…), which are " +
    "not part of what is signed.",
};

export const discord: Preset = {
  title: "Discord",
  description:
    "Webhook events of an app; interactions, which want an answer of their own, are not for this. The secret is the app's " +
    "public key, in hex. Time and body are signed. Events carry no id: the same body is the same event.",
  docs: "https://docs.discord.com/developers/events/webhook-events",
  verify: {
    family: "pubkey",
    algorithm: "ed25519",
    encoding: "hex",
    signature: { from: "header:x-signature-ed25519" },
    timestamp: { from: "header:x-signature-timestamp", unit: "s" },
    content: "{ts}{body}",
    key: { format: "raw", encoding: "hex" },
  },
  accept: ["json"],
  event: {
    id: "sha256(body)",
    type: "$.event.type",
    subject: ["$.event.data.user.id", "$.event.data.user_id", "$.event.data.id", "$.application_id"],
    time: { from: "$.event.timestamp", unit: "iso" },
    dedupeKey: "sha256(body)",
  },
  handshake: [{ when: { match: [{ from: "$.type", equals: "0" }] }, verified: true, answer: { status: 204 } }],
  answer: { accepted: { status: 204, body: "" } },
};

export const telegram: Preset = {
  title: "Telegram bot",
  description:
    "The secret is the secret_token that was given to setWebhook. It proves the sender, but neither the body nor the time. " +
    "The update's id counts up for each bot: one source per bot.",
  docs: "https://core.telegram.org/bots/api#setwebhook",
  verify: { family: "token", at: "header:x-telegram-bot-api-secret-token" },
  accept: ["json"],
  event: {
    id: "$.update_id",
    type: "const:update",
    subject: [
      "$.message.chat.id",
      "$.edited_message.chat.id",
      "$.channel_post.chat.id",
      "$.callback_query.from.id",
      "$.inline_query.from.id",
    ],
    time: { from: ["$.message.date", "$.edited_message.edit_date", "$.channel_post.date"], unit: "s" },
    dedupeKey: "$.update_id",
  },
};

export const line: Preset = {
  title: "LINE",
  description:
    "The secret is the channel secret of the Messaging API. The body is signed, and every event in it has an id. No time " +
    "is signed apart from it.",
  docs: "https://developers.line.biz/en/docs/messaging-api/receiving-messages/",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "base64",
    signature: { from: "header:x-line-signature" },
    content: "{body}",
  },
  accept: ["json"],
  split: "$.events",
  event: {
    id: "$.webhookEventId",
    type: "$.type",
    subject: ["$.source.groupId", "$.source.roomId", "$.source.userId"],
    time: { from: "$.timestamp", unit: "ms" },
    dedupeKey: "$.webhookEventId",
  },
  answer: { accepted: { status: 200, body: "" } },
};
