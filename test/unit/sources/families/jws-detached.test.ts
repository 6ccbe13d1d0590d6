// The family jws-detached and where its keys come from: TransactionLink's scheme, with jose as the signer. Fixed clock.
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { FlattenedSign } from "jose";
import { describe, expect, test } from "vitest";
import { bytes } from "../requests.ts";
import { configured, documents, failureOf, request, verdict, withFlippedBit } from "./family.ts";

const URL = "https://api.example.com/auth/webhooks/key/{kid}";
const BODY = '{"caseId":"1","event":"finished","name":"Żaneta $& \\u00e9"}\r\n';
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const evil = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = rsa.publicKey.export({ format: "pem", type: "spki" }).toString();
const jwk = rsa.publicKey.export({ format: "jwk" });

const source = configured(
  { family: "jws-detached", from: "header:JWS-SIGNATURE", algorithms: ["RS256"], keys: { from: "by-kid", url: URL } },
  {},
);
const at = (kid: string) => URL.replace("{kid}", kid);
const keys = documents({ [at("k1")]: pem }).fetch;

async function signature(header: object = {}, key: KeyObject = rsa.privateKey, body = BODY): Promise<string> {
  const signed = await new FlattenedSign(bytes(body))
    .setProtectedHeader({ alg: "RS256", kid: "k1", typ: "JWT", ...header })
    .sign(key);
  return `${signed.protected}..${signed.signature}`;
}

const signed = (text: string, body = BODY) => request({ "jws-signature": text }, body);

/** A header that jose would not write. */
function handmade(header: string): string {
  const encoded = Buffer.from(header).toString("base64url");
  const input = `${encoded}.${Buffer.from(BODY).toString("base64url")}`;
  return `${encoded}..${sign("sha256", bytes(input), rsa.privateKey).toString("base64url")}`;
}

describe("a detached JWS", () => {
  test("over the body, as jose makes it, is accepted", async () => {
    expect(await verdict(signed(await signature()), source, { keys })).toBe("accepted");
  });

  test("over an empty body, or a large one, is accepted", async () => {
    const large = "ab\u0000\uffff".repeat(30_000);
    for (const body of ["", large]) {
      expect(await verdict(signed(await signature({}, rsa.privateKey, body), body), source, { keys })).toBe("accepted");
    }
  });

  test("is refused for a body with any bit changed", async () => {
    const inbound = signed(await signature());
    for (let bit = 0; bit < 8 * inbound.body.length; bit += 11) {
      expect(await verdict(withFlippedBit(inbound, bit), source, { keys })).toBe("no-match");
    }
  });

  test("with any character changed is refused", async () => {
    const text = await signature();
    for (let i = 0; i < text.length; i += 3) {
      const changed = text.slice(0, i) + (text[i] === "A" ? "B" : "A") + text.slice(i + 1);
      expect(await verdict(signed(changed), source, { keys })).not.toBe("accepted");
    }
  });

  test("with a payload of its own is refused, though it is rightly signed", async () => {
    const [header, , tail] = (await signature()).split(".");
    const attached = `${header}.${Buffer.from(BODY).toString("base64url")}.${tail}`;
    expect(await failureOf(signed(attached), source, { keys })).toEqual({
      reason: "malformed-token",
      at: "header:jws-signature",
      problem: "attached-payload",
    });
    expect(await verdict(signed(attached, "{}"), source, { keys })).toBe("malformed-token");
  });

  test.each([
    ["is missing", "", "missing-signature"],
    ["has two parts", "a.b", "malformed-token"],
    ["has no header", "..AAAA", "malformed-token"],
    ["has no signature", `${Buffer.from('{"alg":"RS256"}').toString("base64url")}..`, "malformed-token"],
    ["has a header that is no JSON", "AAAA..AAAA", "malformed-token"],
    ["has a header that is a list", `${Buffer.from("[]").toString("base64url")}..AAAA`, "malformed-token"],
    ["is no base64", "*..*", "malformed-token"],
  ])("that %s is refused", async (_, text, expected) => {
    expect(await verdict(signed(text), source, { keys })).toBe(expected);
  });

  test("that names another algorithm is refused", async () => {
    for (const alg of ["none", "HS256", "RS384", "rs256", "PS256"]) {
      expect(await verdict(signed(handmade(JSON.stringify({ alg, kid: "k1" }))), source, { keys })).toBe(
        "algorithm-not-allowed",
      );
    }
  });

  test("with crit or b64 is refused", async () => {
    for (const more of ['"crit":["b64"],"b64":false', '"crit":[]', '"b64":true']) {
      const text = handmade(`{"alg":"RS256","kid":"k1",${more}}`);
      expect(await failureOf(signed(text), source, { keys })).toMatchObject({ problem: "critical-extension" });
    }
  });

  test("is not helped by a key, or a place of keys, that it names itself", async () => {
    const own = evil.publicKey.export({ format: "jwk" });
    for (const header of [{ jku: "https://evil.example/" }, { x5u: "https://evil.example/" }, { jwk: own }]) {
      const { fetch, asked } = documents({ [at("k1")]: pem, "https://evil.example/": JSON.stringify(own) });
      expect(await verdict(signed(await signature(header, evil.privateKey)), source, { keys: fetch })).toBe("no-match");
      expect(asked.map(({ url }) => url)).toEqual([at("k1")]);
      // Rightly signed, they are passed over.
      expect(await verdict(signed(await signature(header)), source, { keys: fetch })).toBe("accepted");
    }
  });
});

describe("the key's id", () => {
  test.each(["..", ".", "", "a/b", "a?b", "a#b", "%2e%2e", "a\\b", "é", "a b", "x".repeat(201)])(
    "%j is refused before anything is fetched",
    async (kid) => {
      const { fetch, asked } = documents({});
      expect(await verdict(signed(await signature({ kid })), source, { keys: fetch })).toBe("unknown-key");
      expect(asked).toEqual([]);
    },
  );

  test("that is unknown is the sender's fault; a server that is down is ours", async () => {
    const inbound = signed(await signature({ kid: "k2" }));
    expect(await verdict(inbound, source, { keys })).toBe("unknown-key");
    const down = documents({ [at("k2")]: { reason: "unavailable", detail: "timeout" } }).fetch;
    expect(await verdict(inbound, source, { keys: down })).toBe("keys-unavailable");
    expect(await verdict(inbound, source, {})).toBe("keys-unavailable");
  });

  test("must be that of the fetched key, if that says its own", async () => {
    const other = documents({ [at("k1")]: JSON.stringify({ ...jwk, kid: "k2" }) }).fetch;
    expect(await verdict(signed(await signature()), source, { keys: other })).toBe("unknown-key");
  });

  test.each([
    ["a PEM", pem],
    ["a JWK", JSON.stringify(jwk)],
    [
      "a JWK set",
      JSON.stringify({
        keys: [
          { ...jwk, kid: "k0" },
          { ...jwk, kid: "k1" },
        ],
      }),
    ],
    ["a PEM as JSON text", JSON.stringify(pem)],
  ])("may lead to %s", async (_, document) => {
    const served = documents({ [at("k1")]: document }).fetch;
    expect(await verdict(signed(await signature()), source, { keys: served })).toBe("accepted");
  });
});

describe("keys from a JWK set", () => {
  const SET = "https://api.example.com/jwks.json";
  const fromSet = configured(
    {
      family: "jws-detached",
      from: "header:jws-signature",
      algorithms: ["RS256", "ES256"],
      keys: { from: "jwks", url: SET },
    },
    {},
  );
  const other = evil.publicKey.export({ format: "jwk" });

  test("are chosen by id, or tried when none is named", async () => {
    const set = documents({
      [SET]: JSON.stringify({
        keys: [
          { ...other, kid: "k0" },
          { ...jwk, kid: "k1" },
        ],
      }),
    }).fetch;
    expect(await verdict(signed(await signature()), fromSet, { keys: set })).toBe("accepted");
    expect(await verdict(signed(await signature({ kid: undefined })), fromSet, { keys: set })).toBe("accepted");
    expect(await verdict(signed(await signature({ kid: "k0" })), fromSet, { keys: set })).toBe("no-match");
  });

  test("are asked for anew, once, when the id is not among them", async () => {
    const { fetch, asked } = documents({ [SET]: JSON.stringify({ keys: [{ ...other, kid: "k0" }] }) });
    expect(await verdict(signed(await signature()), fromSet, { keys: fetch })).toBe("unknown-key");
    expect(asked.map(({ refresh }) => refresh)).toEqual([false, true]);
  });
});

test("keys may be spelled out, or be secrets", async () => {
  const from = { family: "jws-detached", from: "header:jws-signature", algorithms: ["RS256"] };
  const literal = configured({ ...from, keys: { from: "literal", format: "pem", keys: [pem] } }, {});
  const secret = configured({ ...from, keys: { from: "secrets", format: "jwk" } });
  const inbound = signed(await signature());
  expect(await verdict(inbound, literal, {})).toBe("accepted");
  expect(await verdict(inbound, secret, { secrets: [JSON.stringify(jwk)] })).toBe("accepted");
  expect(await verdict(inbound, secret, { secrets: ["not a key"] })).toBe("bad-secret");
  expect(await verdict(inbound, secret, { secrets: [JSON.stringify(evil.publicKey.export({ format: "jwk" }))] })).toBe(
    "no-match",
  );
});
