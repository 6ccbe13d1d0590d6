// What resolving refuses of a verification: combinations that a JSON Schema cannot see. Pure.
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { SourceConfig } from "../../../../src/core/source.ts";
import { resolveSource } from "../../../../src/sources/presets.ts";
import { PUBLIC_URL } from "./family.ts";

const SIGNATURE = { from: "header:x-sig" };
const HMAC = { family: "hmac", signature: SIGNATURE };
const DIGEST = { family: "digest", signature: SIGNATURE };
const PUBKEY = { family: "pubkey", algorithm: "ed25519", signature: SIGNATURE, key: { format: "pem" } };
const JWT = { family: "jwt", from: "bearer", algorithms: ["RS256"], keys: { from: "secrets", format: "pem" } };
const JWKS = { from: "jwks", url: "https://api.example.com/jwks" };
const BY_KID = { from: "by-kid", url: "https://api.example.com/{kid}" };
const TOKEN = { family: "token", at: "bearer" };
const PEM = generateKeyPairSync("ed25519").publicKey.export({ format: "pem", type: "spki" }).toString();
const S = ["S"];

const faultsOf = (config: unknown) => {
  const result = resolveSource("source", SourceConfig.parse(config));
  return result.ok ? [] : result.error;
};

describe("resolving refuses", () => {
  test.each([
    ["content without the body", { ...HMAC, content: "{method}" }, "bad-content", ["content"]],
    ["a digest without the secret", { ...DIGEST, content: "{body}" }, "bad-content", ["content"]],
    ["an hmac over the secret", { ...HMAC, content: "{secret}{body}" }, "bad-content", ["content"]],
    ["a key template for bytes", { ...HMAC, key: { encoding: "hex", template: "{secret}&" } }, "bad-key", ["key"]],
    ["a named hash without names", { ...HMAC, hashFrom: "header:x-alg" }, "bad-hash", ["hashMap"]],
    ["names without a named hash", { ...HMAC, hashMap: { a: "sha256" } }, "bad-hash", ["hashMap"]],
    ["an empty list of names", { ...HMAC, hashFrom: "header:x", hashMap: {} }, "bad-hash", ["hashMap"]],
    [
      "sets and entries that are separated alike",
      { ...HMAC, signature: { ...SIGNATURE, sets: " ", split: " " } },
      "bad-signature-layout",
      ["signature"],
    ],
    [
      "a time in the query that nothing signs",
      { ...HMAC, timestamp: { from: "query:t" } },
      "bad-timestamp",
      ["content"],
    ],
    [
      "a time of which one place is not signed",
      { ...HMAC, timestamp: { from: ["$.time", "header:x-time"] } },
      "bad-timestamp",
      ["content"],
    ],
    ["DER for ed25519", { ...PUBKEY, der: true }, "bad-key", ["der"]],
    ["a raw RSA key", { ...PUBKEY, algorithm: "rsa-sha256", key: { format: "raw" } }, "bad-key", ["key", "format"]],
    ["prefix beside bearer", { ...TOKEN, prefix: "Token " }, "bad-token-place", ["prefix"]],
    ["a public key for HS256", { ...JWT, algorithms: ["RS256", "HS256"] }, "bad-algorithms", ["algorithms"]],
    [
      "a shared secret for RS256",
      { ...JWT, keys: { from: "secrets", format: "utf8" } },
      "bad-algorithms",
      ["algorithms"],
    ],
    [
      "a key's URL without its id",
      { ...JWT, keys: { ...BY_KID, url: "https://api.example.com/", headers: { a: "{secret:1}" } } },
      "bad-key",
      ["keys", "url"],
    ],
    [
      "a secret in a URL",
      { ...JWT, keys: { ...BY_KID, url: "https://api.example.com/{kid}?k={secret:1}", headers: { a: "{secret:1}" } } },
      "bad-key",
      ["keys", "url"],
    ],
    ["a body for a GET", { ...JWT, keys: { ...BY_KID, body: "{secret:1}" } }, "bad-key", ["keys", "method"]],
  ])("%s", (_, verify, reason, path) => {
    const expected = { reason, path: ["verify", ...path], message: expect.stringMatching(/\S/) };
    expect(faultsOf({ verify, secrets: S })).toEqual([expected]);
    const member = { ...expected, path: ["verify", "of", 1, ...path] };
    expect(faultsOf({ verify: { family: "any", of: [HMAC, verify] }, secrets: S })).toEqual([member]);
  });

  test.each([
    ["a key that is none", { ...PUBKEY, keys: ["not a key"] }, ["verify", "keys", 0]],
    [
      "a spelled-out key that is none",
      { ...JWT, keys: { from: "literal", format: "jwk", keys: ["{}"] } },
      ["verify", "keys", "keys", 0],
    ],
  ])("%s", (_, verify, path) => {
    expect(faultsOf({ verify })).toEqual([{ reason: "bad-key", path, message: expect.any(String) }]);
  });

  test.each([
    ["{url}", { ...HMAC, content: "{url}{body}" }],
    ["the audience publicUrl", { ...JWT, audience: "publicUrl" }],
    ["twilio", { family: "twilio" }],
  ])("%s without a publicUrl", (_, verify) => {
    expect(faultsOf({ verify, secrets: S })).toEqual([
      { reason: "missing-public-url", path: ["publicUrl"], message: expect.any(String) },
    ]);
    expect(faultsOf({ verify, secrets: S, publicUrl: PUBLIC_URL })).toEqual([]);
  });

  test.each([
    ["hmac", HMAC],
    ["digest", DIGEST],
    ["pubkey", PUBKEY],
    ["jwt", JWT],
    ["token", TOKEN],
    ["adyen-standard", { family: "adyen-standard" }],
    ["braintree", { family: "braintree" }],
    ["paypal", { family: "paypal" }],
    ["any", { family: "any", of: [HMAC, TOKEN] }],
  ])("%s without secrets", (_, verify) => {
    expect(faultsOf({ verify })).toEqual([
      { reason: "missing-secrets", path: ["secrets"], message: expect.any(String) },
    ]);
    expect(faultsOf({ verify, secrets: S })).toEqual([]);
  });

  test.each([
    ["pubkey with its keys spelled out", { ...PUBKEY, keys: [PEM] }],
    ["jwt with a JWK set", { ...JWT, keys: JWKS }],
    ["jws-detached with keys by id", { ...JWT, family: "jws-detached", from: "header:x-jws", keys: BY_KID }],
    ["browser-form", { family: "browser-form" }],
    ["none", { family: "none" }],
  ])("%s with secrets that nothing reads", (_, verify) => {
    const more = verify.family === "browser-form" ? { allowOrigins: ["https://a.example"] } : {};
    expect(faultsOf({ verify, ...more })).toEqual([]);
    expect(faultsOf({ verify, ...more, secrets: S })).toEqual([
      { reason: "unexpected-secrets", path: ["secrets"], message: expect.any(String) },
    ]);
  });

  test("fewer secrets than the request for a key reads", () => {
    const verify = { ...JWT, keys: { ...BY_KID, method: "POST", body: "{secret:2}" } };
    expect(faultsOf({ verify, secrets: S })).toMatchObject([{ reason: "missing-secrets" }]);
    expect(faultsOf({ verify, secrets: ["A", "B"] })).toEqual([]);
  });

  test("a tolerance where no scheme has a time, and takes one where one has", () => {
    const timed = { ...HMAC, timestamp: { from: "$.time" } };
    expect(faultsOf({ verify: TOKEN, secrets: S, toleranceSeconds: 60 })).toMatchObject([{ reason: "bad-timestamp" }]);
    expect(faultsOf({ verify: timed, secrets: S, toleranceSeconds: 60 })).toEqual([]);
    const any = { family: "any", of: [TOKEN, timed] };
    expect(faultsOf({ verify: any, secrets: S, toleranceSeconds: 60 })).toEqual([]);
    expect(faultsOf({ verify: { ...JWT, maxAgeSeconds: 60 }, secrets: S, toleranceSeconds: 60 })).toEqual([]);
  });

  test("a credential as a part of the event, wherever it stands", () => {
    const at = (place: string, config: object) =>
      faultsOf({ verify: { family: "token", at: place }, secrets: S, ...config }).map(({ reason }) => reason);
    expect(at("query:key", { event: { subject: "query:key" } })).toEqual(["secret-header"]);
    expect(at("query:key", { event: { subject: "query:id" } })).toEqual([]);
    expect(at("header:x-key", { headers: ["X-Key"] })).toEqual(["secret-header"]);
    const any = { family: "any", of: [HMAC, { family: "token", at: "header:x-key" }] };
    expect(faultsOf({ verify: any, secrets: S, headers: ["x-key", "x-sig"] })).toHaveLength(2);
  });
});

describe("the schema refuses", () => {
  test.each([
    ["any of one", { family: "any", of: [HMAC] }],
    ["any with none in it", { family: "any", of: [HMAC, { family: "none" }] }],
    ["any in any", { family: "any", of: [HMAC, { family: "any", of: [HMAC, HMAC] }] }],
    ["a JWKS without TLS", { ...JWT, keys: { from: "jwks", url: "http://api.example.com/jwks" } }],
    ["a key's id as the host", { ...JWT, keys: { from: "by-kid", url: "https://{kid}/keys" } }],
    ["the algorithm none", { ...JWT, algorithms: ["none"] }],
    [
      "a detached JWS under a shared secret",
      { ...JWT, family: "jws-detached", from: "header:x", algorithms: ["HS256"] },
    ],
  ])("%s", (_, verify) => {
    expect(SourceConfig.safeParse({ verify, secrets: S }).success).toBe(false);
  });

  test.each(["hooks.example.com", "https://", "https://a.example/#rc=2", "https://a.example/ b", "ftp://a.example"])(
    "the publicUrl %j",
    (publicUrl) => {
      expect(SourceConfig.safeParse({ verify: HMAC, secrets: S, publicUrl }).success).toBe(false);
    },
  );
});
