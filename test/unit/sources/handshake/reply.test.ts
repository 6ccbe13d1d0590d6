// What handshakes are answered, word for word. The signatures were made with OpenSSL and with Braintree's own library.
import { createHash, createHmac } from "node:crypto";
import braintree from "braintree";
import { describe, expect, it } from "vitest";
import type { Scheme } from "../../../../src/sources/families/scheme.ts";
import { type HandshakeReply, makeReply } from "../../../../src/sources/handshake/reply.ts";
import { sourceOf } from "../requests.ts";
import { type Asking, asking, planOf } from "./asking.ts";
import { KINDS, SIGNED } from "./kinds.ts";

const NONE: Scheme = { family: "none" };

async function reply(
  handshake: Parameters<typeof planOf>[0],
  asked: Asking,
  scheme = NONE,
  secret: string | null = null,
): Promise<HandshakeReply | null> {
  return makeReply(planOf(handshake).answer, asking(asked), { scheme, secret });
}

function schemeOf(verify: unknown): Scheme {
  return sourceOf({ verify, secrets: ["SECRET"] }).scheme;
}

const answering = (answer: object) => ({ when: { match: [{ from: "$.a" }] }, verified: false, answer });

describe("the answer to a handshake", () => {
  it("is 200 with an empty body where nothing is said", async () => {
    expect(await reply(KINDS.woocommerce, { form: "webhook_id=1" })).toEqual({
      status: 200,
      type: "text/plain",
      body: null,
      headers: {},
    });
  });

  it("gives decoded text back, which stays text", async () => {
    const html = "<script>alert(1)</script>";
    const asked = { query: `?validationToken=Validation%3a+Testing+${encodeURIComponent(html)}` };
    expect(await reply(KINDS.graph, asked)).toMatchObject({ type: "text/plain", body: `Validation: Testing ${html}` });
  });

  it("gives the whole body back as it came, spaces included", async () => {
    const json = '{ "challenge" : "\\u00e9" }';
    expect(await reply(KINDS.monday, { json })).toMatchObject({ type: "application/json", body: json });
  });

  it("escapes what it puts into JSON", async () => {
    const told = 'x","admin":"\\true';
    const answer = { type: "application/json", body: '{"a":"{$.a}","n":{"b":1}}' };
    const { body } = (await reply(answering(answer), { json: { a: told } })) ?? {};
    expect(JSON.parse(body ?? "")).toEqual({ a: told, n: { b: 1 } });
  });

  it("does not read placeholders in what the sender wrote", async () => {
    const answer = { body: "{$.a}" };
    const asked = { json: { a: "{hmac-hex:$.a}{body}" } };
    expect(await reply(answering(answer), asked, schemeOf(SIGNED), "key")).toMatchObject({
      body: "{hmac-hex:$.a}{body}",
    });
  });

  it("puts text into headers, and has no answer where no header can hold it", async () => {
    const answer = { headers: { "X-Echo": "{$.a}" } };
    expect(await reply(answering(answer), { json: { a: "abc" } })).toMatchObject({ headers: { "x-echo": "abc" } });
    expect(await reply(answering(answer), { json: { a: "é" } })).toBeNull();
  });
});

describe("a challenge that is signed", () => {
  const zoom = { json: { event: "endpoint.url_validation", payload: { plainToken: "qgg8vlvZRS6UYooatFL8Aw" } } };

  it("is Zoom's: the plain token and its HMAC", async () => {
    const { body } = (await reply(KINDS.zoom, zoom, schemeOf(SIGNED), "zoom's secret")) ?? {};
    expect(JSON.parse(body ?? "")).toEqual({
      plainToken: "qgg8vlvZRS6UYooatFL8Aw",
      encryptedToken: createHmac("sha256", "zoom's secret").update("qgg8vlvZRS6UYooatFL8Aw").digest("hex"),
    });
  });

  it("is signed by the hash and the key that the scheme has", async () => {
    const scheme = schemeOf({ ...SIGNED, hash: "sha512", key: { encoding: "base64", strip: "whsec_" } });
    const secret = `whsec_${Buffer.from("bytes").toString("base64")}`;
    const expected = createHmac("sha512", "bytes").update("abc").digest("base64");
    const answer = { body: "{hmac-base64:$.a}" };
    expect(await reply(answering(answer), { json: { a: "abc" } }, scheme, secret)).toMatchObject({ body: expected });
  });

  it("has no answer without a secret that can be used", async () => {
    const hex = schemeOf({ ...SIGNED, key: { encoding: "hex" } });
    expect(await reply(KINDS.zoom, zoom, schemeOf(SIGNED), null)).toBeNull();
    expect(await reply(KINDS.zoom, zoom, schemeOf(SIGNED), "")).toBeNull();
    expect(await reply(KINDS.zoom, zoom, hex, "not hex")).toBeNull();
    expect(await reply(KINDS.zoom, zoom, { family: "none" }, "secret")).toBeNull();
  });

  it("is Braintree's, as its own library answers it", async () => {
    const challenge = "20f9f8ed05f77439fe955c977e4c8a53";
    const gateway = new braintree.BraintreeGateway({
      environment: braintree.Environment.Sandbox,
      merchantId: "merchant",
      publicKey: "integration_public_key",
      privateKey: "integration_private_key",
    });
    const scheme: Scheme = { family: "braintree" };
    const secret = "integration_public_key:integration_private_key";
    const asked = { method: "GET", query: `?bt_challenge=${challenge}` };
    const { body } = (await reply(KINDS.braintree, asked, scheme, secret)) ?? {};
    expect(body).toBe(gateway.webhookNotification.verify(challenge));
    const key = createHash("sha1").update("integration_private_key").digest();
    expect(body).toBe(`integration_public_key|${createHmac("sha1", key).update(challenge).digest("hex")}`);
    expect(body).not.toContain("integration_private_key");
    expect(await reply(KINDS.braintree, asked, scheme, "only-one-key")).toBeNull();
  });
});
