// What senders asked of hmac beyond a header: other places, other times, other keys, sets, a named hash. Oracle:
// node:crypto. Fixed clock, no network.
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { JSON_TYPE, NOW, NOW_SECONDS } from "../requests.ts";
import { configured, FORM_TYPE, failureOf, PUBLIC_URL, request, secretIndexOf, verdict } from "./family.ts";

const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const GIVEN = { secrets: [SECRET] };

function hmac(overrides: object, more?: object) {
  return configured({ family: "hmac", signature: { from: "header:x-sig" }, ...overrides }, more);
}

/** A source whose signature leaves the body out has to say what makes two deliveries the same. */
function keyedBy(dedupeKey: string) {
  return { secrets: ["S"], event: { dedupeKey } };
}

function sign(content: string | Uint8Array, key: string | Uint8Array = SECRET, hash = "sha256") {
  return createHmac(hash, key).update(content);
}

describe("the signature", () => {
  test("may stand in the query, in a form or in the body", async () => {
    const query = hmac({ signature: { from: "query:sig" } });
    const url = `https://bridge.example.com/in/source?sig=${sign("a").digest("hex")}`;
    expect(await verdict({ ...request({}, "a"), url }, query, GIVEN)).toBe("accepted");
    expect(await verdict({ ...request({}, "b"), url }, query, GIVEN)).toBe("no-match");
    expect(await verdict({ ...request({}, "b"), url: "not a url" }, query, GIVEN)).toBe("missing-signature");

    const field = hmac({ signature: { from: "form:sig" }, content: "{form:data}" }, keyedBy("form:data"));
    const body = `data=a%26b+c&sig=${sign("a&b c").digest("hex")}`;
    expect(await verdict(request(FORM_TYPE, body), field, GIVEN)).toBe("accepted");
    expect(await verdict(request(FORM_TYPE, body.replace("a%26", "x%26")), field, GIVEN)).toBe("no-match");
    expect(await verdict(request(JSON_TYPE, body), field, GIVEN)).toBe("missing-signature");
  });

  test("may go by two names, and every one that is there counts", async () => {
    const source = hmac({ signature: { from: ["header:shopify-hmac-sha256", "header:x-shopify-hmac-sha256"] } });
    const right = sign("a").digest("hex");
    const wrong = sign("b").digest("hex");
    expect(await verdict(request({ "shopify-hmac-sha256": right }, "a"), source, GIVEN)).toBe("accepted");
    expect(await verdict(request({ "x-shopify-hmac-sha256": right }, "a"), source, GIVEN)).toBe("accepted");
    const both = request({ "shopify-hmac-sha256": wrong, "x-shopify-hmac-sha256": right }, "a");
    expect(await verdict(both, source, GIVEN)).toBe("accepted");
    expect(await failureOf(request({}, "a"), source, GIVEN)).toEqual({
      reason: "missing-signature",
      at: "header:shopify-hmac-sha256 header:x-shopify-hmac-sha256",
    });
  });

  test("is read in base64url when the source says so, and only then", async () => {
    const source = hmac({ encoding: "base64url" });
    // One whose signature has a character in which the alphabets differ.
    const body = ["a", "b", "c", "d", "e"].find((text) => /[+/]/.test(sign(text).digest("base64"))) ?? "";
    const base64 = sign(body).digest("base64");
    expect(base64).toMatch(/[+/]/);
    expect(await verdict(request({ "x-sig": sign(body).digest("base64url") }, body), source, GIVEN)).toBe("accepted");
    expect(await verdict(request({ "x-sig": base64 }, body), source, GIVEN)).toBe("no-match");
  });

  test("in base64 with bits that belong to no byte is another signature", async () => {
    const source = hmac({ encoding: "base64" });
    const right = sign("a").digest("base64");
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const last = alphabet.indexOf(right.at(-2) ?? "");
    const sloppy = `${right.slice(0, -2)}${alphabet[last + 1]}=`;
    expect(Buffer.from(sloppy, "base64")).toEqual(Buffer.from(right, "base64"));
    expect(await verdict(request({ "x-sig": right }, "a"), source, GIVEN)).toBe("accepted");
    expect(await verdict(request({ "x-sig": sloppy }, "a"), source, GIVEN)).toBe("no-match");
  });
});

describe("signature sets", () => {
  const persona = hmac({
    signature: { from: "header:persona-signature", sets: " ", split: ",", kv: "=", key: "v1" },
    timestamp: { from: "sig:t" },
    content: "{ts}.{body}",
  });
  const set = (time: number, key: string, content = "a") =>
    `t=${time},v1=${sign(`${time}.${content}`, key).digest("hex")}`;
  const inbound = (...sets: string[]) => request({ "persona-signature": sets.join(" ") }, "a");

  test.each([
    ["one", [set(NOW_SECONDS, SECRET)], "accepted"],
    ["the right one last", [set(NOW_SECONDS - 9, "old"), set(NOW_SECONDS, SECRET)], "accepted"],
    ["the right one first", [set(NOW_SECONDS, SECRET), set(NOW_SECONDS - 9, "old")], "accepted"],
    ["none right", [set(NOW_SECONDS, "a"), set(NOW_SECONDS, "b")], "no-match"],
    ["the right one stale", [set(NOW_SECONDS, "old"), set(NOW_SECONDS - 301, SECRET)], "stale"],
    ["one stale and one fresh", [set(NOW_SECONDS - 301, SECRET), set(NOW_SECONDS, SECRET)], "accepted"],
    ["a broken one beside the right one", ["t=x,v1=00", set(NOW_SECONDS, SECRET)], "accepted"],
    ["only a broken one", ["t=x,v1=00"], "malformed-timestamp"],
    ["more than four", Array.from({ length: 5 }, () => set(NOW_SECONDS, SECRET)), "malformed-signature"],
  ])("with %s are judged rightly", async (_, sets, expected) => {
    expect(await verdict(inbound(...sets), persona, GIVEN)).toBe(expected);
  });

  test("do not lend each other their time", async () => {
    const stale = set(NOW_SECONDS - 1_000, SECRET);
    const signature = stale.slice(stale.indexOf(",") + 1);
    expect(await verdict(inbound(`t=${NOW_SECONDS},${signature}`), persona, GIVEN)).toBe("no-match");
    expect(await verdict(inbound(`${stale},t=${NOW_SECONDS}`), persona, GIVEN)).toBe("malformed-signature");
  });
});

describe("the timestamp", () => {
  const linear = hmac({
    signature: { from: "header:linear-signature" },
    timestamp: { from: "$.webhookTimestamp", unit: "ms", toleranceSeconds: 60 },
  });
  const event = (time: unknown) => {
    const body = JSON.stringify({ action: "create", webhookTimestamp: time });
    return request({ ...JSON_TYPE, "linear-signature": sign(body).digest("hex") }, body);
  };

  test.each([
    ["now", NOW, "accepted"],
    ["as text", String(NOW), "accepted"],
    ["at the edge", NOW - 60_000, "accepted"],
    ["behind the edge", NOW - 60_001, "stale"],
    ["ahead", NOW + 60_001, "future"],
    ["in seconds", NOW_SECONDS, "stale"],
    ["with a fraction", NOW + 0.5, "missing-timestamp"],
    ["as text with a suffix", `${NOW}abc`, "malformed-timestamp"],
    ["missing", undefined, "missing-timestamp"],
    ["an object", {}, "missing-timestamp"],
  ])("in the body, %s, is judged rightly", async (_, time, expected) => {
    expect(await verdict(event(time), linear, GIVEN)).toBe(expected);
  });

  test("in the body is read after the signature only when it is signed by itself too", async () => {
    const mailgun = hmac(
      {
        signature: { from: "$.signature.signature" },
        timestamp: { from: "$.signature.timestamp" },
        content: "{ts}{$.signature.token}",
      },
      keyedBy("$.signature.token"),
    );
    const body = (token: string) =>
      JSON.stringify({
        signature: {
          timestamp: String(NOW_SECONDS),
          token,
          signature: sign(`${NOW_SECONDS}token`).digest("hex"),
        },
      });
    expect(await verdict(request(JSON_TYPE, body("token")), mailgun, GIVEN)).toBe("accepted");
    expect(await verdict(request(JSON_TYPE, body("other")), mailgun, GIVEN)).toBe("no-match");
  });

  test("in a query or under a second name is found", async () => {
    const source = hmac({ timestamp: { from: ["header:x-time", "query:t"] }, content: "{ts}{body}" });
    const signature = sign(`${NOW_SECONDS}a`).digest("hex");
    const url = `https://bridge.example.com/in/source?t=${NOW_SECONDS}`;
    expect(await verdict({ ...request({ "x-sig": signature }, "a"), url }, source, GIVEN)).toBe("accepted");
    const header = request({ "x-sig": signature, "x-time": String(NOW_SECONDS) }, "a");
    expect(await verdict(header, source, GIVEN)).toBe("accepted");
    expect(await failureOf(request({ "x-sig": signature }, "a"), source, GIVEN)).toEqual({
      reason: "missing-header",
      header: "x-time",
    });
  });
});

describe("the content", () => {
  test("{url} is the registered URL, byte for byte, and never the request's own", async () => {
    const square = hmac({ encoding: "base64", content: "{url}{body}" }, { secrets: ["S"], publicUrl: PUBLIC_URL });
    const inbound = (url: string) => request({ "x-sig": sign(`${url}a`).digest("base64") }, "a");
    expect(await verdict(inbound(PUBLIC_URL), square, GIVEN)).toBe("accepted");
    for (const other of [inbound("").url, `${PUBLIC_URL}/`, PUBLIC_URL.replace("https", "http"), ""]) {
      expect(await verdict({ ...inbound(other), url: other }, square, GIVEN)).toBe("no-match");
    }
  });

  test("{url} with odd bytes stays as it was registered", async () => {
    const publicUrl = "https://Hooks.Example.com:443/a%2fb//../c?x='$&'";
    const source = hmac({ content: "{url}{body}" }, { secrets: ["S"], publicUrl });
    expect(await verdict(request({ "x-sig": sign(`${publicUrl}a`).digest("hex") }, "a"), source, GIVEN)).toBe(
      "accepted",
    );
  });

  test("{header:a|b} is the first that is there, so the other cannot be slipped in", async () => {
    const svix = hmac({
      signature: { from: ["header:svix-signature", "header:webhook-signature"], split: " ", kv: ",", key: "v1" },
      timestamp: { from: ["header:svix-timestamp", "header:webhook-timestamp"] },
      content: "{header:svix-id|webhook-id}.{ts}.{body}",
      encoding: "base64",
    });
    const signature = `v1,${sign(`msg_1.${NOW_SECONDS}.a`).digest("base64")}`;
    const plain = { "webhook-id": "msg_1", "webhook-timestamp": String(NOW_SECONDS), "webhook-signature": signature };
    expect(await verdict(request(plain, "a"), svix, GIVEN)).toBe("accepted");
    expect(await verdict(request({ ...plain, "svix-id": "msg_2" }, "a"), svix, GIVEN)).toBe("no-match");
    expect(await failureOf(request({ ...plain, "webhook-id": "" }, "a"), svix, GIVEN)).toEqual({
      reason: "missing-header",
      header: "svix-id or webhook-id",
    });
  });

  test("{query:x} is the value of the request's query", async () => {
    const source = hmac({ content: "{query:id}|{body}" });
    const url = (id: string) => `https://bridge.example.com/in/source?id=${id}`;
    const inbound = request({ "x-sig": sign("a b|a").digest("hex") }, "a");
    expect(await verdict({ ...inbound, url: url("a%20b") }, source, GIVEN)).toBe("accepted");
    expect(await verdict({ ...inbound, url: url("c") }, source, GIVEN)).toBe("no-match");
  });
});

describe("the hash", () => {
  const sumsub = hmac({
    signature: { from: "header:x-payload-digest" },
    hashFrom: "header:x-payload-digest-alg",
    hashMap: { HMAC_SHA256_HEX: "sha256", HMAC_SHA512_HEX: "sha512" },
  });
  const inbound = (name: string, hash: string) =>
    request({ "x-payload-digest": sign("a", SECRET, hash).digest("hex"), "x-payload-digest-alg": name }, "a");

  test.each([
    ["HMAC_SHA256_HEX", "sha256", "accepted"],
    ["HMAC_SHA512_HEX", "sha512", "accepted"],
    ["HMAC_SHA512_HEX", "sha256", "no-match"],
    ["HMAC_SHA1_HEX", "sha1", "algorithm-not-allowed"],
    ["__proto__", "sha256", "algorithm-not-allowed"],
    ["", "sha256", "missing-header"],
  ])("named %s, made with %s, is judged rightly", async (name, hash, expected) => {
    expect(await verdict(inbound(name, hash), sumsub, GIVEN)).toBe(expected);
  });
});

describe("the key", () => {
  test("may be composed", async () => {
    const source = hmac({ hash: "sha1", key: { template: "{secret}&" } });
    const inbound = request({ "x-sig": sign("a", `${SECRET}&`, "sha1").digest("hex") }, "a");
    expect(await verdict(inbound, source, GIVEN)).toBe("accepted");
  });

  test("of SurveyMonkey is the whole text of the secret", async () => {
    const source = hmac({ hash: "sha1", encoding: "base64", signature: { from: "header:sm-signature" } });
    const secret = "client_id&client_secret";
    const inbound = request({ "sm-signature": sign("a", secret, "sha1").digest("base64") }, "a");
    expect(await verdict(inbound, source, { secrets: [secret] })).toBe("accepted");
  });

  test("that proved the request is told by its place", async () => {
    const source = hmac({});
    const inbound = (key: string) => request({ "x-sig": sign("a", key).digest("hex") }, "a");
    expect(await secretIndexOf(inbound("old"), source, { secrets: [SECRET, "old"] })).toBe(1);
    expect(await secretIndexOf(inbound(SECRET), source, { secrets: [SECRET, "old"] })).toBe(0);
  });
});
