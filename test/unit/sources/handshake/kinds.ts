// The handshakes that senders are known to make, as configuration. Shared by the tests of the parts and of the whole.
import type { Handshake } from "../../../../src/core/source.ts";

export const KINDS = {
  slack: {
    when: { match: [{ from: "$.type", equals: "url_verification" }] },
    verified: true,
    answer: { body: "{$.challenge}" },
  },
  monday: {
    when: { match: [{ from: "$.challenge" }, { from: "$.event", is: "absent" }] },
    verified: false,
    answer: { type: "application/json", body: "{body}" },
  },
  zoom: {
    when: { match: [{ from: "$.event", equals: "endpoint.url_validation" }] },
    verified: true,
    answer: {
      type: "application/json",
      body: '{"plainToken":"{$.payload.plainToken}","encryptedToken":"{hmac-hex:$.payload.plainToken}"}',
    },
  },
  meta: {
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
  dropbox: { when: { method: "GET" }, verified: false, answer: { body: "{query:challenge}" } },
  braintree: {
    when: { method: "GET", match: [{ from: "query:bt_challenge", is: "hex" }] },
    verified: false,
    answer: { body: "{public-key}|{hmac-hex:query:bt_challenge}" },
  },
  graph: {
    when: { match: [{ from: "query:validationToken" }] },
    verified: false,
    answer: { body: "{query:validationToken}" },
  },
  asana: {
    when: { match: [{ from: "header:x-hook-secret" }] },
    verified: false,
    capture: "header:x-hook-secret",
    answer: { headers: { "X-Hook-Secret": "{header:x-hook-secret}" } },
  },
  notion: {
    when: { match: [{ from: "$.verification_token" }, { from: "$.type", is: "absent" }] },
    verified: false,
    capture: "$.verification_token",
  },
  woocommerce: {
    when: { match: [{ from: "form:webhook_id" }, { from: "header:x-wc-webhook-signature", is: "absent" }] },
    verified: false,
  },
  head: { when: { method: "HEAD" }, verified: false },
  cloudEvents: {
    when: { method: "OPTIONS" },
    verified: false,
    answer: { headers: { "WebHook-Allowed-Origin": "{header:webhook-request-origin}" } },
  },
} satisfies Readonly<Record<string, Handshake>>;

/** An HMAC over the body, hex, in one header: what most senders do. */
export const SIGNED = {
  family: "hmac",
  hash: "sha256",
  encoding: "hex",
  signature: { from: "header:x-signature" },
  content: "{body}",
  key: { encoding: "utf8" },
} as const;
