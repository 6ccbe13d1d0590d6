// GitHub's published vector, octokit's signer, and both of GitHub's content types. Pure, no network, fixed clock.
import { verify as octokitVerify, sign } from "@octokit/webhooks-methods";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/sources/encoding.ts";
import { bytes, eventOf, faultOf, JSON_TYPE, outcome, request, sourceOf } from "./requests.ts";

const source = sourceOf({ preset: "github", secrets: ["GITHUB_WEBHOOK_SECRET"] });
const SECRET = "It's a Secret to Everybody";
const PUBLISHED = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

function signed(signature: string, body: string) {
  return request({ ...JSON_TYPE, "x-hub-signature-256": signature }, body);
}

describe("the signature", () => {
  test("that GitHub publishes as an example is accepted", async () => {
    expect(await outcome(signed(PUBLISHED, "Hello, World!"), source, [SECRET])).toBe("accepted");
  });

  test("of octokit is accepted for any body, and refused for any other", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), async (body, other) => {
        const signature = await sign(SECRET, body);
        const expected = (await octokitVerify(SECRET, other, signature)) ? "accepted" : "no-match";
        expect(await outcome(signed(signature, body), source, [SECRET])).toBe("accepted");
        expect(await outcome(signed(signature, other), source, [SECRET])).toBe(expected);
      }),
    );
  });

  test.each([
    ["without its prefix", PUBLISHED.slice("sha256=".length), "malformed-signature"],
    ["with the prefix alone", "sha256=", "malformed-signature"],
    ["with the prefix of SHA-1", PUBLISHED.replace("sha256", "sha1"), "malformed-signature"],
    ["that is no hex", "sha256=foo", "no-match"],
    ["with a space after the prefix", PUBLISHED.replace("=", "= "), "no-match"],
    ["sent twice", `${PUBLISHED}, ${PUBLISHED}`, "no-match"],
  ])("%s is refused", async (_, signature, expected) => {
    expect(await outcome(signed(signature, "Hello, World!"), source, [SECRET])).toBe(expected);
  });

  test("of SHA-1 in its own header is not read", async () => {
    const inbound = request({ ...JSON_TYPE, "x-hub-signature": "sha1=00" }, "Hello, World!");
    expect(await outcome(inbound, source, [SECRET])).toBe("missing-signature");
  });
});

describe("the event", () => {
  const payload = { action: "opened", number: 7, repository: { full_name: "octo/hello" } };
  const github = { "x-github-event": "pull_request", "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958" };

  test("joins the name in the header with the action in the body", async () => {
    const event = await eventOf(request({ ...JSON_TYPE, ...github }, JSON.stringify(payload)), source);
    expect(event).toMatchObject({
      id: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      type: "pull_request.opened",
      subject: "octo/hello",
      time: "2026-11-23T09:20:00.000Z",
      data: payload,
    });
  });

  test("without an action is named by the header alone", async () => {
    const ping = request({ ...JSON_TYPE, ...github, "x-github-event": "ping" }, '{"zen":"Keep it logically awesome."}');
    expect((await eventOf(ping, source)).type).toBe("ping");
  });

  test("without the header has no type, even if the body has an action", async () => {
    const inbound = request({ ...JSON_TYPE, "x-github-delivery": "1" }, '{"action":"opened"}');
    expect(await faultOf(inbound, source)).toMatchObject({ reason: "missing-event-field", field: "type" });
  });

  test("keeps its dedupe key when the unsigned delivery id is rewritten", async () => {
    const body = JSON.stringify(payload);
    const first = await eventOf(request({ ...JSON_TYPE, ...github }, body), source);
    const again = await eventOf(request({ ...JSON_TYPE, ...github, "x-github-delivery": "other" }, body), source);
    expect(again.dedupeKey).toBe(first.dedupeKey);
    expect(first.dedupeKey).toBe(toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(body)))));
  });

  test("is read out of the field payload in form mode, signed over the form's bytes", async () => {
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const inbound = request({ ...FORM_TYPE, ...github, "x-hub-signature-256": await sign(SECRET, body) }, body);
    expect(await outcome(inbound, source, [SECRET])).toBe("accepted");
    expect(await eventOf(inbound, source)).toMatchObject({ type: "pull_request.opened", data: payload });
  });

  test.each([
    ["without the field payload", "other=1", "missing-payload"],
    ["with the field twice", "payload=1&payload=2", "missing-payload"],
    ["with a field that is not JSON", "payload=%7B%22a", "malformed-json"],
  ])("is refused in form mode %s", async (_, body, reason) => {
    expect(await faultOf(request({ ...FORM_TYPE, ...github }, body), source)).toMatchObject({ reason });
  });
});
