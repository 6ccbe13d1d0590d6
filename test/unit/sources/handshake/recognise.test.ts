// Which requests are handshakes, and which only look like one.
import { describe, expect, it } from "vitest";
import { MAX_HANDSHAKE_BODY_BYTES, MAX_REFLECTED_CHARS } from "../../../../src/sources/handshake/asked.ts";
import { recognise } from "../../../../src/sources/handshake/recognise.ts";
import { type Asking, asking, planOf } from "./asking.ts";
import { KINDS } from "./kinds.ts";

async function recognised(kind: keyof typeof KINDS, asked: Asking, secrets: readonly string[] = []): Promise<string> {
  return (await recognise([planOf(KINDS[kind])], asking(asked), secrets)).kind;
}

const META = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";

describe("a handshake is recognised", () => {
  it.for<[keyof typeof KINDS, Asking]>([
    ["slack", { json: { type: "url_verification", challenge: "3eZbrw1aB", token: "old" } }],
    ["monday", { json: { challenge: "3eZbrw1aB" } }],
    ["zoom", { json: { event: "endpoint.url_validation", payload: { plainToken: "qgg8vlvZRS6UYooatFL8Aw" } } }],
    ["meta", { method: "GET", query: `${META}verify-me` }],
    ["dropbox", { method: "GET", query: "?challenge=abc" }],
    ["braintree", { method: "GET", query: "?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53" }],
    ["graph", { query: "?validationToken=Validation%3a+Testing" }],
    ["asana", { headers: { "X-Hook-Secret": "b537207f20cbfa02357cf448134da559" } }],
    ["notion", { json: { verification_token: "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl" } }],
    ["woocommerce", { form: "webhook_id=12" }],
    ["head", { method: "HEAD" }],
    ["cloudEvents", { method: "OPTIONS", headers: { "webhook-request-origin": "eventgrid.azure.net" } }],
  ])("%s", async ([kind, asked]) => {
    expect(await recognised(kind, asked, ["another", "verify-me"])).toBe("handshake");
  });
});

describe("what is not a handshake", () => {
  it.for<[string, keyof typeof KINDS, Asking]>([
    ["an event of the same sender", "slack", { json: { type: "event_callback", event: {} } }],
    ["one without its challenge", "slack", { json: { type: "url_verification" } }],
    ["a challenge that is no text", "slack", { json: { type: "url_verification", challenge: { toString: 1 } } }],
    ["a challenge in an array", "slack", { json: [{ type: "url_verification", challenge: "a" }] }],
    ["another method", "slack", { method: "GET", json: { type: "url_verification", challenge: "a" } }],
    ["an event that has the handshake's field too", "monday", { json: { challenge: "a", event: { id: 1 } } }],
    ["an event whose place is null, which is there", "monday", { json: { challenge: "a", event: null } }],
    ["JSON under a form's content type", "monday", { form: '{"challenge":"a"}' }],
    ["broken JSON", "monday", { json: '{"challenge":"a"' }],
    ["a form under JSON's content type", "woocommerce", { json: "webhook_id=12" }],
    ["a signed event", "woocommerce", { form: "webhook_id=1", headers: { "x-wc-webhook-signature": "x" } }],
    ["a mode that is another", "meta", { method: "GET", query: "?hub.mode=unsubscribe&hub.verify_token=a" }],
    ["a challenge that is not hex, to be signed", "braintree", { method: "GET", query: "?bt_challenge=PD94bWw=" }],
    [
      "a challenge that is too long, to be signed",
      "braintree",
      { method: "GET", query: `?bt_challenge=${"a".repeat(65)}` },
    ],
    ["a name from the prototype", "woocommerce", { form: "constructor=1" }],
    ["an empty challenge", "dropbox", { method: "GET", query: "?challenge=" }],
    ["a line feed", "dropbox", { method: "GET", query: "?challenge=a%0aSet-Cookie:b" }],
    ["a NUL", "dropbox", { method: "GET", query: "?challenge=a%00" }],
    ["a C1 control character", "dropbox", { method: "GET", query: "?challenge=%C2%85" }],
    ["10 KB of it", "dropbox", { method: "GET", query: `?challenge=${"a".repeat(10_240)}` }],
    [
      "one character too many",
      "dropbox",
      { method: "GET", query: `?challenge=${"a".repeat(MAX_REFLECTED_CHARS + 1)}` },
    ],
    ["a line feed in JSON", "slack", { json: { type: "url_verification", challenge: "a\nb" } }],
    ["a lone surrogate in JSON", "slack", { json: '{"type":"url_verification","challenge":"\\ud800"}' }],
    ["a body too large to be one", "monday", { json: { challenge: "a", pad: "x".repeat(MAX_HANDSHAKE_BODY_BYTES) } }],
  ])("%s", async ([, kind, asked]) => {
    expect(await recognised(kind, asked, ["verify-me"])).toBe("none");
  });
});

describe("a handshake that shows a secret", () => {
  it.for(["verify-m", "verify-me2", "VERIFY-ME", "verify-me%20", "+"])("is not taken with %j", async (token) => {
    const asked = { method: "GET", query: META + token };
    expect(await recognised("meta", asked, ["verify-me", "old"])).toBe("wrong-secret");
  });

  it("is not taken where no secret is set, or an empty one", async () => {
    expect(await recognised("meta", { method: "GET", query: `${META}a` }, [])).toBe("wrong-secret");
    expect(await recognised("meta", { method: "GET", query: META }, [""])).toBe("none");
  });
});

describe("of several handshakes", () => {
  it("the first that fits is it", async () => {
    const plans = [KINDS.meta, KINDS.dropbox].map(planOf);
    const asked = asking({
      method: "GET",
      query: "?challenge=a&hub.mode=subscribe&hub.challenge=b&hub.verify_token=c",
    });
    expect(await recognise(plans, asked, ["wrong"])).toMatchObject({ kind: "handshake", plan: plans[1] });
    expect(await recognise(plans, asked, ["c"])).toMatchObject({ kind: "handshake", plan: plans[0] });
  });
});
