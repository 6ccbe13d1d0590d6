// Presets of services that send and receive mail. Data only.
import type { Preset } from "./preset.ts";

/** As long as Twilio SendGrid goes on trying: it does not say whether a later attempt is signed anew. */
const A_DAY_SECONDS = 86_400;

const SENDGRID_SIGNATURE = {
  family: "pubkey",
  algorithm: "ecdsa-p256-sha256",
  der: true,
  encoding: "base64",
  signature: { from: "header:x-twilio-email-event-webhook-signature" },
  timestamp: {
    from: "header:x-twilio-email-event-webhook-timestamp",
    unit: "s",
    toleranceSeconds: A_DAY_SECONDS,
  },
  content: "{ts}{body}",
  key: { format: "spki-base64" },
} satisfies Preset["verify"];

export const sendgrid: Preset = {
  title: "SendGrid",
  description:
    "The event webhook. The secret is the verification key, a public one, from Mail Settings, Event Webhook, Signature " +
    "Verification. Time and body are signed, and every event in it has an id.",
  docs: "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
  verify: SENDGRID_SIGNATURE,
  accept: ["json"],
  split: "$",
  event: {
    id: "$.sg_event_id",
    type: "$.event",
    subject: ["$.sg_message_id", "$.email"],
    time: { from: "$.timestamp", unit: "s" },
    dedupeKey: "$.sg_event_id",
  },
};

export const sendgridInbound: Preset = {
  title: "SendGrid Inbound Parse",
  description:
    "Mail that arrives at your domain, as a form. The secret is the public key of a security policy with signature " +
    "verification, which must be attached to the parse setting: without one SendGrid signs nothing. Time and body are " +
    "signed. Attachments are named, not kept.",
  docs: "https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks",
  verify: SENDGRID_SIGNATURE,
  accept: ["multipart"],
  event: {
    // Of the data, not of the body: a multipart body has another boundary each time. The headers of the mail are in it.
    id: "sha256(data)",
    type: "const:email.received",
    subject: "$.to",
    dedupeKey: "sha256(data)",
  },
  answer: { accepted: { status: 200, body: "" } },
};

export const postmark: Preset = {
  title: "Postmark",
  description:
    "Signs nothing. The secret is user:password, entered with the webhook as HTTP authentication, or in its URL as " +
    "https://user:password@…. It proves the sender, but neither the body nor the time.",
  docs: "https://postmarkapp.com/developer/webhooks/webhooks-overview",
  verify: { family: "token", at: "basic" },
  accept: ["json"],
  event: {
    id: [
      { join: ["$.RecordType", "$.ID"], with: ":" },
      { join: ["$.RecordType", "$.MessageID"], with: ":" },
      "$.MessageID",
    ],
    // Inbound mail has no record type.
    type: ["$.RecordType", "const:Inbound"],
    subject: "$.MessageID",
    time: { from: ["$.DeliveredAt", "$.BouncedAt", "$.ReceivedAt", "$.ChangedAt"], unit: "iso" },
    dedupeKey: "sha256(body)",
  },
};

export const mailgun: Preset = {
  title: "Mailgun",
  description:
    "The secret is the HTTP webhook signing key. Mailgun signs a time and a token that is used once, and not the event " +
    "beside them: so the token is the dedupe key, and a captured request is good for nothing once it has been accepted.",
  docs: "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "$.signature.signature" },
    // Mailgun goes on trying for 8 hours, and does not say whether a later attempt is signed anew.
    timestamp: { from: "$.signature.timestamp", unit: "s", toleranceSeconds: A_DAY_SECONDS },
    content: "{ts}{$.signature.token}",
  },
  accept: ["json"],
  redact: ["$.signature.signature"],
  event: {
    id: ["$.event-data.id", "$.signature.token"],
    type: "$.event-data.event",
    subject: ["$.event-data.message.headers.message-id", "$.event-data.recipient"],
    time: { from: "$.event-data.timestamp", unit: "s" },
    data: ["$.event-data", "$"],
    dedupeKey: "$.signature.token",
  },
  retries: "Tries for 8 hours after anything but 200 and 406. 406 tells it to give an event up.",
};

export const mandrill: Preset = {
  title: "Mailchimp Transactional (Mandrill)",
  description:
    "The secret is the webhook's key. publicUrl must be the URL as it is entered at Mandrill: it is signed, together with " +
    "the field that holds the events. No time is signed. The test on saving is signed with another key, and refused.",
  docs: "https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/",
  verify: {
    family: "hmac",
    hash: "sha1",
    encoding: "base64",
    signature: { from: "header:x-mandrill-signature" },
    content: "{url}mandrill_events{form:mandrill_events}",
  },
  accept: ["form"],
  payload: { field: "mandrill_events", as: "json", keepForm: false, optional: false },
  split: "$",
  event: {
    id: [{ join: ["$.event", "$._id", "$.ts"], with: ":" }, "sha256(item)"],
    type: ["$.event", "$.type"],
    subject: ["$._id", "$.msg.email"],
    time: { from: "$.ts", unit: "s" },
    dedupeKey: "sha256(item)",
  },
  // Before a webhook is saved Mandrill looks whether its URL is there.
  handshake: [{ when: { method: "HEAD" }, verified: false }],
  answer: { accepted: { status: 200, body: "" } },
};
