// Senders that check identities and sign with HMAC: Onfido against its own library, the others against the documented
// formula in Node's crypto. Fixed clock, no network.
import { WebhookEventVerifier } from "@onfido/api";
import { describe, expect, test } from "vitest";
import { NOW_SECONDS, outcome, request, sourceOf } from "../requests.ts";
import { describeSender, hmacHex, JSON_HEADERS, onlyEvent, type Sender } from "./known-answers.ts";

const BODY_HASH = expect.stringMatching(/^[0-9a-f]{64}$/);

const PERSONA: Sender = {
  preset: "persona",
  secret: "wbhsec_0123456789abcdef",
  otherSecret: "wbhsec_fedcba9876543210",
  signatureHeader: "persona-signature",
  toleranceSeconds: 300,
  body: JSON.stringify({
    data: {
      type: "event",
      id: "evt_XGuXeoRZtwP9ZMdYXVnbKNMb",
      attributes: {
        name: "inquiry.completed",
        payload: { data: { type: "inquiry", id: "inq_2CVZ4HyVg7qaboXz2PUHknAn", attributes: { status: "completed" } } },
        "created-at": "2026-11-23T09:19:37.000Z",
      },
    },
  }),
  sign: (body, secret, now) => ({ "persona-signature": personaSet(body, secret, now / 1_000) }),
  events: [
    {
      id: "evt_XGuXeoRZtwP9ZMdYXVnbKNMb",
      type: "inquiry.completed",
      subject: "inq_2CVZ4HyVg7qaboXz2PUHknAn",
      time: "2026-11-23T09:19:37.000Z",
      data: { data: { type: "inquiry", id: "inq_2CVZ4HyVg7qaboXz2PUHknAn", attributes: { status: "completed" } } },
      dedupeKey: "evt_XGuXeoRZtwP9ZMdYXVnbKNMb",
    },
  ],
};

function personaSet(body: string, secret: string, t: number): string {
  return `t=${t},v1=${hmacHex(secret, `${t}.${body}`)}`;
}

const ONFIDO: Sender = {
  preset: "onfido",
  secret: "onfido-webhook-token",
  otherSecret: "onfido-other-token",
  signatureHeader: "x-sha2-signature",
  body: JSON.stringify({
    payload: {
      resource_type: "check",
      action: "check.completed",
      object: {
        id: "8546921-123123-123123",
        status: "complete",
        completed_at_iso8601: "2026-11-23T09:19:37Z",
        href: "https://api.onfido.com/v3/checks/8546921-123123-123123",
      },
    },
  }),
  sign: (body, secret) => ({ "x-sha2-signature": hmacHex(secret, body) }),
  isGenuine: (body, headers, secret) => isOnfidos(body, headers["x-sha2-signature"] ?? "", secret),
  events: [
    {
      id: "8546921-123123-123123:check.completed",
      type: "check.completed",
      subject: "8546921-123123-123123",
      time: "2026-11-23T09:19:37.000Z",
      data: expect.objectContaining({ resource_type: "check" }),
      dedupeKey: BODY_HASH,
    },
  ],
};

function isOnfidos(body: string, signature: string, token: string): boolean {
  try {
    return new WebhookEventVerifier(token).readPayload(body, signature) !== null;
  } catch {
    return false;
  }
}

const SUMSUB: Sender = {
  preset: "sumsub",
  secret: "sumsub-webhook-secret",
  otherSecret: "sumsub-other-secret",
  signatureHeader: "x-payload-digest",
  body: JSON.stringify({
    applicantId: "5cb56e8e0a975a35f333cb83",
    inspectionId: "5cb56e8e0a975a35f333cb84",
    correlationId: "req-a260b669-4f14-4bb5-a4c5-ac0218acb9a4",
    externalUserId: "externalUserId",
    levelName: "basic-kyc-level",
    type: "applicantReviewed",
    reviewResult: { reviewAnswer: "GREEN" },
    reviewStatus: "completed",
    createdAtMs: "2020-02-21 13:23:19.321",
  }),
  sign: (body, secret) => ({ "x-payload-digest": hmacHex(secret, body), "x-payload-digest-alg": "HMAC_SHA256_HEX" }),
  events: [
    {
      id: "5cb56e8e0a975a35f333cb83:applicantReviewed:2020-02-21 13:23:19.321",
      type: "applicantReviewed",
      subject: "5cb56e8e0a975a35f333cb83",
      time: "2026-11-23T09:20:00.000Z",
      data: expect.objectContaining({ reviewResult: { reviewAnswer: "GREEN" } }),
      dedupeKey: BODY_HASH,
    },
  ],
};

const VERIFF: Sender = {
  preset: "veriff",
  secret: "abcdef12-abcd-abcd-abcd-abcdef012345",
  otherSecret: "abcdef12-abcd-abcd-abcd-abcdef012346",
  signatureHeader: "x-hmac-signature",
  unsigned: { "x-auth-client": "8e4f7cd8-7a19-4d7d-971f-a076407ee03c" },
  body: JSON.stringify({
    status: "success",
    verification: {
      id: "12df6045-3846-3e45-946a-14fa6136d78b",
      attemptId: "00bca969-b53a-4fad-b065-874d41a7b2b8",
      vendorData: "1234567890",
      status: "approved",
      code: 9001,
      decisionTime: "2026-11-23T09:19:12.000Z",
    },
  }),
  sign: (body, secret) => ({ "x-hmac-signature": hmacHex(secret, body) }),
  events: [
    {
      id: BODY_HASH,
      type: "decision.approved",
      subject: "12df6045-3846-3e45-946a-14fa6136d78b",
      time: "2026-11-23T09:19:12.000Z",
      data: expect.objectContaining({ code: 9001 }),
      dedupeKey: BODY_HASH,
    },
  ],
};

for (const sender of [PERSONA, ONFIDO, SUMSUB, VERIFF]) describeSender(sender);

describe("persona", () => {
  const source = sourceOf({ preset: "persona", secrets: ["S"] });
  const { body, secret, otherSecret } = PERSONA;
  const sent = (header: string) => request({ ...JSON_HEADERS, "persona-signature": header }, body);
  const set = (of: string, t = NOW_SECONDS) => personaSet(body, of, t);

  test.each(["new first", "old first"])("is accepted with two sets while it rotates, %s", async (order) => {
    const sets = order === "new first" ? [set(secret), set(otherSecret)] : [set(otherSecret), set(secret)];
    expect(await outcome(sent(sets.join(" ")), source, [secret])).toBe("accepted");
    expect(await outcome(sent(sets.join(" ")), source, [otherSecret])).toBe("accepted");
  });

  test("does not let the time of one set stand in for that of the other", async () => {
    const stale = set(secret, NOW_SECONDS - 4_000);
    expect(await outcome(sent(`${set("made-up")} ${stale}`), source, [secret])).toBe("stale");
    const [, v1] = stale.split(",");
    expect(await outcome(sent(`t=${NOW_SECONDS},${v1}`), source, [secret])).toBe("no-match");
  });

  test("is read in the other ways to write its keys", async () => {
    for (const key of ["created_at", "createdAt"]) {
      const text = body.replace("created-at", key);
      const inbound = request({ ...JSON_HEADERS, "persona-signature": personaSet(text, secret, NOW_SECONDS) }, text);
      expect((await onlyEvent(inbound, source, [secret])).time).toBe("2026-11-23T09:19:37.000Z");
    }
  });
});

describe("onfido", () => {
  test("that completes a check a second time, after it was reopened, is another event", async () => {
    const source = sourceOf({ preset: "onfido", secrets: ["S"] });
    const send = (body: string) =>
      onlyEvent(request({ ...JSON_HEADERS, ...ONFIDO.sign(body, ONFIDO.secret, 0) }, body), source, [ONFIDO.secret]);
    const first = await send(ONFIDO.body);
    const second = await send(ONFIDO.body.replace("09:19:37", "09:45:00"));
    expect(second.id).toBe(first.id);
    expect(second.dedupeKey).not.toBe(first.dedupeKey);
  });

  test("differs from Onfido's library, which throws at a signature of another length; ours refuses it", async () => {
    const source = sourceOf({ preset: "onfido", secrets: ["S"] });
    const verifier = new WebhookEventVerifier(ONFIDO.secret);
    expect(() => verifier.readPayload(ONFIDO.body, "ab")).toThrow(RangeError);
    const inbound = request({ ...JSON_HEADERS, "x-sha2-signature": "ab" }, ONFIDO.body);
    expect(await outcome(inbound, source, [ONFIDO.secret])).toBe("no-match");
  });
});

describe("sumsub", () => {
  const source = sourceOf({ preset: "sumsub", secrets: ["S"] });
  const { body, secret } = SUMSUB;
  const sent = (hash: string, algorithm: string) =>
    request(
      { ...JSON_HEADERS, "x-payload-digest": hmacHex(secret, body, hash), "x-payload-digest-alg": algorithm },
      body,
    );

  test("is accepted with SHA-512, which the webhook manager offers too", async () => {
    expect(await outcome(sent("sha512", "HMAC_SHA512_HEX"), source, [secret])).toBe("accepted");
  });

  test.each([
    ["the old SHA-1", "sha1", "HMAC_SHA1_HEX", "algorithm-not-allowed"],
    ["a made-up algorithm", "sha256", "MD5", "algorithm-not-allowed"],
    ["a name in lower case", "sha256", "hmac_sha256_hex", "algorithm-not-allowed"],
    ["no name", "sha256", "", "missing-header"],
    ["the name of another hash", "sha256", "HMAC_SHA512_HEX", "no-match"],
  ])("is refused with %s", async (_, hash, algorithm, expected) => {
    expect(await outcome(sent(hash, algorithm), source, [secret])).toBe(expected);
  });
});

describe("veriff", () => {
  const source = sourceOf({ preset: "veriff", secrets: ["S"] });

  test.each([
    ["an event", { id: "f04bdb47", feature: "selfid", code: 7002, action: "submitted" }, "submitted", "f04bdb47"],
    ["a full auto result", { status: "success", eventType: "fullauto", sessionId: "aea9ba6d" }, "fullauto", "aea9ba6d"],
    ["a decision without a status", { status: "success", verification: { id: "12df6045" } }, "decision", "12df6045"],
  ])("is named and told apart when it is %s", async (_, payload, type, subject) => {
    const body = JSON.stringify(payload);
    const inbound = request({ ...JSON_HEADERS, ...VERIFF.sign(body, VERIFF.secret, 0) }, body);
    expect(await onlyEvent(inbound, source, [VERIFF.secret])).toMatchObject({ type, subject });
  });
});
