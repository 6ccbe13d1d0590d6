// The family token: equal or not, and nothing in between. Pure, no network, fixed clock.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventOf, JSON_TYPE, outcome, request, sourceOf } from "./requests.ts";

const SECRET = "tok_5f2b9c";
const OLD = "tok_old";
const header = sourceOf({ preset: "token", secrets: ["HOOK_TOKEN"] });
const bearer = sourceOf({ preset: "bearer", secrets: ["HOOK_TOKEN"] });

describe("a token in a header", () => {
  test.each([
    ["equal", SECRET, "accepted"],
    ["surrounded by spaces, which HTTP removes", `  ${SECRET} `, "accepted"],
    ["a prefix of the secret", SECRET.slice(0, -1), "no-match"],
    ["the secret and more", `${SECRET}0`, "no-match"],
    ["of the same length", "tok_5f2b9d", "no-match"],
    ["of another case", SECRET.toUpperCase(), "no-match"],
    ["sent twice", `${SECRET}, ${SECRET}`, "no-match"],
    ["empty", "", "missing-token"],
  ])("that is %s is %s", async (_, token, expected) => {
    expect(await outcome(request({ "x-webhook-token": token }), header, [SECRET])).toBe(expected);
  });

  test("is accepted only when it is the secret", async () => {
    const tokens = fc.stringMatching(/^[!-~]{1,40}$/);
    await fc.assert(
      fc.asyncProperty(tokens, tokens, async (secret, shown) => {
        const expected = shown === secret ? "accepted" : "no-match";
        expect(await outcome(request({ "x-webhook-token": shown }), header, [secret])).toBe(expected);
        expect(await outcome(request({ "x-webhook-token": secret }), header, [secret])).toBe("accepted");
      }),
    );
  });

  test("may be any of the listed secrets", async () => {
    expect(await outcome(request({ "x-webhook-token": SECRET }), header, [OLD, SECRET])).toBe("accepted");
    expect(await outcome(request({ "x-webhook-token": OLD }), header, [OLD, SECRET])).toBe("accepted");
  });

  test("is read from the header that the source names", async () => {
    const gitlab = sourceOf({ verify: { family: "token", at: "header:X-Gitlab-Token" }, secrets: ["T"] });
    expect(await outcome(request({ "x-gitlab-token": SECRET }), gitlab, [SECRET])).toBe("accepted");
    expect(await outcome(request({ "x-webhook-token": SECRET }), gitlab, [SECRET])).toBe("missing-token");
  });

  test.each([[""], [" "], [`${SECRET}\n`]])("against the unusable secret %j is our fault", async (secret) => {
    expect(await outcome(request({ "x-webhook-token": SECRET }), header, [secret])).toBe("bad-secret");
  });
});

describe("a bearer token", () => {
  test.each([
    ["Bearer", `Bearer ${SECRET}`, "accepted"],
    ["bearer in lower case", `bearer ${SECRET}`, "accepted"],
    ["BEARER in upper case", `BEARER ${SECRET}`, "accepted"],
    ["two spaces", `Bearer  ${SECRET}`, "accepted"],
    ["a wrong token", "Bearer other", "no-match"],
    ["another scheme", `Basic ${SECRET}`, "missing-token"],
    ["no scheme", SECRET, "missing-token"],
    ["no token", "Bearer ", "missing-token"],
    ["no space", `Bearer${SECRET}`, "missing-token"],
  ])("with %s is judged rightly", async (_, authorization, expected) => {
    expect(await outcome(request({ authorization }), bearer, [SECRET])).toBe(expected);
  });

  test("that is not there is missing", async () => {
    expect(await outcome(request({}), bearer, [SECRET])).toBe("missing-token");
  });
});

describe("the event of a token source", () => {
  test("has the body's id and type", async () => {
    const event = await eventOf(request(JSON_TYPE, '{"id":"1","type":"made","n":2}'), header);
    expect(event).toMatchObject({ id: "1", type: "made", dedupeKey: "1", data: { id: "1", type: "made", n: 2 } });
  });

  test("falls back to the member event, to a constant type and to a hash of the body", async () => {
    expect((await eventOf(request(JSON_TYPE, '{"event":"made"}'), header)).type).toBe("made");
    const bare = await eventOf(request(JSON_TYPE, "[1]"), header);
    expect(bare.type).toBe("event");
    expect(bare.id).toMatch(/^[0-9a-f]{64}$/);
    expect(bare.dedupeKey).toBe(bare.id);
  });
});
