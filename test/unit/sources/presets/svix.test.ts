// The senders of `presets/svix`: the libraries of Svix and of Standard Webhooks sign, those of Clerk and Resend verify.
// Fixed clock, no network.
import { verifyWebhook } from "@clerk/backend/webhooks";
import { Resend } from "resend";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook } from "svix";
import { afterEach, describe, expect, test, vi } from "vitest";
import { NOW, outcome, request, sourceOf } from "../requests.ts";
import { describeSender, type Headers, JSON_HEADERS, onlyEvent, type Sender } from "./known-answers.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";

function svixHeaders(body: string, secret: string, now: number, names = "svix", id = ID): Headers {
  return {
    [`${names}-id`]: id,
    [`${names}-timestamp`]: String(Math.floor(now / 1_000)),
    [`${names}-signature`]: new Webhook(secret).sign(id, new Date(now), body),
  };
}

/** The libraries read the clock themselves. */
async function passes(check: () => unknown): Promise<boolean> {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
  try {
    await check();
    return true;
  } catch {
    return false;
  }
}

afterEach(() => {
  vi.useRealTimers();
});

const BASE = {
  secret: SECRET,
  otherSecret: OTHER,
  signatureHeader: "svix-signature",
  toleranceSeconds: 300,
  sign: svixHeaders,
} satisfies Partial<Sender>;

const SVIX: Sender = {
  ...BASE,
  preset: "svix",
  body: '{"type":"invoice.paid","timestamp":"2026-11-23T09:19:58.12Z","data":{"id":"in_1"}}',
  isGenuine: (body, headers, secret) => passes(() => new Webhook(secret).verify(body, { ...headers })),
  events: [{ id: ID, type: "invoice.paid", time: "2026-11-23T09:19:58.120Z", dedupeKey: ID }],
};

const CLERK: Sender = {
  ...BASE,
  preset: "clerk",
  body: JSON.stringify({
    data: { id: "user_29w83sxmDNGwOuEthce5gg56FcC", object: "user", first_name: "Example" },
    event_attributes: { http_request: { client_ip: "0.0.0.0", user_agent: "" } },
    instance_id: "ins_123",
    object: "event",
    timestamp: 1_795_425_598_000,
    type: "user.created",
  }),
  isGenuine: (body, headers, secret) =>
    passes(() =>
      verifyWebhook(new Request("https://a.example/", { method: "POST", headers, body }), { signingSecret: secret }),
    ),
  events: [
    {
      id: ID,
      type: "user.created",
      subject: "user_29w83sxmDNGwOuEthce5gg56FcC",
      time: "2026-11-23T09:19:58.000Z",
      dedupeKey: ID,
    },
  ],
};

const RESEND: Sender = {
  ...BASE,
  preset: "resend",
  body: JSON.stringify({
    type: "email.delivered",
    created_at: "2026-11-23T09:19:58.126Z",
    data: { email_id: "56761188-7520-42d8-8898-ff6fc54ce618", to: ["delivered@resend.dev"], subject: "Sending" },
  }),
  isGenuine: (payload, headers, webhookSecret) =>
    passes(() =>
      new Resend("re_123").webhooks.verify({
        payload,
        headers: {
          id: headers["svix-id"] ?? "",
          timestamp: headers["svix-timestamp"] ?? "",
          signature: headers["svix-signature"] ?? "",
        },
        webhookSecret,
      }),
    ),
  events: [
    {
      id: ID,
      type: "email.delivered",
      subject: "56761188-7520-42d8-8898-ff6fc54ce618",
      time: "2026-11-23T09:19:58.126Z",
      dedupeKey: ID,
    },
  ],
};

const OPENAI: Sender = {
  ...BASE,
  preset: "openai",
  signatureHeader: "webhook-signature",
  body: JSON.stringify({
    id: "evt_685343a1381c819085d44c354e1b330e",
    object: "event",
    created_at: 1_795_425_598,
    type: "response.completed",
    data: { id: "resp_123" },
  }),
  sign: (body, secret, now) => svixHeaders(body, secret, now, "webhook"),
  isGenuine: (body, headers, secret) => passes(() => new StandardWebhook(secret).verify(body, { ...headers })),
  events: [
    { id: ID, type: "response.completed", subject: "resp_123", time: "2026-11-23T09:19:58.000Z", dedupeKey: ID },
  ],
};

for (const sender of [SVIX, CLERK, RESEND, OPENAI]) describeSender(sender);

describe("svix", () => {
  const source = sourceOf({ preset: "svix", secrets: ["S"] });
  const sent = (headers: Headers, body = SVIX.body) => request({ ...JSON_HEADERS, ...headers }, body);

  test("accepts the example in Svix's documentation, byte for byte", async () => {
    const headers = {
      "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "svix-timestamp": "1614265330",
      "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    };
    const inbound = sent(headers, '{"test": 2432232314}');
    expect(await outcome(inbound, source, [SECRET], 1_614_265_330_000)).toBe("accepted");
    expect(await outcome(inbound, source, [SECRET])).toBe("stale");
  });

  test("accepts the header names of Standard Webhooks too", async () => {
    const event = await onlyEvent(sent(svixHeaders(SVIX.body, SECRET, NOW, "webhook")), source, [SECRET]);
    expect(event).toMatchObject({ id: ID, dedupeKey: ID });
  });

  test("lets nobody give a signed request a second id by the other name", async () => {
    const genuine = svixHeaders(SVIX.body, SECRET, NOW, "webhook");
    for (const id of ["msg_other", "x".repeat(600)]) {
      expect(await outcome(sent({ ...genuine, "svix-id": id }), source, [SECRET])).toBe("no-match");
    }
    const beside = { ...svixHeaders(SVIX.body, SECRET, NOW), "webhook-id": "msg_other" };
    expect(await onlyEvent(sent(beside), source, [SECRET])).toMatchObject({ dedupeKey: ID });
    expect(await onlyEvent(sent({ ...genuine, "svix-id": " " }), source, [SECRET])).toMatchObject({ dedupeKey: ID });
  });

  test("accepts any listed signature while Svix rotates, old or new first", async () => {
    const right = new Webhook(SECRET).sign(ID, new Date(NOW), SVIX.body);
    const wrong = new Webhook(OTHER).sign(ID, new Date(NOW), SVIX.body);
    for (const list of [`${wrong} ${right}`, `${right} ${wrong}`, `v1a,${"A".repeat(86)}== ${right}`]) {
      const headers = { ...svixHeaders(SVIX.body, SECRET, NOW), "svix-signature": list };
      expect(await outcome(sent(headers), source, [SECRET])).toBe("accepted");
    }
  });

  test("is refused under another id, or with a version that is not v1", async () => {
    const genuine = svixHeaders(SVIX.body, SECRET, NOW);
    expect(await outcome(sent({ ...genuine, "svix-id": "msg_other" }), source, [SECRET])).toBe("no-match");
    const v2 = genuine["svix-signature"]?.replace("v1,", "v2,") ?? "";
    expect(await outcome(sent({ ...genuine, "svix-signature": v2 }), source, [SECRET])).toBe("malformed-signature");
  });
});

test("a suffix to the time, which the library of Standard Webhooks reads over, is refused here", async () => {
  const source = sourceOf({ preset: "openai", secrets: ["S"] });
  const headers = { ...OPENAI.sign(OPENAI.body, SECRET, NOW), "webhook-timestamp": `${NOW / 1_000}abc` };
  expect(await passes(() => new StandardWebhook(SECRET).verify(OPENAI.body, headers))).toBe(true);
  const inbound = request({ ...JSON_HEADERS, ...headers }, OPENAI.body);
  expect(await outcome(inbound, source, [SECRET])).toBe("malformed-timestamp");
});
