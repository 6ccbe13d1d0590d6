// Slack's events, commands and interactions, against Slack's published example and its own library. Fixed clock, no network.
import { verifySlackRequest } from "@slack/bolt";
import { describe, expect, test } from "vitest";
import { NOW, NOW_SECONDS, outcome, request, sourceOf } from "../requests.ts";
import { handshaken } from "./handshaking.ts";
import {
  describeSender,
  FORM_HEADERS,
  type Headers,
  hmacHex,
  JSON_HEADERS,
  onlyEvent,
  type Sender,
} from "./known-answers.ts";

/** Published, with the command and the signature below. */
const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const COMMAND =
  "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const PUBLISHED = {
  "x-slack-request-timestamp": "1531420618",
  "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
};
const PUBLISHED_AT = 1_531_420_618_000;

function slackHeaders(body: string, secret: string, now: number): Headers {
  const timestamp = String(Math.floor(now / 1_000));
  return {
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${hmacHex(secret, `v0:${timestamp}:${body}`)}`,
  };
}

function isSlacks(body: string, headers: Headers, signingSecret: string): boolean {
  const own = {
    "x-slack-signature": headers["x-slack-signature"] ?? "",
    "x-slack-request-timestamp": Number(headers["x-slack-request-timestamp"]),
  };
  try {
    verifySlackRequest({ signingSecret, body, headers: own, nowMilliseconds: NOW });
    return true;
  } catch {
    return false;
  }
}

const SLACK: Sender = {
  preset: "slack",
  secret: SECRET,
  otherSecret: `${SECRET}0`,
  signatureHeader: "x-slack-signature",
  toleranceSeconds: 300,
  unsigned: { "x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout" },
  body: JSON.stringify({
    token: "XXYYZZ",
    team_id: "TXXXXXXXX",
    api_app_id: "AXXXXXXXXX",
    event: { type: "message", subtype: "bot_message", channel: "C0LAN2Q65", text: "naïve $&" },
    type: "event_callback",
    event_id: "Ev08MFMKH6",
    event_time: 1_795_425_598,
  }),
  sign: slackHeaders,
  isGenuine: isSlacks,
  events: [
    {
      id: "Ev08MFMKH6",
      type: "message.bot_message",
      subject: "C0LAN2Q65",
      time: "2026-11-23T09:19:58.000Z",
      dedupeKey: "Ev08MFMKH6",
    },
  ],
};

describeSender(SLACK);

const source = sourceOf({ preset: "slack", secrets: ["S"] });
const sent = (type: Headers, body: string) => request({ ...type, ...slackHeaders(body, SECRET, NOW) }, body);

describe("slack's published example", () => {
  test("is accepted at its time, and stale since", async () => {
    const inbound = request({ ...FORM_HEADERS, ...PUBLISHED }, COMMAND);
    expect(await outcome(inbound, source, [SECRET], PUBLISHED_AT)).toBe("accepted");
    expect(await outcome(inbound, source, [SECRET])).toBe("stale");
  });

  test("is a command, without its verification token", async () => {
    const event = await onlyEvent(sent(FORM_HEADERS, COMMAND), source, [SECRET]);
    expect(event).toMatchObject({
      id: "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
      type: "/webhook-collect",
      subject: "G8PSS9T3V",
      data: { command: "/webhook-collect", user_name: "roadrunner", text: "" },
      dedupeKey: "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
    });
    expect(event.data).not.toHaveProperty("token");
  });
});

test("an interaction is read out of its form", async () => {
  const payload = {
    type: "block_actions",
    token: "9s8d9as89d8as9d8as989",
    trigger_id: "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
    user: { id: "UA8RXUSPL" },
    actions: [{ action_id: "approve", value: "1" }],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const { token: _, ...data } = payload;
  expect(await onlyEvent(sent(FORM_HEADERS, body), source, [SECRET])).toMatchObject({
    id: payload.trigger_id,
    type: "block_actions",
    subject: "UA8RXUSPL",
    data,
  });
});

test("a notice without an inner event has the type of the whole", async () => {
  const body = '{"token":"t","type":"app_rate_limited","team_id":"T123456","minute_rate_limited":1518467820}';
  const event = await onlyEvent(sent(JSON_HEADERS, body), source, [SECRET]);
  expect(event).toMatchObject({ type: "app_rate_limited", data: { team_id: "T123456" } });
});

describe("slack's questions", () => {
  test("a challenge is given back, to a proven sender only", async () => {
    const asked = { json: { token: "Jhj5dZrVaK7ZwHHjRyZWjbDl", challenge: "3eZbrw1aBm2rZ", type: "url_verification" } };
    expect(await handshaken(source, asked, { secret: SECRET })).toEqual({
      verified: true,
      reply: { status: 200, type: "text/plain", body: "3eZbrw1aBm2rZ", headers: {} },
    });
  });

  test("a look at the certificate is answered with 200", async () => {
    const answered = await handshaken(source, { form: "token=a&ssl_check=1" });
    expect(answered).toMatchObject({ verified: false, reply: { status: 200, body: null } });
  });

  test("an event is not a question", async () => {
    expect(await handshaken(source, { json: JSON.parse(SLACK.body) })).toBe("none");
    expect(await handshaken(source, { form: COMMAND })).toBe("none");
  });
});

test("what a person waits for is answered with nothing to read", () => {
  expect(source.answers.accepted).toMatchObject({ status: 200, body: "" });
});

describe("where Slack's library is milder", () => {
  test("a signature from the future passes there and is refused here", async () => {
    const headers = slackHeaders(SLACK.body, SECRET, NOW + 301_000);
    expect(isSlacks(SLACK.body, headers, SECRET)).toBe(true);
    expect(await outcome(request({ ...JSON_HEADERS, ...headers }, SLACK.body), source, [SECRET])).toBe("future");
  });

  test("text behind a second = passes there and is refused here", async () => {
    const headers = slackHeaders(SLACK.body, SECRET, NOW);
    const longer = { ...headers, "x-slack-signature": `${headers["x-slack-signature"]}=more` };
    expect(isSlacks(SLACK.body, longer, SECRET)).toBe(true);
    expect(await outcome(request({ ...JSON_HEADERS, ...longer }, SLACK.body), source, [SECRET])).toBe("no-match");
  });

  test("another version is refused by both", async () => {
    const headers = slackHeaders(SLACK.body, SECRET, NOW);
    const v1 = { ...headers, "x-slack-signature": (headers["x-slack-signature"] ?? "").replace("v0=", "v1=") };
    expect(isSlacks(SLACK.body, v1, SECRET)).toBe(false);
    expect(await outcome(request({ ...JSON_HEADERS, ...v1 }, SLACK.body), source, [SECRET])).toBe(
      "malformed-signature",
    );
  });
});

test("a time with anything behind its digits is refused", async () => {
  const timestamp = `${NOW_SECONDS}.0`;
  const headers = {
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${hmacHex(SECRET, `v0:${timestamp}:${SLACK.body}`)}`,
  };
  expect(await outcome(request({ ...JSON_HEADERS, ...headers }, SLACK.body), source, [SECRET])).toBe(
    "malformed-timestamp",
  );
});
