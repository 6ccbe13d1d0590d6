// Of every family: no request makes it throw, and no changed bit of body, header or secret is accepted where the body is
// signed. Properties; fixed clock, no network.
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytes, NOW, NOW_SECONDS } from "../requests.ts";
import { checked, configured, documents, PUBLIC_URL, request, verdict, withFlippedBit } from "./family.ts";

const SIGNATURE = {
  from: ["header:x-sig", "query:sig", "form:sig", "$.sig"],
  sets: " ",
  split: ",",
  kv: "=",
  key: "v1",
};
const TIMED = { timestamp: { from: ["sig:t", "header:x-time", "$.time"] }, content: "{ts}{url}{$.a}{form:a}{body}" };
const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PEM = RSA.publicKey.export({ format: "pem", type: "spki" }).toString();
const KEY_URL = "https://api.example.com/keys/{kid}";
const { fetch } = documents({ [KEY_URL.replace("{kid}", "k1")]: PEM, [KEY_URL.replace("{kid}", "k2")]: "rubbish" });
const MORE = { secrets: ["S"], publicUrl: PUBLIC_URL };

const jwt = (keys: object) => ({ family: "jwt", from: "header:x-sig", algorithms: ["RS256", "ES256"], keys });
const FAMILIES = [
  configured({ family: "hmac", signature: SIGNATURE, ...TIMED }, MORE),
  configured({ family: "digest", signature: SIGNATURE, content: "{secret}{body}" }, MORE),
  ...["ed25519", "ecdsa-p256-sha256", "rsa-sha256"].flatMap((algorithm) =>
    ["pem", "spki-base64", "jwk"].map((format) =>
      configured({ family: "pubkey", algorithm, signature: { from: "header:x-sig" }, key: { format } }, MORE),
    ),
  ),
  configured(
    {
      family: "pubkey",
      algorithm: "ecdsa-p256-sha256",
      der: true,
      signature: { from: "header:x-sig" },
      key: { format: "raw" },
    },
    MORE,
  ),
  configured(jwt({ from: "secrets", format: "pem" }), MORE),
  configured(jwt({ from: "by-kid", url: KEY_URL }), { publicUrl: PUBLIC_URL }),
  configured({ ...jwt({ from: "by-kid", url: KEY_URL }), family: "jws-detached", from: "header:x-sig" }, {}),
  configured({ ...jwt({ from: "secrets", format: "utf8" }), algorithms: ["HS256"] }, MORE),
  configured({ family: "token", at: ["basic", "query:sig", "form:sig", "$.sig"] }, MORE),
  configured({ family: "twilio" }, MORE),
  configured({ family: "adyen-standard" }, MORE),
  configured({ family: "braintree" }, MORE),
  configured({ family: "paypal" }, MORE),
  configured(
    { family: "browser-form", honeypot: "sig" },
    { allowOrigins: ["https://a.example"], body: { accept: ["form"] } },
  ),
  configured({ family: "any", of: [{ family: "twilio" }, { family: "hmac", signature: SIGNATURE, ...TIMED }] }, MORE),
];

const protectedHeader = (header: object) => Buffer.from(JSON.stringify(header)).toString("base64url");
const pieces = fc.constantFrom(
  ..."=, .:&|$",
  "t=",
  "v1=",
  String(NOW_SECONDS),
  "ab".repeat(32),
  "AAAA",
  "Basic ",
  "Bearer ",
  protectedHeader({ alg: "RS256", kid: "k1" }),
  protectedHeader({ alg: "RS256", kid: "k2" }),
  protectedHeader({ alg: "HS256" }),
  protectedHeader({ alg: 1 }),
  "e30",
  "..",
  "3006020101020101",
  "https://api.paypal.com/v1/notifications/certs/CERT-1",
  "SHA256withRSA",
  "2026-11-23T09:20:00Z",
  "\u00ff",
);
const values = fc.oneof(
  fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join("")),
  fc.stringMatching(/^[ -~]{0,60}$/),
);
const names = fc.constantFrom(
  "x-sig",
  "x-time",
  "authorization",
  "origin",
  "x-twilio-signature",
  "paypal-transmission-id",
  "paypal-transmission-time",
  "paypal-transmission-sig",
  "paypal-cert-url",
  "paypal-auth-algo",
);
const contentTypes = fc.constantFrom(
  "application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=b",
  "multipart/form-data",
  "",
);
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 100 }).map((array) => new Uint8Array(array)),
  fc.json().map(bytes),
  fc
    .record({ sig: fc.anything(), time: fc.anything(), notificationItems: fc.anything() })
    .map((body) => bytes(JSON.stringify(body, (_, value) => (typeof value === "bigint" ? 1 : value)))),
  fc
    .array(fc.anything(), { maxLength: 3 })
    .map((items) => items.map((item) => ({ NotificationRequestItem: { additionalData: item, amount: item } })))
    .map((notificationItems) =>
      bytes(JSON.stringify({ notificationItems }, (_, value) => (typeof value === "bigint" ? 1 : value))),
    ),
  fc.dictionary(fc.constantFrom("sig", "a", "bt_signature", "bt_payload"), values).map((fields) => {
    return bytes(new URLSearchParams(fields).toString());
  }),
);
const requests = fc
  .record({ headers: fc.dictionary(names, values), contentType: contentTypes, body: bodies, query: values })
  .map(({ headers, contentType, body, query }) => ({
    ...request({ ...headers, "content-type": contentType }, body),
    url: `https://bridge.example.com/in/source?sig=${encodeURIComponent(query)}`,
  }));
const secrets = fc.array(
  fc.oneof(fc.constantFrom("", "00", "a:b", PEM, "{}", "not a key", `{"kty":"RSA","n":"AA","e":"AQAB"}`), fc.string()),
  { maxLength: 3 },
);

describe("for any request and any secrets", () => {
  test("every family gives an answer, and none that lets it in", async () => {
    await fc.assert(
      fc.asyncProperty(requests, fc.constantFrom(...FAMILIES), secrets, async (inbound, source, given) => {
        const result = await checked(inbound, source, { secrets: given, keys: fetch });
        if (!result.ok) expect(JSON.stringify(result.error).length).toBeLessThan(700);
        else expect(["token", "browser-form"]).toContain(source.scheme.family);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("for any body that is signed", () => {
  const anyBody = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((array) => new Uint8Array(array));
  const bit = fc.nat();
  const hmac = configured({
    family: "hmac",
    signature: { from: "header:x-sig", split: ",", kv: "=", key: "v1" },
    timestamp: { from: "sig:t" },
    content: "{ts}.{header:x-id}.{body}",
  });
  const rsa = configured({
    family: "pubkey",
    algorithm: "rsa-sha256",
    encoding: "hex",
    signature: { from: "header:x-sig" },
    key: { format: "pem" },
  });

  function byHmac(body: Uint8Array<ArrayBuffer>, secret = "secret", time = NOW_SECONDS, id = "id-1") {
    const mac = createHmac("sha256", secret).update(`${time}.${id}.`).update(body).digest("hex");
    return request({ "x-sig": `t=${time},v1=${mac}`, "x-id": id }, body);
  }

  test("hmac accepts it, and nothing in which one bit is another", async () => {
    await fc.assert(
      fc.asyncProperty(anyBody, bit, async (body, at) => {
        const given = { secrets: ["secret"] };
        expect(await verdict(byHmac(body), hmac, given)).toBe("accepted");
        expect(await verdict(withFlippedBit(byHmac(body), at), hmac, given)).toBe("no-match");
        const other = { ...byHmac(body), headers: byHmac(body, "secret", NOW_SECONDS, "id-2").headers };
        other.headers.set("x-id", "id-1");
        expect(await verdict(other, hmac, given)).toBe("no-match");
      }),
    );
  });

  test("hmac accepts no header in which a character is another, but for the case of hex", async () => {
    const inbound = byHmac(bytes("a"));
    const header = inbound.headers.get("x-sig") ?? "";
    for (let i = 0; i < header.length; i++) {
      for (const char of ["0", "g", ",", "="].filter((each) => each !== header[i])) {
        const headers = new Headers({ "x-id": "id-1", "x-sig": header.slice(0, i) + char + header.slice(i + 1) });
        expect(await verdict({ ...inbound, headers }, hmac, { secrets: ["secret"] })).not.toBe("accepted");
      }
    }
  });

  test("hmac accepts no other secret", async () => {
    await fc.assert(
      fc.asyncProperty(anyBody, fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), async (body, one, other) => {
        // Lone surrogates all become U+FFFD.
        fc.pre(one.toWellFormed() !== other.toWellFormed());
        // HMAC pads its key with zeros: no text that anybody can type ends with them.
        fc.pre(one.replace(/\0+$/, "") !== other.replace(/\0+$/, ""));
        expect(await verdict(byHmac(body, one.toWellFormed()), hmac, { secrets: [other] })).toBe("no-match");
      }),
    );
  });

  test("pubkey accepts it, and nothing in which one bit of body or signature is another", async () => {
    const given = { secrets: [PEM], now: NOW };
    await fc.assert(
      fc.asyncProperty(anyBody, bit, async (body, at) => {
        const signature = sign("sha256", body, RSA.privateKey);
        const inbound = request({ "x-sig": signature.toString("hex") }, body);
        expect(await verdict(inbound, rsa, given)).toBe("accepted");
        expect(await verdict(withFlippedBit(inbound, at), rsa, given)).toBe("no-match");
        const changed = Buffer.from(signature);
        changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ (1 << (at & 7));
        expect(await verdict(request({ "x-sig": changed.toString("hex") }, body), rsa, given)).toBe("no-match");
      }),
    );
  });
});
