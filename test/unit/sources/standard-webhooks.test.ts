// The reference library of Standard Webhooks signs; we accept exactly what it signed. Pure, no network, fixed clock.
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { verify } from "../../../src/sources/verify.ts";
import { contextOf, eventOf, JSON_TYPE, NOW, NOW_SECONDS, outcome, request, sourceOf } from "./requests.ts";

const source = sourceOf({ preset: "standard-webhooks", secrets: ["HOOK_SECRET"] });
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const BODY = '{"type":"user.created","timestamp":"2026-11-23T09:19:00Z","data":{"id":"u_1"}}';

function headersFor(body: string, secret = SECRET, id = "msg_1", at = NOW) {
  return {
    ...JSON_TYPE,
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at / 1_000)),
    "webhook-signature": new Webhook(secret).sign(id, new Date(at), body),
  };
}

describe("what the reference library signs", () => {
  test("is accepted for any body and id", async () => {
    const ids = fc.stringMatching(/^[a-zA-Z0-9_-]{1,40}$/);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), ids, async (body, id) => {
        expect(await outcome(request(headersFor(body, SECRET, id), body), source, [SECRET])).toBe("accepted");
      }),
    );
  });

  test("is accepted when the secret is configured without its prefix", async () => {
    const secret = SECRET.slice("whsec_".length);
    expect(await outcome(request(headersFor(BODY), BODY), source, [secret])).toBe("accepted");
  });

  test.each([
    ["another body", {}, `${BODY} `, "no-match"],
    ["another id", { "webhook-id": "msg_2" }, BODY, "no-match"],
    ["another time", { "webhook-timestamp": String(NOW_SECONDS - 1) }, BODY, "no-match"],
    ["an empty id", { "webhook-id": "" }, BODY, "missing-header"],
    ["an empty time", { "webhook-timestamp": "" }, BODY, "missing-header"],
    ["an empty signature", { "webhook-signature": "" }, BODY, "missing-signature"],
    ["a suffix to its time", { "webhook-timestamp": `${NOW_SECONDS}abc` }, BODY, "malformed-timestamp"],
    ["two times", { "webhook-timestamp": `${NOW_SECONDS}, ${NOW_SECONDS}` }, BODY, "malformed-timestamp"],
  ])("is refused with %s", async (_, headers, body, expected) => {
    expect(await outcome(request({ ...headersFor(BODY), ...headers }, body), source, [SECRET])).toBe(expected);
  });

  test("is refused more than five minutes away, either way", async () => {
    const at = (seconds: number) => request(headersFor(BODY, SECRET, "msg_1", NOW + seconds * 1_000), BODY);
    expect(await outcome(at(-301), source, [SECRET])).toBe("stale");
    expect(await outcome(at(-299), source, [SECRET])).toBe("accepted");
    expect(await outcome(at(299), source, [SECRET])).toBe("accepted");
    expect(await outcome(at(301), source, [SECRET])).toBe("future");
  });
});

describe("the list of signatures", () => {
  const right = headersFor(BODY)["webhook-signature"];
  const wrong = headersFor(BODY, OTHER)["webhook-signature"];

  test.each([
    ["old first", `${wrong} ${right}`, "accepted"],
    ["new first", `${right} ${wrong}`, "accepted"],
    ["with an ed25519 signature beside it", `v1a,${"A".repeat(86)}== ${right}`, "accepted"],
    ["of wrong ones only", `${wrong} ${wrong}`, "no-match"],
    ["of another version only", right.replace("v1,", "v1a,"), "malformed-signature"],
    ["with a broken one and the right one", `v1,%%% ${right}`, "accepted"],
    ["with base64 of the URL alphabet", `v1,${"-_".repeat(21)}-`, "no-match"],
    ["with base64 of an impossible length", "v1,AAAAA", "no-match"],
    ["without a version", right.slice("v1,".length), "malformed-signature"],
  ])("%s is %s", async (_, signature, expected) => {
    const inbound = request({ ...headersFor(BODY), "webhook-signature": signature }, BODY);
    expect(await outcome(inbound, source, [SECRET])).toBe(expected);
  });
});

describe("the secret", () => {
  test("that is not base64 is our fault, and is not used as text", async () => {
    expect(await outcome(request(headersFor(BODY), BODY), source, ["whsec_not base64!"])).toBe("bad-secret");
    expect(await outcome(request(headersFor(BODY), BODY), source, ["v1,whsec_AAAA"])).toBe("bad-secret");
    expect(await outcome(request(headersFor(BODY), BODY), source, ["whsec_"])).toBe("bad-secret");
  });

  test("that is unusable does not stand in the way of a good one", async () => {
    expect(await outcome(request(headersFor(BODY), BODY), source, ["whsec_!", SECRET])).toBe("accepted");
  });

  test("that is unusable is named by its place, never by its value", async () => {
    const result = await verify(request(headersFor(BODY, OTHER), BODY), source, contextOf([SECRET, "whsec_!"]));
    expect(result).toEqual({ ok: false, error: { reason: "bad-secret", secretIndex: 1, problem: "not-base64" } });
  });
});

test("the event takes its id and dedupe key from the signed header", async () => {
  expect(await eventOf(request(headersFor(BODY), BODY), source)).toEqual({
    id: "msg_1",
    source: "source",
    type: "user.created",
    time: "2026-11-23T09:19:00.000Z",
    data: JSON.parse(BODY),
    headers: {},
    dedupeKey: "msg_1",
  });
});
