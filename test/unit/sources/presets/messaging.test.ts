// Zoom, Discord, Telegram and LINE. None has a library here, so their formulas are spelled out in Node's crypto. Fixed
// clock, no network. Slack and Twilio have files of their own.
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { NOW, outcome, request, sourceOf } from "../requests.ts";
import { handshaken } from "./handshaking.ts";
import { describeSender, hmacBase64, hmacHex, JSON_HEADERS, onlyEvent, type Sender } from "./known-answers.ts";

const ZOOM: Sender = {
  preset: "zoom",
  secret: "yXyTq4VhS8qJ2pAq5u0NnA",
  otherSecret: "yXyTq4VhS8qJ2pAq5u0NnB",
  signatureHeader: "x-zm-signature",
  toleranceSeconds: 300,
  unsigned: { "x-zm-trackingid": "WEB_8a4c" },
  body: JSON.stringify({
    event: "meeting.started",
    event_ts: 1_795_425_598_849,
    payload: { account_id: "AAAAAABBBB", object: { id: "1234567890", uuid: "4444AAAiAAAAAiAiAiiAii==", topic: "ü" } },
  }),
  sign: (body, secret, now) => {
    const timestamp = String(Math.floor(now / 1_000));
    return {
      "x-zm-request-timestamp": timestamp,
      "x-zm-signature": `v0=${hmacHex(secret, `v0:${timestamp}:${body}`)}`,
    };
  },
  events: [{ type: "meeting.started", subject: "4444AAAiAAAAAiAiAiiAii==", time: "2026-11-23T09:19:58.849Z" }],
};

const LINE: Sender = {
  preset: "line",
  secret: "8c570fa6dd201bb328f1c1eac23a96d8",
  otherSecret: "8c570fa6dd201bb328f1c1eac23a96d9",
  signatureHeader: "x-line-signature",
  body: JSON.stringify({
    destination: "U8e742f61d673b39c7fff3cecb7536ef0",
    events: [
      {
        type: "message",
        webhookEventId: "01FZ74A0TDDPYRVKNK77XKC3ZR",
        timestamp: 1_795_425_598_000,
        source: { type: "user", userId: "U8189cf6745fc0d808977bdb0b9f22995" },
        message: { type: "text", text: "@All こんにちは" },
      },
      { type: "follow", webhookEventId: "01FZ74ASS536FW97EX38NKCZQK", timestamp: 1_795_425_598_001 },
    ],
  }),
  sign: (body, secret) => ({ "x-line-signature": hmacBase64(secret, body) }),
  events: [
    {
      id: "01FZ74A0TDDPYRVKNK77XKC3ZR",
      type: "message",
      subject: "U8189cf6745fc0d808977bdb0b9f22995",
      time: "2026-11-23T09:19:58.000Z",
      dedupeKey: "01FZ74A0TDDPYRVKNK77XKC3ZR",
    },
    { id: "01FZ74ASS536FW97EX38NKCZQK", type: "follow", time: "2026-11-23T09:19:58.001Z" },
  ],
};

/** The first two test keys of RFC 8032, section 7.1, as PKCS #8. */
const PKCS8_ED25519 = "302e020100300506032b657004220420";
const DISCORD_PRIVATE = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const OTHER_PRIVATE = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";

function ed25519(privateHex: string) {
  const key = createPrivateKey({ key: Buffer.from(PKCS8_ED25519 + privateHex, "hex"), format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return { key, publicHex: spki.subarray(-32).toString("hex") };
}

const discordKey = ed25519(DISCORD_PRIVATE);
const otherKey = ed25519(OTHER_PRIVATE);
const KEYS = new Map([discordKey, otherKey].map(({ key, publicHex }) => [publicHex, key]));

const DISCORD: Sender = {
  preset: "discord",
  secret: discordKey.publicHex,
  otherSecret: otherKey.publicHex,
  signatureHeader: "x-signature-ed25519",
  toleranceSeconds: 300,
  body: JSON.stringify({
    version: 1,
    application_id: "1234560123453231555",
    type: 1,
    event: {
      type: "APPLICATION_AUTHORIZED",
      timestamp: "2026-11-23T09:19:58.421000Z",
      data: { integration_type: 1, user: { id: "145346256237645824" } },
    },
  }),
  sign: (body, publicHex, now) => {
    const timestamp = String(Math.floor(now / 1_000));
    const key = KEYS.get(publicHex);
    if (key === undefined) throw new Error("There is no private key for this public key.");
    return {
      "x-signature-timestamp": timestamp,
      "x-signature-ed25519": sign(null, Buffer.from(timestamp + body), key).toString("hex"),
    };
  },
  events: [{ type: "APPLICATION_AUTHORIZED", subject: "145346256237645824", time: "2026-11-23T09:19:58.421Z" }],
};

for (const sender of [ZOOM, LINE, DISCORD]) describeSender(sender);

describe("zoom", () => {
  const source = sourceOf({ preset: "zoom", secrets: ["S"] });
  const asked = {
    json: { payload: { plainToken: "qgg8vlvZRS6UYooatFL8Aw" }, event_ts: 1, event: "endpoint.url_validation" },
  };

  test("has its challenge signed, for a proven sender only", async () => {
    const answered = await handshaken(source, asked, { secret: ZOOM.secret });
    if (typeof answered === "string") throw new Error(answered);
    expect(answered).toMatchObject({ verified: true, reply: { status: 200, type: "application/json" } });
    expect(JSON.parse(answered.reply?.body ?? "")).toEqual({
      plainToken: "qgg8vlvZRS6UYooatFL8Aw",
      encryptedToken: hmacHex(ZOOM.secret, "qgg8vlvZRS6UYooatFL8Aw"),
    });
  });

  test("is answered with 200 and nothing, which it counts", () => {
    expect(source.answers.accepted).toMatchObject({ status: 200, body: "" });
  });

  test("has no event mistaken for a challenge", async () => {
    expect(await handshaken(source, { json: JSON.parse(ZOOM.body) }, { secret: ZOOM.secret })).toBe("none");
  });
});

describe("discord", () => {
  const source = sourceOf({ preset: "discord", secrets: ["S"] });

  test("has its ping answered with 204, for a proven sender only", async () => {
    const ping = { json: { version: 1, application_id: "1234560123453231555", type: 0 } };
    expect(await handshaken(source, ping)).toMatchObject({ verified: true, reply: { status: 204, body: null } });
    expect(await handshaken(source, { json: JSON.parse(DISCORD.body) })).toBe("none");
    expect(source.answers.accepted).toMatchObject({ status: 204, body: "" });
  });

  test("takes a public key and no other secret", async () => {
    const inbound = request({ ...JSON_HEADERS, ...DISCORD.sign(DISCORD.body, DISCORD.secret, NOW) }, DISCORD.body);
    expect(await outcome(inbound, source, ["a bot token"])).toBe("bad-secret");
  });
});

describe("line", () => {
  test("is accepted with no events, by which it tries the URL", async () => {
    const source = sourceOf({ preset: "line", secrets: ["S"] });
    const body = '{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}';
    const inbound = request({ ...JSON_HEADERS, ...LINE.sign(body, LINE.secret, NOW) }, body);
    expect(await outcome(inbound, source, [LINE.secret])).toBe("accepted");
    await expect(onlyEvent(inbound, source, [LINE.secret])).rejects.toThrow();
  });
});

describe("telegram", () => {
  const source = sourceOf({ preset: "telegram", secrets: ["A", "B"] });
  const update = {
    update_id: 10_000,
    message: {
      message_id: 1365,
      date: 1_795_425_598,
      chat: { id: -1_001_111_111_111_111, type: "private" },
      text: "/start",
    },
  };
  const sent = (token: string) =>
    request({ ...JSON_HEADERS, "x-telegram-bot-api-secret-token": token }, JSON.stringify(update));

  test("is accepted by the token, old or new, and by nothing else", async () => {
    expect(await outcome(sent("t0ken"), source, ["t0ken"])).toBe("accepted");
    expect(await outcome(sent("t0ken"), source, ["other", "t0ken"])).toBe("accepted");
    expect(await outcome(sent("t0kem"), source, ["t0ken"])).toBe("no-match");
    expect(await outcome(sent(""), source, ["t0ken"])).toBe("missing-token");
  });

  test("gives the update", async () => {
    expect(await onlyEvent(sent("t0ken"), source, ["t0ken"])).toMatchObject({
      id: "10000",
      type: "update",
      subject: "-1001111111111111",
      time: "2026-11-23T09:19:58.000Z",
      data: update,
      dedupeKey: "10000",
    });
  });
});
