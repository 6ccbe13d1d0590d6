// monday.com, whose tokens jose signs. Fixed clock, no network.
import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import { NOW_SECONDS, outcome, request, sourceOf } from "../requests.ts";
import { handshaken } from "./handshaking.ts";
import { JSON_HEADERS, onlyEvent } from "./known-answers.ts";

const URL = "https://hooks.example.com/in/monday";
const SECRET = "4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b";
const source = sourceOf({ preset: "monday", secrets: ["S"], publicUrl: URL });

const BODY = JSON.stringify({
  event: {
    userId: 9603417,
    boardId: 1771812698,
    pulseId: 1772099344,
    pulseName: "Create_item webhook",
    type: "create_pulse",
    triggerTime: "2026-11-23T09:19:58.166Z",
    subscriptionId: 73759690,
    triggerUuid: "b5ed2e17c530f43668de130142445cba",
  },
});

function token(claims: object = {}, secret = SECRET, algorithm = "HS256"): Promise<string> {
  const payload = {
    accountId: 1825528,
    userId: 4012689,
    aud: URL,
    iat: NOW_SECONDS - 10,
    exp: NOW_SECONDS + 290,
    shortLivedToken: "short-lived",
    ...claims,
  };
  return new SignJWT(payload).setProtectedHeader({ alg: algorithm, typ: "JWT" }).sign(new TextEncoder().encode(secret));
}

/** Ends in the point before the signature. */
const unsigned = () => new UnsecuredJWT({ aud: URL, exp: NOW_SECONDS + 9 }).encode();

const sent = (authorization: string, body = BODY) => request({ ...JSON_HEADERS, authorization }, body);

describe("a request of monday", () => {
  test("is accepted, and gives its event", async () => {
    const event = await onlyEvent(sent(await token()), source, [SECRET]);
    expect(event).toMatchObject({
      id: "b5ed2e17c530f43668de130142445cba",
      type: "create_pulse",
      subject: "1772099344",
      time: "2026-11-23T09:19:58.166Z",
      data: { boardId: 1771812698 },
      dedupeKey: "b5ed2e17c530f43668de130142445cba",
    });
    expect(JSON.stringify(event)).not.toContain("short-lived");
  });

  test("is accepted by the signing secret or the client secret, in either order", async () => {
    expect(await outcome(sent(await token()), source, ["other", SECRET])).toBe("accepted");
    expect(await outcome(sent(await token()), source, [SECRET, "other"])).toBe("accepted");
  });

  test.each([
    ["another secret", () => token({}, "another"), "no-match"],
    ["another algorithm", () => token({}, SECRET.repeat(2), "HS512"), "algorithm-not-allowed"],
    ["no algorithm, and no signature", async () => unsigned(), "malformed-token"],
    ["no algorithm, and something for a signature", async () => `${unsigned()}AAAA`, "algorithm-not-allowed"],
    ["another audience", () => token({ aud: "https://hooks.example.com/in/other" }), "wrong-claim"],
    ["no audience", () => token({ aud: undefined }), "wrong-claim"],
    ["no end", () => token({ exp: undefined }), "wrong-claim"],
    ["an end that is past", () => token({ exp: NOW_SECONDS - 61 }), "stale"],
    ["a beginning to come", () => token({ nbf: NOW_SECONDS + 61 }), "future"],
    ["the word Bearer before it", async () => `Bearer ${await token()}`, "malformed-token"],
    ["nothing in it", async () => "", "missing-token"],
  ])("whose token has %s is refused", async (_, made, expected) => {
    expect(await outcome(sent(await made()), source, [SECRET])).toBe(expected);
  });

  test("without a token, as of a webhook made by hand, is refused", async () => {
    expect(await outcome(request(JSON_HEADERS, BODY), source, [SECRET])).toBe("missing-token");
  });

  test("is not bound to its body: a captured token carries any, as long as it lasts", async () => {
    expect(await outcome(sent(await token(), '{"event":{"type":"made_up"}}'), source, [SECRET])).toBe("accepted");
  });
});

describe("the challenge of monday", () => {
  test("is given back as it came, to anyone", async () => {
    const body = '{ "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" }';
    expect(await handshaken(source, { json: body })).toEqual({
      verified: false,
      reply: { status: 200, type: "application/json", body, headers: {} },
    });
  });

  test("is not what an event is taken for", async () => {
    expect(await handshaken(source, { json: BODY })).toBe("none");
    expect(await handshaken(source, { json: { ...JSON.parse(BODY), challenge: "x" } })).toBe("none");
  });
});
