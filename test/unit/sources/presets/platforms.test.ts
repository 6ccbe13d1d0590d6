// Meta, Dropbox, Microsoft Graph and Twitch. None has a library here, so their formulas are spelled out in Node's crypto.
// Fixed clock, no network.
import { describe, expect, test } from "vitest";
import { NOW, outcome, request, sourceOf } from "../requests.ts";
import { handshaken } from "./handshaking.ts";
import { describeSender, hmacHex, JSON_HEADERS, onlyEvent, received, type Sender } from "./known-answers.ts";

const APP_SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

function metaSender(preset: "meta" | "whatsapp" | "messenger", body: string, events: Sender["events"]): Sender {
  return {
    preset,
    config: { handshakeSecrets: ["VERIFY_TOKEN"] },
    secret: APP_SECRET,
    otherSecret: `${APP_SECRET}0`,
    signatureHeader: "x-hub-signature-256",
    unsigned: { "x-hub-signature": "sha1=00" },
    body,
    sign: (text, secret) => ({ "x-hub-signature-256": `sha256=${hmacHex(secret, text)}` }),
    events,
  };
}

const PAGE_ENTRY = {
  id: "52310",
  time: 1_795_425_598,
  changes: [{ field: "feed", value: { item: "post", verb: "add" } }],
};
const OTHER_ENTRY = { ...PAGE_ENTRY, id: "52311" };
// Meta escapes what is not ASCII and the slash; the signature is over just that.
const META = metaSender(
  "meta",
  JSON.stringify({ object: "page", entry: [PAGE_ENTRY, OTHER_ENTRY] }).replace('"post"', '"caf\\u00e9 a\\/b"'),
  [
    {
      type: "page.feed",
      subject: "52310",
      data: { ...PAGE_ENTRY, changes: [{ field: "feed", value: { item: "café a/b", verb: "add" } }] },
    },
    { type: "page.feed", subject: "52311", data: OTHER_ENTRY },
  ],
);

const message = {
  from: "16315551181",
  id: "wamid.ABGGFlA5Fpa",
  timestamp: "1795425598",
  type: "text",
  text: { body: "hi" },
};
const status = { id: "wamid.HBgL", status: "read", timestamp: "1795425597", recipient_id: "16315551182" };
const WHATSAPP = metaSender(
  "whatsapp",
  JSON.stringify({
    object: "whatsapp_business_account",
    entry: [
      {
        id: "8856996819413533",
        changes: [
          { field: "messages", value: { messaging_product: "whatsapp", messages: [message] } },
          { field: "messages", value: { messaging_product: "whatsapp", statuses: [status] } },
        ],
      },
      { id: "8856996819413534", changes: [{ field: "account_review_update", value: { decision: "APPROVED" } }] },
    ],
  }),
  [
    { id: "wamid.ABGGFlA5Fpa", type: "messages", subject: "16315551181", time: "2026-11-23T09:19:58.000Z" },
    { id: "wamid.HBgL:read", type: "messages", subject: "16315551182", time: "2026-11-23T09:19:57.000Z" },
    { type: "account_review_update", data: { field: "account_review_update", value: { decision: "APPROVED" } } },
  ],
);

const MESSENGER = metaSender(
  "messenger",
  JSON.stringify({
    object: "instagram",
    entry: [
      {
        id: "17841",
        time: 1_795_425_598_100,
        messaging: [
          {
            sender: { id: "5711" },
            recipient: { id: "17841" },
            timestamp: 1_795_425_598_000,
            message: { mid: "m_1", text: "hi" },
          },
        ],
      },
    ],
  }),
  [{ id: "m_1", type: "instagram", subject: "5711", time: "2026-11-23T09:19:58.000Z" }],
);

const DROPBOX: Sender = {
  preset: "dropbox",
  secret: "dropbox app secret",
  otherSecret: "dropbox other",
  signatureHeader: "x-dropbox-signature",
  body: '{"list_folder":{"accounts":["dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc"]},"delta":{"users":[12345678]}}',
  sign: (body, secret) => ({ "x-dropbox-signature": hmacHex(secret, body) }),
  events: [{ type: "list_folder", subject: "dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc" }],
};

const TWITCH: Sender = {
  preset: "twitch",
  secret: "5f1a6e7cd2e7137ccf9e15b2f43fe63949eb84b1db83c1d5a867dc93429de4e4",
  otherSecret: "5f1a6e7cd2e7137ccf9e15b2f43fe63949eb84b1db83c1d5a867dc93429de4e5",
  signatureHeader: "twitch-eventsub-message-signature",
  toleranceSeconds: 600,
  unsigned: { "twitch-eventsub-subscription-type": "channel.follow", "twitch-eventsub-message-retry": "0" },
  body: JSON.stringify({
    subscription: { id: "f1c2a387", type: "channel.follow", status: "enabled" },
    event: { user_id: "1337", broadcaster_user_id: "12826" },
  }),
  sign: (body, secret, now) => {
    // Twitch writes nine digits of the second.
    const timestamp = new Date(now).toISOString().replace("Z", "000000Z");
    const id = "befa7b53-d79d-478f-86b9-120f112b044e";
    return {
      "twitch-eventsub-message-id": id,
      "twitch-eventsub-message-timestamp": timestamp,
      "twitch-eventsub-message-type": "notification",
      "twitch-eventsub-message-signature": `sha256=${hmacHex(secret, id + timestamp + body)}`,
    };
  },
  events: [
    {
      id: "befa7b53-d79d-478f-86b9-120f112b044e",
      type: "channel.follow",
      subject: "12826",
      time: "2026-11-23T09:20:00.000Z",
      dedupeKey: "befa7b53-d79d-478f-86b9-120f112b044e",
    },
  ],
};

for (const sender of [META, WHATSAPP, MESSENGER, DROPBOX, TWITCH]) describeSender(sender);

describe.each(["meta", "whatsapp", "messenger"])("%s", (preset) => {
  const source = sourceOf({ preset, secrets: ["APP_SECRET"], handshakeSecrets: ["VERIFY_TOKEN"] });
  const query = (token: string) => `?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`;

  test("gives the challenge back to whoever knows the verify token, and to nobody else", async () => {
    const keys = { handshakeSecrets: ["meaty hamsters"] };
    expect(await handshaken(source, { method: "GET", query: query("meaty%20hamsters") }, keys)).toEqual({
      verified: false,
      reply: { status: 200, type: "text/plain", body: "1158201444", headers: {} },
    });
    expect(await handshaken(source, { method: "GET", query: query("guess") }, keys)).toBe("wrong-secret");
    expect(await handshaken(source, { method: "GET", query: "?hub.mode=subscribe" }, keys)).toBe("none");
  });

  test("does not read the SHA-1 header", async () => {
    const headers = { ...JSON_HEADERS, "x-hub-signature": `sha1=${hmacHex(APP_SECRET, META.body, "sha1")}` };
    expect(await outcome(request(headers, META.body), source, [APP_SECRET])).toBe("missing-signature");
  });
});

test("two accounts of whatsapp with the same change have two events", async () => {
  const source = sourceOf({ preset: "whatsapp", secrets: ["S"], handshakeSecrets: ["V"] });
  const keys = await Promise.all(
    ["1", "2"].map(async (id) => {
      const body = JSON.stringify({
        object: "o",
        entry: [{ id, changes: [{ field: "f", value: { decision: "APPROVED" } }] }],
      });
      const inbound = request({ ...JSON_HEADERS, ...WHATSAPP.sign(body, APP_SECRET, NOW) }, body);
      return (await onlyEvent(inbound, source, [APP_SECRET])).dedupeKey;
    }),
  );
  expect(new Set(keys).size).toBe(2);
});

describe("dropbox", () => {
  const source = sourceOf({ preset: "dropbox", secrets: ["S"] });

  test("gives the challenge back, as text that no browser takes for anything else", async () => {
    expect(await handshaken(source, { method: "GET", query: "?challenge=abc123" })).toEqual({
      verified: false,
      reply: { status: 200, type: "text/plain", body: "abc123", headers: { "x-content-type-options": "nosniff" } },
    });
  });

  test("says the same at every change, so Cloudflare's ray id tells its requests apart", async () => {
    const key = async (ray: string) => {
      const headers = { ...JSON_HEADERS, ...DROPBOX.sign(DROPBOX.body, DROPBOX.secret, NOW), "cf-ray": ray };
      return (await onlyEvent(request(headers, DROPBOX.body), source, [DROPBOX.secret])).dedupeKey;
    };
    expect(await key("9e2f-FRA")).not.toBe(await key("9e30-FRA"));
  });
});

describe("microsoft-graph", () => {
  const source = sourceOf({ preset: "microsoft-graph", secrets: ["A", "B"] });
  const notification = (id: string, clientState: unknown = "s3cret") => ({
    subscriptionId: "7f105c7d-2dc5-4530-97cd-4e7ae6534c07",
    changeType: "updated",
    clientState,
    resource: `users/1/messages/${id}`,
    resourceData: { "@odata.type": "#Microsoft.Graph.Message", id },
  });
  const sent = (...value: readonly object[]) => request(JSON_HEADERS, JSON.stringify({ value }));

  test("is accepted by its clientState, old or new, and by nothing else", async () => {
    expect(await outcome(sent(notification("a")), source, ["s3cret"])).toBe("accepted");
    expect(await outcome(sent(notification("a")), source, ["new", "s3cret"])).toBe("accepted");
    expect(await outcome(sent(notification("a", "s3cres")), source, ["s3cret"])).toBe("no-match");
    expect(await outcome(sent(notification("a", null)), source, ["s3cret"])).toBe("missing-token");
    expect(await outcome(sent(), source, ["s3cret"])).toBe("missing-token");
  });

  test("gives an event for each notification, and none shows the clientState", async () => {
    const events = await received(sent(notification("a"), notification("b")), source, ["s3cret"]);
    expect(events).toMatchObject([
      { type: "updated", subject: "a" },
      { type: "updated", subject: "b" },
    ]);
    expect(JSON.stringify(events)).not.toContain("s3cret");
    expect(new Set(events.map(({ dedupeKey }) => dedupeKey)).size).toBe(2);
  });

  test("names what befalls the subscription", async () => {
    const inbound = sent({ subscriptionId: "7f10", clientState: "s3cret", lifecycleEvent: "reauthorizationRequired" });
    expect(await onlyEvent(inbound, source, ["s3cret"])).toMatchObject({
      type: "reauthorizationRequired",
      subject: "7f10",
    });
  });

  test("has its validation token given back, decoded", async () => {
    const query = "?validationToken=Validation%3A+Testing+client+%3Cb%3E";
    expect(await handshaken(source, { query })).toEqual({
      verified: false,
      reply: { status: 200, type: "text/plain", body: "Validation: Testing client <b>", headers: {} },
    });
  });
});

describe("twitch", () => {
  const source = sourceOf({ preset: "twitch", secrets: ["S"] });

  test("has its challenge given back, to a proven sender only", async () => {
    const headers = { "twitch-eventsub-message-type": "webhook_callback_verification" };
    const asked = { headers, json: { challenge: "pogchamp-kappa-360noscope", subscription: { id: "f1c2" } } };
    expect(await handshaken(source, asked)).toMatchObject({
      verified: true,
      reply: { status: 200, type: "text/plain", body: "pogchamp-kappa-360noscope" },
    });
    expect(await handshaken(source, { json: { challenge: "a" } })).toBe("none");
  });

  test("is refused under another id", async () => {
    const headers = { ...JSON_HEADERS, ...TWITCH.sign(TWITCH.body, TWITCH.secret, NOW) };
    const inbound = request({ ...headers, "twitch-eventsub-message-id": "other" }, TWITCH.body);
    expect(await outcome(inbound, source, [TWITCH.secret])).toBe("no-match");
  });
});
