// Presets of customer relationship systems. Data only. HubSpot's are in `hubspot`.
import type { Preset } from "./preset.ts";

/** Salesforce takes nothing else for an answer, whatever the status says. */
const SOAP_ACK =
  '<?xml version="1.0" encoding="UTF-8"?>' +
  '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>' +
  '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>' +
  "</soapenv:Body></soapenv:Envelope>";

export const salesforceOutboundMessage: Preset = {
  title: "Salesforce outbound message",
  description:
    "Outbound messages are not signed. Make up a long random secret, put it into the endpoint URL as ?token=…, and pin the " +
    'organization: "assert": {"$.Envelope.Body.notifications.OrganizationId": "00D…"}. Whoever learns the URL and the ' +
    "organization can send anything. Expressions see the record: data.Id, data.Name. Do not tick Send Session ID; one that " +
    "is sent is removed.",
  docs: "https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging.htm",
  verify: { family: "token", at: "query:token" },
  accept: ["xml"],
  split: "$.Envelope.Body.notifications.Notification",
  redact: ["$.Envelope.Body.notifications.SessionId"],
  event: {
    id: ["$.Id", "sha256(item)"],
    type: ["$.sObject.@type", "const:event"],
    subject: "$.sObject.Id",
    time: { from: ["$.sObject.LastModifiedDate", "$.sObject.SystemModstamp"], unit: "iso" },
    data: ["$.sObject", "$"],
    dedupeKey: ["$.Id", "sha256(item)"],
  },
  answer: { accepted: { status: 200, type: "text/xml", body: SOAP_ACK } },
  retries:
    "Tries again for 24 hours, at intervals of up to 2 hours, until it reads the SOAP answer with Ack true. Messages may " +
    "come twice and out of order, and tell the record's state when they are sent.",
};

export const salesforceFlow: Preset = {
  title: "Salesforce Flow",
  description:
    "An HTTP callout of a flow, whose named credential sends 'Authorization: Bearer …'. For a header of your own or for " +
    "Basic replace verify. It proves the sender, but neither the body nor the time. Give the body an id: without one, " +
    "equal bodies count once.",
  docs: "https://help.salesforce.com/s/articleView?id=platform.flow_http_callout_guidelines_authenticating.htm&type=5",
  verify: { family: "token", at: "bearer" },
  accept: ["json"],
  event: {
    id: ["$.id", "sha256(body)"],
    type: ["$.type", "const:event"],
    subject: "$.recordId",
    dedupeKey: ["$.id", "sha256(body)"],
  },
  retries: "Never tries again: the flow goes down its fault path.",
};

export const pipedrive: Preset = {
  title: "Pipedrive",
  description:
    "Webhooks v2. The secret is user:password, as entered for HTTP auth with the webhook. It proves the sender, but neither " +
    "the body nor the time. Expressions see data.data and data.previous. The subject is the id of the deal, person or " +
    "organization.",
  docs: "https://pipedrive.readme.io/docs/guide-for-webhooks-v2",
  verify: { family: "token", at: "basic" },
  accept: ["json"],
  event: {
    id: ["$.meta.id", "sha256(body)"],
    type: { join: ["$.meta.entity", "$.meta.action"], with: "." },
    subject: "$.meta.entity_id",
    time: { from: "$.meta.timestamp", unit: "iso" },
    dedupeKey: ["$.meta.id", "sha256(body)"],
  },
  retries: "Waits 10 seconds for a 2xx. Endpoints that keep failing are banned for a while.",
};

export const zohoCrm: Preset = {
  title: "Zoho CRM",
  description:
    "The secret is the token that was chosen when the notification channel was enabled, up to 50 characters. It stands in " +
    "the body and is removed from it; it proves neither the body nor the time. Events carry ids and no fields: fetch the " +
    "records. A channel ends by itself after a day at most: set expectEvery, and renew it.",
  docs: "https://www.zoho.com/crm/developer/docs/api/v8/notifications/overview.html",
  verify: { family: "token", at: "$.token" },
  accept: ["json"],
  event: {
    // Of the data, which is without the token: so the key stays the same while the token changes.
    id: "sha256(data)",
    type: [{ join: ["$.module", "$.operation"], with: "." }, "const:event"],
    subject: "$.ids[0]",
    time: { from: "$.server_time", unit: "ms" },
    dedupeKey: "sha256(data)",
  },
};

export const close: Preset = {
  title: "Close",
  description:
    "The secret is the subscription's signature_key, in hex, as the API gave it when the webhook was made. Time and body " +
    "are signed. Expressions see the event: data.data is the record, data.previous_data what it was.",
  docs: "https://developer.close.com/api/resources/webhooks",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:close-sig-hash" },
    timestamp: { from: "header:close-sig-timestamp", unit: "s", toleranceSeconds: 300 },
    content: "{ts}{body}",
    key: { encoding: "hex" },
  },
  accept: ["json"],
  event: {
    id: "$.event.id",
    type: { join: ["$.event.object_type", "$.event.action"], with: "." },
    subject: ["$.event.object_id", "$.event.data.id"],
    time: { from: "$.event.date_created", unit: "iso" },
    data: ["$.event", "$"],
    dedupeKey: "$.event.id",
  },
};

export const attio: Preset = {
  title: "Attio",
  description:
    "The secret is the webhook's, as given when it was made. Only the body is signed, and it may be the same for two " +
    "changes, so the unsigned Idempotency-Key is part of the dedupe key: who has captured a request can send it again as " +
    "new, though never with another body. Events carry ids and no values: fetch the record.",
  docs: "https://docs.attio.com/rest-api/guides/webhooks",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    // Two names of one signature. There is no signed time: guides that tell of x-attio-timestamp made it up.
    signature: { from: ["header:attio-signature", "header:x-attio-signature"] },
    content: "{body}",
  },
  accept: ["json"],
  split: "$.events",
  event: {
    id: [{ join: ["header:idempotency-key", "sha256(item)"], with: ":" }, "sha256(item)"],
    type: "$.event_type",
    subject: ["$.id.record_id", "$.id.entry_id", "$.id.task_id", "$.id.note_id", "$.id.comment_id", "$.id.list_id"],
    dedupeKey: [{ join: ["header:idempotency-key", "sha256(item)"], with: ":" }, "sha256(item)"],
  },
  answer: { accepted: { status: 200, body: "" } },
  retries: "Wants 200 or 202. Tries 10 times over 3 days; then the webhook is marked as degraded.",
};
