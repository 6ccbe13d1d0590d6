// The family jwt, with jose as the signer, RFC 7515's example, and the ways in which tokens are forged. Fixed clock.
import { createHash, generateKeyPairSync } from "node:crypto";
import { SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { NOW, NOW_SECONDS } from "../requests.ts";
import { configured, documents, failureOf, PUBLIC_URL, request, secretIndexOf, verdict } from "./family.ts";

const SECRET = "signing-secret-of-the-app-0123456789";
const BODY = '{\n  "webhook_code": "X",\n  "note": "$& é"\n}';

describe("a token under a shared secret", () => {
  const monday = configured(
    {
      family: "jwt",
      from: "header:authorization",
      algorithms: ["HS256"],
      keys: { from: "secrets", format: "utf8" },
      audience: "publicUrl",
    },
    { secrets: ["S"], publicUrl: PUBLIC_URL },
  );
  const given = { secrets: [SECRET] };

  function token(claims: object = {}, secret = SECRET, header: object = {}): Promise<string> {
    return new SignJWT({ aud: PUBLIC_URL, exp: NOW_SECONDS + 300, ...claims })
      .setProtectedHeader({ alg: "HS256", ...header })
      .sign(Buffer.from(secret));
  }
  const bearing = (authorization: string) => request({ authorization }, BODY);

  test.each([
    ["of now", {}, "accepted"],
    ["for several audiences", { aud: ["https://other.example", PUBLIC_URL] }, "accepted"],
    ["for another URL", { aud: `${PUBLIC_URL}/` }, "wrong-claim"],
    ["for the request's own URL", { aud: "https://bridge.example.com/in/source" }, "wrong-claim"],
    ["for nobody", { aud: undefined }, "wrong-claim"],
    ["that ended a second ago", { exp: NOW_SECONDS - 1 }, "accepted"],
    ["that ended more than a minute ago", { exp: NOW_SECONDS - 61 }, "stale"],
    ["that never ends", { exp: undefined }, "wrong-claim"],
    ["that ends as text", { exp: String(NOW_SECONDS + 300) }, "wrong-claim"],
    ["that begins later", { nbf: NOW_SECONDS + 61 }, "future"],
  ])("%s is judged rightly", async (_, claims, expected) => {
    expect(await verdict(bearing(await token(claims)), monday, given)).toBe(expected);
  });

  test("under another secret, cut off, or without parts is refused", async () => {
    const good = await token();
    expect(await verdict(bearing(await token({}, "other")), monday, given)).toBe("no-match");
    expect(await verdict(bearing(good.slice(0, -4)), monday, given)).toBe("no-match");
    expect(await verdict(bearing(`${good}.`), monday, given)).toBe("malformed-token");
    expect(await verdict(bearing("a.b.c"), monday, given)).toBe("malformed-token");
    expect(await verdict(bearing("..."), monday, given)).toBe("malformed-token");
    expect(await verdict(bearing(`${good}${"A".repeat(20_000)}`), monday, given)).toBe("malformed-token");
    expect(await verdict(bearing(""), monday, given)).toBe("missing-token");
    expect(await verdict(request({}, BODY), monday, given)).toBe("missing-token");
  });

  test("of another algorithm than the listed is refused before a key is looked at", async () => {
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from("{}").toString("base64url")}.`;
    expect(await verdict(bearing(`${none}AAAA`), monday, given)).toBe("algorithm-not-allowed");
    const hs512 = await new SignJWT({}).setProtectedHeader({ alg: "HS512" }).sign(Buffer.from(SECRET.repeat(2)));
    expect(await failureOf(bearing(hs512), monday, given)).toEqual({
      reason: "algorithm-not-allowed",
      algorithm: "HS512",
    });
  });

  test("proves which secret it was", async () => {
    expect(await secretIndexOf(bearing(await token()), monday, { secrets: ["new", SECRET] })).toBe(1);
  });

  test("with a critical extension is refused, whoever signed it", async () => {
    const header = Buffer.from('{"alg":"HS256","crit":["exp"],"exp":1}').toString("base64url");
    const [, payload, signature] = (await token()).split(".");
    expect(await failureOf(bearing(`${header}.${payload}.${signature}`), monday, given)).toMatchObject({
      problem: "critical-extension",
    });
  });
});

test("the example of RFC 7515, A.1, is accepted at its time", async () => {
  const example =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T+1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow==";
  const source = configured({
    family: "jwt",
    from: "bearer",
    algorithms: ["HS256"],
    issuer: "joe",
    keys: { from: "secrets", format: "base64" },
  });
  const inbound = request({ authorization: `Bearer ${example}` });
  expect(await verdict(inbound, source, { secrets: [key], now: 1_300_819_300_000 })).toBe("accepted");
  expect(await verdict(inbound, source, { secrets: [key] })).toBe("stale");
});

describe("a token under a fetched key", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "ES256", use: "sig" };
  const plaid = configured(
    {
      family: "jwt",
      from: "header:plaid-verification",
      algorithms: ["ES256"],
      maxAgeSeconds: 300,
      bodyHash: { claim: "request_body_sha256" },
      keys: {
        from: "by-kid",
        url: "https://production.plaid.com/webhook_verification_key/get",
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"client_id":"{secret:1}","secret":"{secret:2}","key_id":"{kid}"}',
        at: "$.key",
      },
    },
    { secrets: ["PLAID_CLIENT_ID", "PLAID_SECRET"] },
  );
  const URL = "https://production.plaid.com/webhook_verification_key/get";
  const secrets = ['id"1', "secret-2"];
  const sha256 = (body: string) => createHash("sha256").update(body).digest("hex");

  function token(claims: object = {}, header: object = {}, key = privateKey): Promise<string> {
    return new SignJWT({ iat: NOW_SECONDS, request_body_sha256: sha256(BODY), ...claims })
      .setProtectedHeader({ alg: "ES256", kid: "k1", ...header })
      .sign(key);
  }
  const bearing = (text: string, body = BODY) => request({ "plaid-verification": text }, body);
  const served = (key: object = jwk) => documents({ [URL]: JSON.stringify({ key, request_id: "r" }) });

  test("is accepted, and the key is asked for as configured", async () => {
    const { fetch, asked } = served();
    expect(await verdict(bearing(await token()), plaid, { secrets, keys: fetch })).toBe("accepted");
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ url: URL, method: "POST", headers: { "content-type": "application/json" } });
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({ client_id: 'id"1', secret: "secret-2", key_id: "k1" });
  });

  test.each([
    ["another body", {}, `${BODY} `, "other-body"],
    ["the same JSON written otherwise", {}, JSON.stringify(JSON.parse(BODY)), "other-body"],
    ["no hash of the body", { request_body_sha256: undefined }, BODY, "wrong-claim"],
    ["a hash that is none", { request_body_sha256: "x" }, BODY, "wrong-claim"],
    ["no iat", { iat: undefined }, BODY, "wrong-claim"],
    ["an old iat", { iat: NOW_SECONDS - 301 }, BODY, "stale"],
    ["an iat ahead", { iat: NOW_SECONDS + 301 }, BODY, "future"],
    ["an iat in milliseconds", { iat: NOW }, BODY, "future"],
  ])("with %s is refused", async (_, claims, body, expected) => {
    const keys = served().fetch;
    expect(await verdict(bearing(await token(claims), body), plaid, { secrets, keys })).toBe(expected);
  });

  test("under a key that is out of use, or gone, is refused", async () => {
    const expired = served({ ...jwk, expired_at: NOW_SECONDS - 1 }).fetch;
    const later = served({ ...jwk, expired_at: NOW_SECONDS + 1 }).fetch;
    const current = served({ ...jwk, expired_at: null }).fetch;
    const inbound = bearing(await token());
    expect(await verdict(inbound, plaid, { secrets, keys: expired })).toBe("unknown-key");
    expect(await verdict(inbound, plaid, { secrets, keys: later })).toBe("accepted");
    expect(await verdict(inbound, plaid, { secrets, keys: current })).toBe("accepted");
    expect(await verdict(inbound, plaid, { secrets, keys: documents({}).fetch })).toBe("unknown-key");
  });

  test("without a key that can be fetched is our fault", async () => {
    const inbound = bearing(await token());
    const down = documents({ [URL]: { reason: "unavailable", detail: "HTTP 500" } }).fetch;
    expect(await failureOf(inbound, plaid, { secrets, keys: down })).toEqual({
      reason: "keys-unavailable",
      detail: "HTTP 500",
    });
    for (const document of ["", "{", "[]", '{"key":1}', '{"key":{}}', "<html>", '{"key":{"kty":"EC"}']) {
      const keys = documents({ [URL]: document }).fetch;
      expect(await verdict(inbound, plaid, { secrets, keys })).toBe("keys-unavailable");
    }
    const throws = () => Promise.reject(new Error("bug"));
    expect(await verdict(inbound, plaid, { secrets, keys: throws })).toBe("keys-unavailable");
  });

  test("that brings its own key, or says where to find one, gains nothing by it", async () => {
    const evil = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const own = evil.publicKey.export({ format: "jwk" });
    const { fetch, asked } = served();
    for (const header of [
      { jwk: own },
      { jku: "https://evil.example/keys" },
      { x5u: "https://evil.example/cert" },
      { kid: "k1", jku: URL },
    ]) {
      const forged = bearing(await token({}, header, evil.privateKey));
      expect(await verdict(forged, plaid, { secrets, keys: fetch })).toBe("no-match");
    }
    expect(asked.every(({ url }) => url === URL)).toBe(true);
  });

  test("signed with the public key as if it were a secret is refused", async () => {
    const pem = publicKey.export({ format: "pem", type: "spki" }).toString();
    const confused = await new SignJWT({ iat: NOW_SECONDS, request_body_sha256: sha256(BODY) })
      .setProtectedHeader({ alg: "HS256", kid: "k1" })
      .sign(Buffer.from(pem));
    expect(await verdict(bearing(confused), plaid, { secrets, keys: served().fetch })).toBe("algorithm-not-allowed");
  });
});
