// The senders of `presets/work` that sign, by their formulas in Node's crypto. Their handshakes and answers are in
// `work-handshakes`, monday.com is in `monday`. Fixed clock, no network.
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { NOW, outcome, request, sourceOf } from "../requests.ts";
import {
  describeSender,
  hmacBase64,
  hmacHex,
  JSON_HEADERS,
  onlyEvent,
  received,
  type Sender,
} from "./known-answers.ts";

const AIRTABLE: Sender = {
  preset: "airtable",
  secret: Buffer.from("airtable mac secret, 32 bytes ..").toString("base64"),
  otherSecret: Buffer.from("another mac secret, 32 bytes ...").toString("base64"),
  signatureHeader: "x-airtable-content-mac",
  body: JSON.stringify({
    base: { id: "appABC" },
    webhook: { id: "achDEF" },
    timestamp: "2026-11-23T09:19:58.663Z",
  }),
  sign: (body, secret) => ({
    "x-airtable-content-mac": `hmac-sha256=${createHmac("sha256", Buffer.from(secret, "base64")).update(body).digest("hex")}`,
  }),
  events: [
    {
      id: "achDEF:2026-11-23T09:19:58.663Z",
      type: "base.changed",
      subject: "appABC",
      time: "2026-11-23T09:19:58.663Z",
      dedupeKey: "achDEF:2026-11-23T09:19:58.663Z",
    },
  ],
};

const NOTION: Sender = {
  preset: "notion",
  secret: "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl",
  otherSecret: "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBm",
  signatureHeader: "x-notion-signature",
  body: JSON.stringify({
    id: "367cba44-b6f3-4c92-81e7-6a2e9659efd4",
    timestamp: "2026-11-23T09:19:34.125Z",
    workspace_id: "13950b26-c203-4f3b-b97d-93ec06319565",
    type: "page.created",
    attempt_number: 1,
    entity: { id: "153104cd-477e-809d-8dc4-ff2d96ae3090", type: "page" },
    data: { parent: { id: "13950b26", type: "space" } },
  }),
  sign: (body, secret) => ({ "x-notion-signature": `sha256=${hmacHex(secret, body)}` }),
  events: [
    {
      id: "367cba44-b6f3-4c92-81e7-6a2e9659efd4",
      type: "page.created",
      subject: "153104cd-477e-809d-8dc4-ff2d96ae3090",
      time: "2026-11-23T09:19:34.125Z",
      dedupeKey: "367cba44-b6f3-4c92-81e7-6a2e9659efd4",
    },
  ],
};

const INVOICE = "717f2bfc-c6d4-41fd-b238-3f2f0c0cf777";
const TENANT = "c2cc9b6e-9458-4c7d-93cc-f02b81b0594f";
const XERO: Sender = {
  preset: "xero",
  secret: "xero webhook key==",
  otherSecret: "xero webhook key before==",
  signatureHeader: "x-xero-signature",
  body: JSON.stringify({
    events: [
      {
        resourceUrl: `https://api.xero.com/api.xro/2.0/Invoices/${INVOICE}`,
        resourceId: INVOICE,
        eventDateUtc: "2026-11-23T09:15:39.902",
        eventType: "UPDATE",
        eventCategory: "INVOICE",
        tenantId: TENANT,
        tenantType: "ORGANISATION",
      },
    ],
    lastEventSequence: 1,
    firstEventSequence: 1,
    entropy: "S0m3r4Nd0mt3xt",
  }),
  sign: (body, secret) => ({ "x-xero-signature": hmacBase64(secret, body) }),
  events: [
    {
      id: `${INVOICE}:2026-11-23T09:15:39.902:UPDATE`,
      type: "INVOICE.UPDATE",
      subject: INVOICE,
      dedupeKey: `${TENANT}:${INVOICE}:2026-11-23T09:15:39.902:UPDATE`,
    },
  ],
};

const ASANA: Sender = {
  preset: "asana",
  secret: "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81",
  otherSecret: "c537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81",
  signatureHeader: "x-hook-signature",
  body: JSON.stringify({
    events: [
      {
        user: { gid: "1111", resource_type: "user" },
        created_at: "2026-11-23T09:19:58.411Z",
        action: "changed",
        resource: { gid: "1337", resource_type: "task", resource_subtype: "default_task" },
        parent: null,
        change: { field: "assignee", action: "changed" },
      },
      {
        user: { gid: "1111", resource_type: "user" },
        created_at: "2026-11-23T09:19:59.411Z",
        action: "deleted",
        resource: { gid: "1338", resource_type: "story" },
      },
    ],
  }),
  sign: (body, secret) => ({ "x-hook-signature": hmacHex(secret, body) }),
  events: [
    { type: "task.changed", subject: "1337", time: "2026-11-23T09:19:58.411Z" },
    { type: "story.deleted", subject: "1338", time: "2026-11-23T09:19:59.411Z" },
  ],
};

const TRELLO_URL = "https://hooks.example.com/in/trello/?board=1";
const TRELLO: Sender = {
  preset: "trello",
  config: { publicUrl: TRELLO_URL },
  secret: "trello application secret",
  otherSecret: "trello application secret before",
  signatureHeader: "x-trello-webhook",
  body: JSON.stringify({
    action: {
      id: "51f9424bcd6e040f3c002412",
      type: "updateCard",
      date: "2026-11-23T09:19:55.747Z",
      data: { board: { id: "4d5ea62fd76aa1136000000c" }, card: { id: "51f9385b9aaebdd01e0022a2", name: "Zoë" } },
    },
    model: { id: "4d5ea62fd76aa1136000000c", name: "Trello Development" },
  }),
  sign: (body, secret) => ({ "x-trello-webhook": hmacBase64(secret, `${body}${TRELLO_URL}`, "sha1") }),
  events: [
    {
      id: "51f9424bcd6e040f3c002412",
      type: "updateCard",
      subject: "51f9385b9aaebdd01e0022a2",
      time: "2026-11-23T09:19:55.747Z",
      dedupeKey: "51f9424bcd6e040f3c002412",
    },
  ],
};

const CLICKUP: Sender = {
  preset: "clickup",
  secret: "VF34PY1EUO7OUZCHFMYVWVWY7UKD5LSF1ZL9NWTFU",
  otherSecret: "VF34PY1EUO7OUZCHFMYVWVWY7UKD5LSF1ZL9NWTFV",
  signatureHeader: "x-signature",
  body: JSON.stringify({
    event: "taskStatusUpdated",
    history_items: [{ id: "2800763136717140857", date: "1795425590000", field: "status", after: { status: "done" } }],
    task_id: "1vj37mc",
    webhook_id: "7fa3ec74-69a8-4530-a251-8a13730bd204",
  }),
  sign: (body, secret) => ({ "x-signature": hmacHex(secret, body) }),
  events: [
    {
      id: "2800763136717140857",
      type: "taskStatusUpdated",
      subject: "1vj37mc",
      time: "2026-11-23T09:19:50.000Z",
      dedupeKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ],
};

const SMARTSHEET: Sender = {
  preset: "smartsheet",
  secret: "216ejjzfnitma9tkcmn5z3ihr8",
  otherSecret: "216ejjzfnitma9tkcmn5z3ihr9",
  signatureHeader: "smartsheet-hmac-sha256",
  body: JSON.stringify({
    nonce: "4b2ed20d-6f00-4b0c-8fac-082182aa9aac",
    timestamp: "2026-11-23T09:19:58.000+00:00",
    webhookId: 4503604829677444,
    scope: "sheet",
    scopeObjectId: 5490457379235715,
    events: [
      {
        objectType: "row",
        eventType: "created",
        id: 1776966498740100,
        userId: 2258118617917316,
        timestamp: "2026-11-23T09:19:57.000+00:00",
      },
    ],
  }),
  sign: (body, secret) => ({ "smartsheet-hmac-sha256": hmacHex(secret, body) }),
  events: [
    {
      type: "row.created",
      subject: "1776966498740100",
      time: "2026-11-23T09:19:57.000Z",
      dedupeKey: expect.stringMatching(/^4b2ed20d-6f00-4b0c-8fac-082182aa9aac:[0-9a-f]{64}$/),
    },
  ],
};

for (const sender of [AIRTABLE, NOTION, XERO, ASANA, TRELLO, CLICKUP, SMARTSHEET]) describeSender(sender);

const signed = ({ sign, secret }: Sender, body: string) =>
  request({ ...JSON_HEADERS, ...sign(body, secret, NOW) }, body);

describe("an empty batch is accepted and gives no event", () => {
  test.each([
    ["of Asana, a sign of life", ASANA, '{"events":[]}'],
    ["of Asana, in its older form", ASANA, "{}"],
    [
      "of Xero, its intent to receive",
      XERO,
      '{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"A"}',
    ],
  ])("%s", async (_, sender, body) => {
    const source = sourceOf({ preset: sender.preset, secrets: ["S"] });
    expect(await received(signed(sender, body), source, [sender.secret])).toEqual([]);
  });
});

test("Airtable's secret is the base64 of its key, and nothing else", async () => {
  const source = sourceOf({ preset: "airtable", secrets: ["S"] });
  expect(await outcome(signed(AIRTABLE, AIRTABLE.body), source, ["not base64!"])).toBe("bad-secret");
});

test("Notion counts an event once though its attempt is another", async () => {
  const source = sourceOf({ preset: "notion", secrets: ["S"] });
  const again = signed(NOTION, NOTION.body.replace('"attempt_number":1', '"attempt_number":4'));
  expect((await onlyEvent(again, source, [NOTION.secret])).dedupeKey).toBe("367cba44-b6f3-4c92-81e7-6a2e9659efd4");
});

test("Trello signs the URL that is registered, and not the one that the request came to", async () => {
  const { secret } = TRELLO;
  const here = sourceOf({ preset: "trello", secrets: ["S"], publicUrl: TRELLO_URL });
  const elsewhere = sourceOf({ preset: "trello", secrets: ["S"], publicUrl: "https://hooks.example.com/in/trello" });
  const inbound = { ...signed(TRELLO, TRELLO.body), url: "http://10.0.0.1/in/trello" };
  expect(await outcome(inbound, here, [secret])).toBe("accepted");
  expect(await outcome(inbound, elsewhere, [secret])).toBe("no-match");
});
