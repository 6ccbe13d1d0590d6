// Plaid as a preset: tokens signed by jose, with the header, claims and key document that Plaid documents. Fixed clock, no
// network: keys come from a made-up endpoint that checks what it is asked.
import { createHash } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import { documents, verdict } from "../families/family.ts";
import { NOW_SECONDS, request, sourceOf } from "../requests.ts";
import { JSON_HEADERS, onlyEvent } from "./known-answers.ts";

const URL = "https://production.plaid.com/webhook_verification_key/get";
const KID = "bfbd5111-8e33-4643-8ced-b2e642a72f3c";
const SECRETS = ["plaid-client-id", "plaid-secret"];
const source = sourceOf({ preset: "plaid", secrets: ["PLAID_CLIENT_ID", "PLAID_SECRET"] });

const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
const JWK = { ...(await exportJWK(publicKey)), alg: "ES256", kid: KID, use: "sig", created_at: 1_560_466_143 };

// Plaid signs the body with its two spaces and line ends; the docs say so where they warn of re-serialising.
const CHANGED = JSON.stringify(
  {
    webhook_type: "TRANSACTIONS",
    webhook_code: "SYNC_UPDATES_AVAILABLE",
    item_id: "wz666MBjYWTp2PDzzggYhM6oWWmBb",
    initial_update_complete: true,
    historical_update_complete: false,
    environment: "production",
  },
  null,
  2,
);
const VERIFIED = JSON.stringify({
  webhook_type: "IDENTITY_VERIFICATION",
  webhook_code: "STATUS_UPDATED",
  identity_verification_id: "idv_52xR9LKo77r1Np",
  environment: "production",
  timestamp: "2026-11-23T09:19:19.350Z",
});

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function tokenFor(body: string, { iat = NOW_SECONDS, kid = KID, key = privateKey, more = {} } = {}) {
  return new SignJWT({ request_body_sha256: sha256(body), ...more })
    .setProtectedHeader({ alg: "ES256", kid, typ: "JWT" })
    .setIssuedAt(iat)
    .sign(key);
}

const keyDocument = (more: object = {}) =>
  JSON.stringify({ key: { ...JWK, expired_at: null, ...more }, request_id: "r" });
const given = (document = keyDocument()) => ({ secrets: SECRETS, keys: documents({ [URL]: document }).fetch });
const sent = (token: string, body = CHANGED, headers = {}) =>
  request({ ...JSON_HEADERS, ...headers, "plaid-verification": token }, body);

describe("a webhook of Plaid", () => {
  test("is named by type and code, and is about the Item", async () => {
    const event = await onlyEvent(sent(await tokenFor(CHANGED)), source, SECRETS, given().keys);
    expect(event).toMatchObject({
      id: sha256(CHANGED),
      type: "TRANSACTIONS.SYNC_UPDATES_AVAILABLE",
      subject: "wz666MBjYWTp2PDzzggYhM6oWWmBb",
      data: JSON.parse(CHANGED),
    });
  });

  test("of an identity is about the verification, at its time, and counts once", async () => {
    const receive = async (ray: string) =>
      onlyEvent(sent(await tokenFor(VERIFIED), VERIFIED, { "cf-ray": ray }), source, SECRETS, given().keys);
    const event = await receive("8f00a");
    expect(event).toMatchObject({
      type: "IDENTITY_VERIFICATION.STATUS_UPDATED",
      subject: "idv_52xR9LKo77r1Np",
      time: "2026-11-23T09:19:19.350Z",
      dedupeKey: `${sha256(VERIFIED)}:2026-11-23T09:19:19.350Z`,
    });
    expect((await receive("8f00b")).dedupeKey).toBe(event.dedupeKey);
  });

  test("without a time in it counts anew each time, since Plaid says the same in the same words", async () => {
    const receive = async (headers: object) =>
      (await onlyEvent(sent(await tokenFor(CHANGED), CHANGED, headers), source, SECRETS, given().keys)).dedupeKey;
    expect(await receive({ "cf-ray": "8f00a" })).not.toBe(await receive({ "cf-ray": "8f00b" }));
    expect(await receive({})).toBe(sha256(CHANGED));
  });

  test("has its key asked for with both secrets, at Plaid and nowhere else", async () => {
    const { fetch, asked } = documents({ [URL]: keyDocument() });
    const token = await tokenFor(CHANGED, { more: { jku: "https://evil.example/keys" } });
    expect(await verdict(sent(token), source, { secrets: SECRETS, keys: fetch })).toBe("accepted");
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ url: URL, method: "POST", headers: { "content-type": "application/json" } });
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({
      client_id: "plaid-client-id",
      secret: "plaid-secret",
      key_id: KID,
    });
  });

  test("is refused with another body, written anew, or changed", async () => {
    const token = await tokenFor(CHANGED);
    expect(await verdict(sent(token, JSON.stringify(JSON.parse(CHANGED))), source, given())).toBe("other-body");
    expect(await verdict(sent(token, `${CHANGED}\n`), source, given())).toBe("other-body");
  });

  test("is refused without a token, with an empty one, and with one that is none", async () => {
    expect(await verdict(request(JSON_HEADERS, CHANGED), source, given())).toBe("missing-token");
    expect(await verdict(sent(""), source, given())).toBe("missing-token");
    expect(await verdict(sent("a.b"), source, given())).toBe("malformed-token");
  });

  test.each([
    [-301, "stale"],
    [-300, "accepted"],
    [300, "accepted"],
    [301, "future"],
  ])("made %i s from now is %s", async (offset, expected) => {
    const token = await tokenFor(CHANGED, { iat: NOW_SECONDS + offset });
    expect(await verdict(sent(token), source, given())).toBe(expected);
  });

  test("is refused under another key, an unknown one, or one that was put out of use", async () => {
    const { privateKey: stranger } = await generateKeyPair("ES256", { extractable: true });
    expect(await verdict(sent(await tokenFor(CHANGED, { key: stranger })), source, given())).toBe("no-match");
    const nothing = { secrets: SECRETS, keys: documents({}).fetch };
    expect(await verdict(sent(await tokenFor(CHANGED)), source, nothing)).toBe("unknown-key");
    const expired = given(keyDocument({ expired_at: NOW_SECONDS - 1 }));
    expect(await verdict(sent(await tokenFor(CHANGED)), source, expired)).toBe("unknown-key");
  });

  test("is refused with alg none, and with the public key as a shared secret", async () => {
    const claims = { request_body_sha256: sha256(CHANGED), iat: NOW_SECONDS };
    const unsecured = new UnsecuredJWT(claims).encode();
    expect(await verdict(sent(unsecured), source, given())).toBe("malformed-token");
    expect(await verdict(sent(`${unsecured}AA`), source, given())).toBe("algorithm-not-allowed");
    const asSecret = await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256", kid: KID })
      .sign(new TextEncoder().encode(JSON.stringify(JWK)));
    expect(await verdict(sent(asSecret), source, given())).toBe("algorithm-not-allowed");
  });

  test("is our own fault when Plaid's keys cannot be had", async () => {
    const fault = { reason: "unavailable", detail: "timeout" } as const;
    const keys = documents({ [URL]: fault }).fetch;
    expect(await verdict(sent(await tokenFor(CHANGED)), source, { secrets: SECRETS, keys })).toBe("keys-unavailable");
  });

  test("needs both secrets to be configured, and is answered 200", () => {
    expect(() => sourceOf({ preset: "plaid", secrets: ["ONE"] })).toThrow("missing-secrets");
    expect(source.answers.accepted.status).toBe(200);
  });
});
