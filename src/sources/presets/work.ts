// Presets of work management: boards, bases, tasks, pages, books. Data only.
import type { Preset } from "./preset.ts";

export const monday: Preset = {
  title: "monday.com",
  description:
    "The secret is the signing secret of the app that made the webhook, for some of its webhooks the client secret: list " +
    "both. The token names publicUrl and ends within minutes, but covers no body: while it lasts, who has captured it can " +
    "send anything. Webhooks that are made by hand on a board carry no token, and are refused here.",
  docs: "https://developer.monday.com/apps/docs/integration-authorization",
  verify: {
    family: "jwt",
    from: "header:authorization",
    algorithms: ["HS256"],
    keys: { from: "secrets", format: "utf8" },
    audience: "publicUrl",
  },
  accept: ["json"],
  event: {
    id: ["$.event.triggerUuid", "sha256(body)"],
    type: ["$.event.type", "const:event"],
    subject: ["$.event.pulseId", "$.event.boardId"],
    time: { from: "$.event.triggerTime", unit: "iso" },
    data: ["$.event", "$"],
    dedupeKey: ["$.event.triggerUuid", "sha256(body)"],
  },
  handshake: [
    {
      when: {
        match: [
          { from: "$.challenge", is: "given" },
          { from: "$.event", is: "absent" },
        ],
      },
      verified: false,
      answer: { type: "application/json", body: "{body}" },
    },
  ],
  answer: { accepted: { status: 200, body: "" } },
  retries: "Tries again once a minute for 30 minutes.",
};

export const airtable: Preset = {
  title: "Airtable",
  description:
    "The secret is macSecretBase64, as given when the webhook was made. Only the body is signed; it tells base, webhook " +
    "and time, and no change: fetch the payloads from Airtable by its cursor. A webhook ends after 7 days unless it is " +
    "refreshed: set expectEvery.",
  docs: "https://airtable.com/developers/web/api/webhooks-overview",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-airtable-content-mac", prefix: "hmac-sha256=" },
    content: "{body}",
    key: { encoding: "base64" },
  },
  accept: ["json"],
  event: {
    id: [{ join: ["$.webhook.id", "$.timestamp"], with: ":" }, "sha256(body)"],
    type: "const:base.changed",
    subject: "$.base.id",
    time: { from: "$.timestamp", unit: "iso" },
    dedupeKey: [{ join: ["$.webhook.id", "$.timestamp"], with: ":" }, "sha256(body)"],
  },
  // 200 or 204, and nothing in it.
  answer: { accepted: { status: 200, body: "" } },
};

export const notion: Preset = {
  title: "Notion",
  description:
    "The secret is the verification_token that Notion sends once, unsigned, when the subscription is made. Set the source's " +
    "state to pending, make the subscription, and it is kept; or list it as a secret. Notion wants the token typed into its " +
    "own page before it activates the subscription, and what is captured here is never shown: to be able to do so, receive " +
    "it elsewhere first and list it as a secret. Only the body is signed, without a time; the event's id stands in it. Events carry ids and no content: fetch the page.",
  docs: "https://developers.notion.com/reference/webhooks",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-notion-signature", prefix: "sha256=" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: "$.id",
    type: "$.type",
    subject: "$.entity.id",
    time: { from: "$.timestamp", unit: "iso" },
    // Not a hash: attempt_number is another one each time.
    dedupeKey: "$.id",
  },
  handshake: [
    {
      when: {
        match: [
          { from: "$.verification_token", is: "given" },
          { from: "$.type", is: "absent" },
        ],
      },
      verified: false,
      capture: "$.verification_token",
    },
  ],
  answer: { accepted: { status: 200, body: "" } },
};

export const xero: Preset = {
  title: "Xero",
  description:
    "The secret is the app's webhook signing key. Only the body is signed, without a time. When the webhook is set up, Xero " +
    "sends right and wrong signatures and wants 200 and 401, both empty: that is how this source answers. Events carry ids " +
    "and no amounts: fetch the invoice or contact.",
  docs: "https://developer.xero.com/documentation/guides/webhooks/overview/",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "base64",
    signature: { from: "header:x-xero-signature" },
    content: "{body}",
  },
  accept: ["json"],
  split: "$.events",
  event: {
    id: [{ join: ["$.resourceId", "$.eventDateUtc", "$.eventType"], with: ":" }, "sha256(item)"],
    type: { join: ["$.eventCategory", "$.eventType"], with: "." },
    subject: "$.resourceId",
    time: { from: "$.eventDateUtc", unit: "iso" },
    dedupeKey: [{ join: ["$.tenantId", "$.resourceId", "$.eventDateUtc", "$.eventType"], with: ":" }, "sha256(item)"],
  },
  answer: { accepted: { status: 200, body: "" }, rejected: { status: 401, empty: true } },
  retries: "Waits 5 seconds for an empty 200 without cookies. Tries again for 24 hours, then disables the webhook.",
};

export const asana: Preset = {
  title: "Asana",
  description:
    "The secret is X-Hook-Secret, which Asana sends while the webhook is being made: set the source's state to pending " +
    "first, and it is kept and given back; or list it as a secret. One source per webhook, since each has a secret of its " +
    "own. Only the body is signed, without a time. Empty batches are signs of life and start nothing.",
  docs: "https://developers.asana.com/docs/webhooks-guide",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-hook-signature" },
    content: "{body}",
  },
  accept: ["json"],
  split: "$.events",
  event: {
    id: "sha256(item)",
    type: [{ join: ["$.resource.resource_type", "$.action"], with: "." }, "$.action"],
    subject: "$.resource.gid",
    time: { from: "$.created_at", unit: "iso" },
    dedupeKey: "sha256(item)",
  },
  handshake: [
    {
      when: { match: [{ from: "header:x-hook-secret", is: "given" }] },
      verified: false,
      capture: "header:x-hook-secret",
      answer: { headers: { "X-Hook-Secret": "{header:x-hook-secret}" } },
    },
  ],
  // 200 or 204.
  answer: { accepted: { status: 200, body: "" } },
  retries:
    "Waits 10 seconds and tries again for 24 hours. An event may be lost, and is never sent twice on purpose: fetch what " +
    "must not be missed.",
};

export const trello: Preset = {
  title: "Trello",
  description:
    "The secret is the application's secret, shown beside its API key. Body and publicUrl are signed (HMAC-SHA1), without " +
    "a time; the action's id stands in the body. publicUrl is the callbackURL that the webhook was made with. Expressions " +
    "see the action: data.data.card.",
  docs: "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/",
  verify: {
    family: "hmac",
    hash: "sha1",
    encoding: "base64",
    signature: { from: "header:x-trello-webhook" },
    content: "{body}{url}",
  },
  accept: ["json"],
  event: {
    id: "$.action.id",
    type: "$.action.type",
    subject: ["$.action.data.card.id", "$.action.data.board.id", "$.model.id"],
    time: { from: "$.action.date", unit: "iso" },
    data: ["$.action", "$"],
    dedupeKey: "$.action.id",
  },
  handshake: [{ when: { method: "HEAD" }, verified: false }],
  answer: { accepted: { status: 200, body: "" } },
};

export const clickup: Preset = {
  title: "ClickUp",
  description:
    "The secret is the one that the API gave when the webhook was made. Only the body is signed, without a time; the ids " +
    "of the changes stand in it.",
  docs: "https://developer.clickup.com/docs/webhooksignature",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:x-signature" },
    content: "{body}",
  },
  accept: ["json"],
  event: {
    id: ["$.history_items[0].id", "sha256(body)"],
    type: "$.event",
    subject: ["$.task_id", "$.list_id", "$.folder_id", "$.space_id", "$.goal_id"],
    time: { from: "$.history_items[0].date", unit: "ms" },
    dedupeKey: "sha256(body)",
  },
  answer: { accepted: { status: 200, body: "" } },
};

export const smartsheet: Preset = {
  title: "Smartsheet",
  description:
    "The secret is the webhook's sharedSecret, as given when it was made. Only the body is signed, without a time. Events " +
    "carry ids and no cells: fetch the row. Smartsheet asks whether somebody is there when the webhook is enabled and once " +
    "every hundred callbacks; that is answered, and is no event.",
  docs: "https://developers.smartsheet.com/api/smartsheet/guides/webhooks/webhook-verification",
  verify: {
    family: "hmac",
    hash: "sha256",
    encoding: "hex",
    signature: { from: "header:smartsheet-hmac-sha256" },
    content: "{body}",
  },
  accept: ["json"],
  split: "$.events",
  event: {
    id: "sha256(item)",
    type: [{ join: ["$.objectType", "$.eventType"], with: "." }, "const:event"],
    subject: ["$.rowId", "$.id"],
    time: { from: "$.timestamp", unit: "iso" },
    // The nonce tells two callbacks apart whose events are the same within a second.
    dedupeKey: [{ join: ["root:$.nonce", "sha256(item)"], with: ":" }, "sha256(item)"],
  },
  handshake: [
    {
      when: {
        match: [
          { from: "header:smartsheet-hook-challenge", is: "given" },
          { from: "$.events", is: "absent" },
        ],
      },
      verified: false,
      answer: { type: "application/json", body: '{"smartsheetHookResponse":"{header:smartsheet-hook-challenge}"}' },
    },
  ],
  answer: { accepted: { status: 200, body: "" } },
};
