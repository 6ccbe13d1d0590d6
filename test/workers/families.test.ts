// The families of verification in workerd, whose Web Crypto is not Node's: keys of every kind are read, and signatures of
// any length get an answer where workerd throws. Keys are made here; fixed clock, no network.
import { describe, expect, it } from "vitest";
import { ok } from "../../src/core/result.ts";
import { SourceConfig } from "../../src/core/source.ts";
import { resolveSource } from "../../src/sources/presets.ts";
import { type KeyFetcher, noKeys, verify } from "../../src/sources/verify.ts";

const NOW = 1_795_425_600_000;
const BODY = '{"a":1}';
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2_048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const ED25519 = { name: "Ed25519" };

const bytes = (text: string) => new Uint8Array(new TextEncoder().encode(text));
const base64 = (buffer: ArrayBuffer | Uint8Array) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
const base64Url = (buffer: ArrayBuffer | Uint8Array) =>
  base64(buffer).replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_");

async function keysOf(algorithm: typeof RSA | typeof ECDSA | typeof ED25519) {
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new Error("A pair was expected.");
  const spki = await crypto.subtle.exportKey("spki", pair.publicKey);
  if (!(spki instanceof ArrayBuffer)) throw new Error("Bytes were expected.");
  return {
    sign: (content: string) => crypto.subtle.sign(algorithm, pair.privateKey, bytes(content)),
    spki: base64(spki),
    pem: `-----BEGIN PUBLIC KEY-----\n${base64(spki)}\n-----END PUBLIC KEY-----`,
    jwk: JSON.stringify(await crypto.subtle.exportKey("jwk", pair.publicKey)),
  };
}

async function verdict(config: object, headers: Record<string, string>, secrets: string[], keys: KeyFetcher = noKeys) {
  const source = resolveSource("source", SourceConfig.parse(config));
  if (!source.ok) throw new Error(JSON.stringify(source.error));
  const url = "https://bridge.example.com/in/source";
  const request = { method: "POST", url, headers: new Headers(headers), body: bytes(BODY), receivedAt: NOW };
  const result = await verify(request, source.value, { secrets, now: NOW, keys });
  return result.ok ? "accepted" : result.error.reason;
}

/** Of every length that may be met, among them those of keys and signatures. */
const LENGTHS = [1, 3, 31, 32, 33, 63, 64, 65, 72, 255, 256, 257, 1_000];

describe("in workerd", () => {
  it.each([
    ["ed25519", ED25519],
    ["ecdsa-p256-sha256", ECDSA],
    ["rsa-sha256", RSA],
  ])("%s is verified, and a signature of any length gets an answer", async (algorithm, params) => {
    const keys = await keysOf(params);
    const signature = base64(await keys.sign(BODY));
    for (const [format, key] of Object.entries({ "spki-base64": keys.spki, pem: keys.pem, jwk: keys.jwk })) {
      const config = (der: boolean) => ({
        verify: { family: "pubkey", algorithm, der, signature: { from: "header:x" }, key: { format } },
        secrets: ["S"],
      });
      expect(await verdict(config(false), { x: signature }, [key])).toBe("accepted");
      expect(await verdict(config(false), { x: signature }, ["not a key"])).toBe("bad-secret");
      for (const length of LENGTHS) {
        const wrong = base64(new Uint8Array(length).fill(48));
        expect(await verdict(config(false), { x: wrong }, [key])).toBe("no-match");
        if (algorithm !== "ecdsa-p256-sha256") continue;
        expect(await verdict(config(true), { x: wrong }, [key])).toBe("no-match");
      }
    }
  });

  it("hmac, digest and token give an answer for a signature of any length", async () => {
    const signature = { from: "header:x" };
    for (const length of LENGTHS) {
      const hex = "30".repeat(length);
      expect(await verdict({ verify: { family: "hmac", signature }, secrets: ["S"] }, { x: hex }, ["s"])).toBe(
        "no-match",
      );
      expect(await verdict({ verify: { family: "digest", signature }, secrets: ["S"] }, { x: hex }, ["s"])).toBe(
        "no-match",
      );
      expect(await verdict({ verify: { family: "token", at: "header:x" }, secrets: ["S"] }, { x: hex }, ["s"])).toBe(
        "no-match",
      );
    }
  });

  it("a detached JWS is verified, and one of any length gets an answer", async () => {
    const config = (alg: string) => ({
      verify: {
        family: "jws-detached",
        from: "header:x",
        algorithms: [alg],
        keys: { from: "by-kid", url: "https://keys.example.com/{kid}" },
      },
    });
    for (const [alg, params] of [["RS256", RSA] as const, ["ES256", ECDSA] as const, ["EdDSA", ED25519] as const]) {
      const keys = await keysOf(params);
      const fetcher: KeyFetcher = () => Promise.resolve(ok(keys.pem));
      const header = base64Url(bytes(JSON.stringify({ alg, kid: "k1" })));
      const signature = base64Url(await keys.sign(`${header}.${base64Url(bytes(BODY))}`));
      expect(await verdict(config(alg), { x: `${header}..${signature}` }, [], fetcher)).toBe("accepted");
      for (const length of LENGTHS) {
        const wrong = base64Url(new Uint8Array(length).fill(48));
        expect(await verdict(config(alg), { x: `${header}..${wrong}` }, [], fetcher)).toBe("no-match");
      }
    }
  });

  it("a JWT under a shared secret is verified", async () => {
    const key = await crypto.subtle.importKey("raw", bytes("secret"), { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
    ]);
    const input = ['{"alg":"HS256"}', JSON.stringify({ exp: NOW / 1_000 + 60 })].map((part) => base64Url(bytes(part)));
    const signature = base64Url(await crypto.subtle.sign("HMAC", key, bytes(input.join("."))));
    const config = {
      verify: { family: "jwt", from: "bearer", algorithms: ["HS256"], keys: { from: "secrets", format: "utf8" } },
      secrets: ["S"],
    };
    expect(await verdict(config, { authorization: `Bearer ${input.join(".")}.${signature}` }, ["secret"])).toBe(
      "accepted",
    );
    expect(await verdict(config, { authorization: `Bearer ${input.join(".")}.AAAA` }, ["secret"])).toBe("no-match");
  });
});
