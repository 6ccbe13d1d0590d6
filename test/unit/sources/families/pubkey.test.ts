// The family pubkey: RFC 8032 and RFC 6979 vectors, SendGrid's own verifier, node:crypto for the rest. Fixed clock.
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { EventWebhook } from "@sendgrid/eventwebhook";
import { describe, expect, test } from "vitest";
import { bytes, NOW, NOW_SECONDS } from "../requests.ts";
import { configured, request, secretIndexOf, verdict, withFlippedBit } from "./family.ts";

function pubkey(overrides: object, more?: object) {
  return configured({ family: "pubkey", signature: { from: "header:x-sig" }, ...overrides }, more);
}

const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));

describe("published vectors", () => {
  // RFC 8032, section 7.1, tests 1 and 3.
  const ed25519 = pubkey({ algorithm: "ed25519", encoding: "hex", key: { format: "raw", encoding: "hex" } });
  test.each([
    [
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
  ])("RFC 8032 with the key %s is accepted", async (key, body, signature) => {
    expect(await verdict(request({ "x-sig": signature }, hex(body)), ed25519, { secrets: [key] })).toBe("accepted");
    expect(await verdict(request({ "x-sig": signature }, hex(`${body}00`)), ed25519, { secrets: [key] })).toBe(
      "no-match",
    );
  });

  // RFC 6979, A.2.5: P-256, SHA-256, message "sample".
  const r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
  const s = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
  const point =
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
  const ecdsa = { algorithm: "ecdsa-p256-sha256", encoding: "hex", key: { format: "raw", encoding: "hex" } };
  const der = `3046022100${r}022100${s}`;

  test("RFC 6979 is accepted, raw and as DER, each only where it is said", async () => {
    const raw = pubkey(ecdsa);
    const asDer = pubkey({ ...ecdsa, der: true });
    const given = { secrets: [point] };
    expect(await verdict(request({ "x-sig": r + s }, "sample"), raw, given)).toBe("accepted");
    expect(await verdict(request({ "x-sig": der }, "sample"), asDer, given)).toBe("accepted");
    expect(await verdict(request({ "x-sig": der }, "sample"), raw, given)).toBe("no-match");
    expect(await verdict(request({ "x-sig": r + s }, "sample"), asDer, given)).toBe("no-match");
  });

  test.each([
    ["a length too short", `3045022100${r}022100${s}`],
    ["bytes after its end", `${der}00`],
    ["a negative number", `30440220${r}0220${s}`],
    ["a number with a needless zero", `304702220000${r}022100${s}`],
    ["a long length where a short one does", `308146022100${r}022100${s}`],
    ["an indefinite length", `3080022100${r}022100${s}0000`],
    ["one number", `3023022100${r}`],
    ["three numbers", `3049022100${r}022100${s}020101`],
    ["a number of 33 bytes", `304702220101${r}022100${s}`],
    ["nothing in it", "3000"],
  ])("a DER signature with %s is refused", async (_, signature) => {
    const source = pubkey({ ...ecdsa, der: true });
    expect(await verdict(request({ "x-sig": signature }, "sample"), source, { secrets: [point] })).toBe("no-match");
  });
});

describe("SendGrid", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = publicKey.export({ format: "der", type: "spki" }).toString("base64");
  const sendgrid = pubkey({
    algorithm: "ecdsa-p256-sha256",
    der: true,
    signature: { from: "header:x-twilio-email-event-webhook-signature" },
    timestamp: { from: "header:x-twilio-email-event-webhook-timestamp" },
    content: "{ts}{body}",
    key: { format: "spki-base64" },
  });
  const BODY = '[{"email":"a@b.example","event":"processed","sg_event_id":"1"}]\r\n';
  const signed = (time: number, body = BODY) => {
    const signature = sign("sha256", Buffer.from(`${time}${body}`), privateKey).toString("base64");
    return request(
      {
        "x-twilio-email-event-webhook-signature": signature,
        "x-twilio-email-event-webhook-timestamp": String(time),
      },
      body,
    );
  };
  const given = { secrets: [spki] };

  function bySdk(inbound: ReturnType<typeof request>, body: string): boolean {
    const webhook = new EventWebhook();
    return webhook.verifySignature(
      webhook.convertPublicKeyToECDSA(spki),
      body,
      inbound.headers.get("x-twilio-email-event-webhook-signature") ?? "",
      inbound.headers.get("x-twilio-email-event-webhook-timestamp") ?? "",
    );
  }

  test("and its own library agree", async () => {
    const inbound = signed(NOW_SECONDS);
    expect(bySdk(inbound, BODY)).toBe(true);
    expect(await verdict(inbound, sendgrid, given)).toBe("accepted");
    const cut = { ...inbound, body: inbound.body.slice(0, -2) };
    expect(bySdk(inbound, BODY.trimEnd())).toBe(false);
    expect(await verdict(cut, sendgrid, given)).toBe("no-match");
  });

  test("is refused when stale, from the future, or with a changed bit", async () => {
    expect(await verdict(signed(NOW_SECONDS - 301), sendgrid, given)).toBe("stale");
    expect(await verdict(signed(NOW_SECONDS + 301), sendgrid, given)).toBe("future");
    for (let bit = 0; bit < 500; bit += 7) {
      expect(await verdict(withFlippedBit(signed(NOW_SECONDS), bit), sendgrid, given)).toBe("no-match");
    }
  });
});

describe("keys", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const edwards = generateKeyPairSync("ed25519");
  const pem = (key: KeyObject) => key.export({ format: "pem", type: "spki" }).toString();
  const jwk = (key: KeyObject) => key.export({ format: "jwk" });
  const spki = (key: KeyObject) => key.export({ format: "der", type: "spki" }).toString("base64");
  const byRsa = request({ "x-sig": sign("sha256", bytes("a"), rsa.privateKey).toString("base64") }, "a");
  const byEdwards = request({ "x-sig": sign(null, bytes("a"), edwards.privateKey).toString("base64") }, "a");
  const rawEdwards = Buffer.from(jwk(edwards.publicKey).x ?? "", "base64url");

  test.each([
    ["pem", pem(rsa.publicKey)],
    ["pem", pem(rsa.publicKey).replaceAll("\n", "\\n")],
    ["spki-base64", spki(rsa.publicKey)],
    ["jwk", JSON.stringify(jwk(rsa.publicKey))],
    ["jwk", JSON.stringify({ ...jwk(rsa.publicKey), alg: "RS256", use: "sig", kid: "1" })],
    ["jwk", JSON.stringify({ keys: [jwk(edwards.publicKey), jwk(rsa.publicKey)] })],
  ])("of RSA as %s are read", async (format, key) => {
    const source = pubkey({ algorithm: "rsa-sha256", key: { format } });
    expect(await verdict(byRsa, source, { secrets: [key] })).toBe("accepted");
    const literal = pubkey({ algorithm: "rsa-sha256", key: { format }, keys: [key] }, {});
    expect(await verdict(byRsa, literal, {})).toBe("accepted");
    expect(await secretIndexOf(byRsa, literal, {})).toBeNull();
  });

  test.each([
    ["raw", rawEdwards.toString("base64")],
    ["raw", `whpk_${rawEdwards.toString("base64")}`],
    ["pem", pem(edwards.publicKey)],
    ["spki-base64", spki(edwards.publicKey)],
    ["jwk", JSON.stringify(jwk(edwards.publicKey))],
  ])("of ed25519 as %s are read", async (format, key) => {
    const source = pubkey({ algorithm: "ed25519", key: { format, strip: "whpk_" } });
    expect(await verdict(byEdwards, source, { secrets: [key] })).toBe("accepted");
  });

  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
  test.each([
    ["nothing", ""],
    ["no key", "not a key"],
    ["a private key", rsa.privateKey.export({ format: "pem", type: "pkcs8" }).toString()],
    ["a key of another kind", pem(edwards.publicKey)],
    ["an RSA key of 1,024 bits", pem(weak.publicKey)],
    ["a PEM that is broken off", pem(rsa.publicKey).slice(0, 80)],
    ["a PEM of rubbish", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"],
  ])("that are %s are our fault", async (_, key) => {
    const source = pubkey({ algorithm: "rsa-sha256", key: { format: "pem" } });
    expect(await verdict(byRsa, source, { secrets: [key] })).toBe("bad-secret");
    expect(await verdict(byRsa, source, { secrets: [key, pem(rsa.publicKey)] })).toBe("accepted");
  });

  test.each([
    ["for encryption", { ...jwk(rsa.publicKey), use: "enc" }],
    ["for another algorithm", { ...jwk(rsa.publicKey), alg: "RS512" }],
    ["for signing only", { ...jwk(rsa.publicKey), key_ops: ["sign"] }],
    ["a shared secret", { kty: "oct", k: "AAAA" }],
  ])("in a JWK that is %s are not used", async (_, key) => {
    const source = pubkey({ algorithm: "rsa-sha256", key: { format: "jwk" } });
    expect(await verdict(byRsa, source, { secrets: [JSON.stringify(key)] })).toBe("bad-secret");
  });

  test("rotate: any of the listed ones may have signed", async () => {
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const source = pubkey({ algorithm: "rsa-sha256", key: { format: "pem" } });
    const secrets = [pem(other.publicKey), pem(rsa.publicKey)];
    expect(await secretIndexOf(byRsa, source, { secrets })).toBe(1);
    expect(await verdict(byRsa, source, { secrets: secrets.slice(0, 1) })).toBe("no-match");
  });
});

test("a request without a signature, or with one of no use, is refused", async () => {
  const source = pubkey({ algorithm: "ed25519", key: { format: "raw" } });
  const given = { secrets: [Buffer.alloc(32, 9).toString("base64")], now: NOW };
  expect(await verdict(request({}, "a"), source, given)).toBe("missing-signature");
  for (const signature of ["AA==", "!", "A".repeat(86), Buffer.alloc(64).toString("base64")]) {
    expect(await verdict(request({ "x-sig": signature }, "a"), source, given)).toBe("no-match");
  }
});
