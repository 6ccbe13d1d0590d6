// The senders of `presets/operations`: Linear's own library verifies; the others have none, so their formula is spelled out.
// Fixed clock, no network.
import { LinearWebhookClient } from "@linear/sdk/webhooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { NOW, outcome, request, sourceOf } from "../requests.ts";
import { describeSender, hmacHex, JSON_HEADERS, onlyEvent, received, type Sender } from "./known-answers.ts";

const SENTRY: Sender = {
  preset: "sentry",
  secret: "f2d6a5f3b2d14ea9a9b6a1c5c3b0d4b7",
  otherSecret: "f2d6a5f3b2d14ea9a9b6a1c5c3b0d4b8",
  signatureHeader: "sentry-hook-signature",
  unsigned: { "request-id": "7c1f3c3e0f4f4b0f9c0a4d1ad3a7e2b1", "sentry-hook-timestamp": "1795425598" },
  body: '{"action":"created","installation":{"uuid":"a8e5"},"data":{"issue":{"id":"1170820242","title":"é"}},"actor":{}}',
  sign: (body, secret) => ({ "sentry-hook-resource": "issue", "sentry-hook-signature": hmacHex(secret, body) }),
  events: [
    {
      id: "7c1f3c3e0f4f4b0f9c0a4d1ad3a7e2b1",
      type: "issue.created",
      subject: "1170820242",
      time: "2026-11-23T09:19:58.000Z",
    },
  ],
};

const PAGERDUTY: Sender = {
  preset: "pagerduty",
  secret: "1e0c6a3f6e0a4e2c9f8bJ8R8mQ2q1aZb",
  otherSecret: "1e0c6a3f6e0a4e2c9f8bJ8R8mQ2q1aZc",
  signatureHeader: "x-pagerduty-signature",
  unsigned: { "x-webhook-id": "d8f6" },
  body: JSON.stringify({
    event: {
      id: "5ac64822-4adc-4fda-ade0-410becf0de4f",
      event_type: "incident.priority_updated",
      occurred_at: "2026-11-23T09:19:58.350Z",
      data: { id: "PGR0VU2", type: "incident" },
    },
  }),
  sign: (body, secret) => ({ "x-pagerduty-signature": `v1=${hmacHex(secret, body)}` }),
  events: [
    {
      id: "5ac64822-4adc-4fda-ade0-410becf0de4f",
      type: "incident.priority_updated",
      subject: "PGR0VU2",
      time: "2026-11-23T09:19:58.350Z",
      dedupeKey: "5ac64822-4adc-4fda-ade0-410becf0de4f",
    },
  ],
};

const WORKOS: Sender = {
  preset: "workos",
  secret: "workos secret",
  otherSecret: "workos other",
  signatureHeader: "workos-signature",
  toleranceSeconds: 300,
  body: '{"id":"event_01","event":"user.created","created_at":"2026-11-23T09:19:58.000Z","data":{"id":"user_01"}}',
  sign: (body, secret, now) => ({ "workos-signature": `t=${now}, v1=${hmacHex(secret, `${now}.${body}`)}` }),
  events: [
    {
      id: "event_01",
      type: "user.created",
      subject: "user_01",
      time: "2026-11-23T09:19:58.000Z",
      dedupeKey: "event_01",
    },
  ],
};

for (const sender of [SENTRY, PAGERDUTY, WORKOS]) describeSender(sender);

test("pagerduty is accepted by either signature while it rotates", async () => {
  const source = sourceOf({ preset: "pagerduty", secrets: ["S"] });
  const [right, wrong] = [PAGERDUTY.secret, PAGERDUTY.otherSecret].map((secret) => hmacHex(secret, PAGERDUTY.body));
  for (const list of [`v1=${wrong},v1=${right}`, `v1=${right},v1=${wrong}`, `v2=00, v1=${right}`]) {
    const inbound = request({ ...JSON_HEADERS, "x-pagerduty-signature": list }, PAGERDUTY.body);
    expect(await outcome(inbound, source, [PAGERDUTY.secret])).toBe("accepted");
  }
  const old = request({ ...JSON_HEADERS, "x-pagerduty-signature": `v0=${right}` }, PAGERDUTY.body);
  expect(await outcome(old, source, [PAGERDUTY.secret])).toBe("malformed-signature");
});

describe("linear", () => {
  const SECRET = "lin_wh_5bT1nDe3ZqVgJpBz0hF2";
  const source = sourceOf({ preset: "linear", secrets: ["A", "B"] });
  const payload = {
    action: "update",
    type: "Issue",
    createdAt: "2026-11-23T09:19:58.084Z",
    data: { id: "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9", identifier: "ENG-12", updatedAt: "2026-11-23T09:19:58.084Z" },
    webhookTimestamp: NOW,
  };
  const sent = (body: string, headers = {}) =>
    request(
      { ...JSON_HEADERS, "linear-delivery": "234d1a4e", "linear-signature": hmacHex(SECRET, body), ...headers },
      body,
    );
  const bodyAt = (webhookTimestamp: unknown) => JSON.stringify({ ...payload, webhookTimestamp });
  /** Linear's library reads the clock itself. */
  const isLinears = (body: string, signature: string) => {
    vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
    try {
      return new LinearWebhookClient(SECRET).verify(Buffer.from(body), signature);
    } catch {
      return false;
    }
  };

  afterEach(() => {
    vi.useRealTimers();
  });

  test("is accepted, and gives the event that Linear means", async () => {
    const body = bodyAt(NOW);
    expect(isLinears(body, hmacHex(SECRET, body))).toBe(true);
    expect(await onlyEvent(sent(body), source, [SECRET])).toMatchObject({
      id: "234d1a4e",
      type: "Issue.update",
      subject: "ENG-12",
      time: "2026-11-23T09:19:58.084Z",
      data: payload,
      dedupeKey: "Issue:update:2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9:2026-11-23T09:19:58.084Z:2026-11-23T09:19:58.084Z",
    });
  });

  test.each([
    [-60_001, "stale"],
    [-60_000, "accepted"],
    [60_000, "accepted"],
    [60_001, "future"],
  ])("sent %i ms from now is %s, as Linear's library says too", async (offset, expected) => {
    const body = bodyAt(NOW + offset);
    expect(isLinears(body, hmacHex(SECRET, body))).toBe(expected === "accepted");
    expect(await outcome(sent(body), source, [SECRET])).toBe(expected);
  });

  test("does not take the time from the header, which is not signed", async () => {
    const body = bodyAt(NOW - 61_000);
    expect(await outcome(sent(body, { "linear-timestamp": String(NOW) }), source, [SECRET])).toBe("stale");
    expect(await outcome(sent(bodyAt(undefined), { "linear-timestamp": String(NOW) }), source, [SECRET])).toBe(
      "missing-timestamp",
    );
  });

  test("has the same dedupe key when it is sent again, an hour later and under another delivery", async () => {
    const first = await onlyEvent(sent(bodyAt(NOW)), source, [SECRET]);
    const again = await onlyEvent(sent(bodyAt(NOW - 1), { "linear-delivery": "made-up" }), source, [SECRET]);
    expect(again.dedupeKey).toBe(first.dedupeKey);
  });

  test("has another dedupe key for the next change of the same issue", async () => {
    const next = JSON.stringify({ ...payload, data: { ...payload.data, updatedAt: "2026-11-23T09:19:59.000Z" } });
    const [a] = await received(sent(bodyAt(NOW)), source, [SECRET]);
    const [b] = await received(sent(next), source, [SECRET]);
    expect(a?.dedupeKey).not.toBe(b?.dedupeKey);
  });

  test("is refused changed, with another secret, and without a signature", async () => {
    const body = bodyAt(NOW);
    const signature = hmacHex(SECRET, body);
    expect(
      await outcome(sent(body.replace("update", "remove"), { "linear-signature": signature }), source, [SECRET]),
    ).toBe("no-match");
    expect(await outcome(sent(body), source, ["other"])).toBe("no-match");
    expect(await outcome(sent(body), source, ["other", SECRET])).toBe("accepted");
    expect(await outcome(sent(body, { "linear-signature": "" }), source, [SECRET])).toBe("missing-signature");
  });
});

describe("auth0-log-stream", () => {
  const source = sourceOf({ preset: "auth0-log-stream", secrets: ["A", "B"] });
  const log = (id: string, type: string) => ({
    log_id: id,
    data: { date: "2026-11-23T09:19:58.000Z", type, user_id: "auth0|5f", client_id: "c1" },
  });
  const logs = [log("90020211103032530111223343147286033102509916061341581378", "s"), log("9002", "fp")];
  const events = [
    {
      id: "90020211103032530111223343147286033102509916061341581378",
      type: "s",
      subject: "auth0|5f",
      time: "2026-11-23T09:19:58.000Z",
      data: logs[0],
      dedupeKey: "90020211103032530111223343147286033102509916061341581378",
    },
    { id: "9002", type: "fp", dedupeKey: "9002" },
  ];
  const sent = (body: string, type = "application/json", authorization = "Bearer s3cret") =>
    request({ "content-type": type, authorization }, body);

  test.each([
    ["an array", JSON.stringify(logs), "application/json"],
    ["lines", logs.map((each) => JSON.stringify(each)).join("\n"), "application/x-ndjson"],
  ])("gives an event for each log of %s", async (_, body, type) => {
    expect(await received(sent(body, type), source, ["Bearer s3cret"])).toMatchObject(events);
  });

  test("gives one event for a single object", async () => {
    expect(await received(sent(JSON.stringify(logs[1])), source, ["Bearer s3cret"])).toMatchObject([events[1] ?? {}]);
  });

  test("is refused with another token, a token without its prefix, or none", async () => {
    const body = JSON.stringify(logs);
    expect(await outcome(sent(body, undefined, "Bearer s3cres"), source, ["Bearer s3cret"])).toBe("no-match");
    expect(await outcome(sent(body, undefined, "s3cret"), source, ["Bearer s3cret"])).toBe("no-match");
    expect(await outcome(sent(body, undefined, ""), source, ["Bearer s3cret"])).toBe("missing-token");
    expect(await outcome(sent(body), source, ["old", "Bearer s3cret"])).toBe("accepted");
  });
});
