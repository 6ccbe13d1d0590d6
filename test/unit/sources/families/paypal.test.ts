// The family paypal: signatures by node:crypto, CRC-32 by node:zlib, certificates made for these tests. No network.
import { generateKeyPairSync, type KeyObject, sign, X509Certificate } from "node:crypto";
import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCertificate } from "../../../../src/sources/families/certificate.ts";
import { crc32 } from "../../../../src/sources/families/crc32.ts";
import { bytes, NOW } from "../requests.ts";
import { makeCertificate } from "./certificates.ts";
import { configured, documents, failureOf, request, secretIndexOf, verdict } from "./family.ts";

const WEBHOOK_ID = "1JE4291016473214C";
const GIVEN_SECRETS = { secrets: [WEBHOOK_ID] };
const CERT_URL = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77";
const BODY = '{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED"}';
const DAY_MS = 86_400_000;

const paypalKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const evilKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const certificate = (keys = paypalKeys, from = NOW - DAY_MS, to = NOW + DAY_MS) => makeCertificate(keys, from, to);

const live = configured({ family: "paypal" });
const sandbox = configured({ family: "paypal", environment: "sandbox" });

interface Transmission {
  readonly body?: string;
  readonly webhookId?: string;
  readonly time?: string;
  readonly key?: KeyObject;
  readonly url?: string;
  readonly algorithm?: string;
}

function signed({
  body = BODY,
  webhookId = WEBHOOK_ID,
  time = new Date(NOW).toISOString().replace(".000", ""),
  key = paypalKeys.privateKey,
  url = CERT_URL,
  algorithm = "SHA256withRSA",
}: Transmission = {}) {
  const content = `id-1|${time}|${webhookId}|${zlibCrc32(body)}`;
  return request(
    {
      "paypal-transmission-id": "id-1",
      "paypal-transmission-time": time,
      "paypal-transmission-sig": sign("sha256", bytes(content), key).toString("base64"),
      "paypal-cert-url": url,
      "paypal-auth-algo": algorithm,
    },
    body,
  );
}

const given = { ...GIVEN_SECRETS, keys: documents({ [CERT_URL]: certificate() }).fetch };

describe("a transmission", () => {
  test("is accepted under the certificate that PayPal's API serves", async () => {
    expect(await verdict(signed(), live, given)).toBe("accepted");
    expect(await secretIndexOf(signed(), live, { ...given, secrets: ["other", WEBHOOK_ID] })).toBe(1);
  });

  test("is refused with white space behind its id, which would make it another event under the same signature", async () => {
    for (const space of ["\u00a0", "\u00a0\u00a0"]) {
      const captured = signed();
      captured.headers.set("paypal-transmission-id", `id-1${space}`);
      expect(await verdict(captured, live, given)).toBe("malformed-signature");
    }
  });

  test("is accepted under the first certificate of a chain", async () => {
    const keys = documents({ [CERT_URL]: `${certificate()}\n${certificate(evilKeys)}` }).fetch;
    expect(await verdict(signed(), live, { ...GIVEN_SECRETS, keys })).toBe("accepted");
    expect(await verdict(signed({ key: evilKeys.privateKey }), live, { ...GIVEN_SECRETS, keys })).toBe("no-match");
  });

  test.each([
    ["with another body", { ...signed(), body: bytes(`${BODY} `) }, "no-match"],
    ["for another webhook", signed({ webhookId: "WEBHOOK_ID" }), "no-match"],
    ["with another key", signed({ key: evilKeys.privateKey }), "no-match"],
    ["of five days ago", signed({ time: new Date(NOW - 5 * DAY_MS).toISOString() }), "stale"],
    ["of next week", signed({ time: new Date(NOW + 7 * DAY_MS).toISOString() }), "future"],
    ["with a time that is none", signed({ time: "yesterday" }), "malformed-timestamp"],
    ["by another algorithm", signed({ algorithm: "SHA1withRSA" }), "algorithm-not-allowed"],
    ["with nothing", request({}, BODY), "missing-signature"],
  ])("%s is refused", async (_, inbound, expected) => {
    expect(await verdict(inbound, live, given)).toBe(expected);
  });

  test("with a changed id is refused", async () => {
    const inbound = signed();
    const headers = new Headers(inbound.headers);
    headers.set("paypal-transmission-id", "id-2");
    expect(await verdict({ ...inbound, headers }, live, given)).toBe("no-match");
    headers.delete("paypal-transmission-id");
    expect(await verdict({ ...inbound, headers }, live, given)).toBe("missing-header");
  });

  test("of three days ago, a late retry, is accepted", async () => {
    expect(await verdict(signed({ time: new Date(NOW - 3 * DAY_MS).toISOString() }), live, given)).toBe("accepted");
  });
});

describe("the certificate", () => {
  test.each([
    ["of a host that ends alike", "https://evil-api.paypal.com.example/v1/notifications/certs/CERT-1"],
    ["of a host that begins alike", "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1"],
    ["with PayPal as user name", "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1"],
    ["of another PayPal host", "https://www.paypal.com/v1/notifications/certs/CERT-1"],
    ["of the sandbox", "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1"],
    ["without TLS", "http://api.paypal.com/v1/notifications/certs/CERT-1"],
    ["at a port", "https://api.paypal.com:8443/v1/notifications/certs/CERT-1"],
    ["at another path", "https://api.paypal.com/v1/uploads/CERT-1"],
    ["above the path", "https://api.paypal.com/v1/notifications/certs/../../uploads/CERT-1"],
    ["with a query", "https://api.paypal.com/v1/notifications/certs/CERT-1?next=https://evil.example"],
    ["of a host in capitals", "https://API.paypal.com/v1/notifications/certs/CERT-1"],
    ["with a backslash", "https://api.paypal.com\\@evil.example/v1/notifications/certs/CERT-1"],
  ])("%s is refused and never fetched", async (_, url) => {
    const { fetch, asked } = documents({ [url]: certificate(evilKeys) });
    const inbound = signed({ url, key: evilKeys.privateKey });
    expect(await failureOf(inbound, live, { ...GIVEN_SECRETS, keys: fetch })).toEqual({
      reason: "certificate-refused",
      problem: "url-not-allowed",
    });
    expect(asked).toEqual([]);
  });

  test("of the sandbox counts for a sandbox source, and only there", async () => {
    const url = CERT_URL.replace("api.", "api.sandbox.");
    const keys = documents({ [url]: certificate(), [CERT_URL]: certificate() }).fetch;
    expect(await verdict(signed({ url }), sandbox, { ...GIVEN_SECRETS, keys })).toBe("accepted");
    expect(await verdict(signed(), sandbox, { ...GIVEN_SECRETS, keys })).toBe("certificate-refused");
  });

  test.each([
    ["has ended", certificate(paypalKeys, NOW - 2 * DAY_MS, NOW - DAY_MS)],
    ["has not begun", certificate(paypalKeys, NOW + DAY_MS, NOW + 2 * DAY_MS)],
    ["is none", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"],
    ["is a public key", paypalKeys.publicKey.export({ format: "pem", type: "spki" }).toString()],
    ["is nothing", ""],
  ])("that %s is refused", async (_, document) => {
    const keys = documents({ [CERT_URL]: document }).fetch;
    expect(await verdict(signed(), live, { ...GIVEN_SECRETS, keys })).toBe("certificate-refused");
  });

  test("that is not there is the sender's fault; one that cannot be had is ours", async () => {
    expect(await verdict(signed(), live, { ...GIVEN_SECRETS, keys: documents({}).fetch })).toBe("unknown-key");
    expect(await verdict(signed(), live, GIVEN_SECRETS)).toBe("keys-unavailable");
    const throws = () => Promise.reject(new Error("bug"));
    expect(await verdict(signed(), live, { ...GIVEN_SECRETS, keys: throws })).toBe("keys-unavailable");
  });

  test("may be pinned, and then none is fetched", async () => {
    const pinned = configured({ family: "paypal", certificates: [certificate(evilKeys), certificate()] });
    const { fetch, asked } = documents({});
    expect(await verdict(signed({ url: "https://evil.example/" }), pinned, { ...GIVEN_SECRETS, keys: fetch })).toBe(
      "accepted",
    );
    expect(asked).toEqual([]);
  });

  test("is read as node:crypto reads it", () => {
    for (const to of [NOW + DAY_MS, Date.UTC(2060, 1, 29, 1, 2, 3)]) {
      const pem = certificate(paypalKeys, NOW - DAY_MS, to);
      const oracle = new X509Certificate(pem);
      const read = readCertificate(new Uint8Array(oracle.raw));
      expect(read).toMatchObject({ notBefore: oracle.validFromDate.getTime(), notAfter: oracle.validToDate.getTime() });
      expect(Buffer.from(read?.spki ?? [])).toEqual(oracle.publicKey.export({ format: "der", type: "spki" }));
    }
  });

  test("with any byte changed never makes anything throw", async () => {
    const pem = certificate();
    const der = Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ""), "base64");
    for (let i = 0; i < der.length; i += 3) {
      const changed = Buffer.from(der);
      changed[i] = (changed[i] ?? 0) ^ 0xff;
      const document = `-----BEGIN CERTIFICATE-----\n${changed.toString("base64")}\n-----END CERTIFICATE-----`;
      const keys = documents({ [CERT_URL]: document }).fetch;
      await verdict(signed(), live, { ...GIVEN_SECRETS, keys });
    }
  });
});

test("the CRC-32 is that of zlib, and the published one of '123456789'", () => {
  expect(crc32(bytes("123456789"))).toBe(0xcbf43926);
  fc.assert(fc.property(fc.uint8Array(), (array) => crc32(array) === zlibCrc32(array)));
});
