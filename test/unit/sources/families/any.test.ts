// The family any: the first scheme that passes, one list of secrets, and the failure that tells most. Fixed clock.
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { bytes, NOW_SECONDS } from "../requests.ts";
import { configured, failureOf, request, secretIndexOf, verdict } from "./family.ts";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const WHSEC = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const WHPK = `whpk_${Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url").toString("base64")}`;

const signature = { from: "header:webhook-signature", split: " ", kv: "," };
const timestamp = { from: "header:webhook-timestamp" };
const content = "{header:webhook-id}.{ts}.{body}";
/** Standard Webhooks with both of its kinds of signature. */
const standard = configured({
  family: "any",
  of: [
    {
      family: "hmac",
      encoding: "base64",
      signature: { ...signature, key: "v1" },
      timestamp,
      content,
      key: { encoding: "base64", strip: "whsec_", startsWith: "whsec_" },
    },
    {
      family: "pubkey",
      algorithm: "ed25519",
      signature: { ...signature, key: "v1a" },
      timestamp,
      content,
      key: { format: "raw", strip: "whpk_", startsWith: "whpk_" },
    },
  ],
});

const text = (time: number) => `msg_1.${time}.a`;
const v1 = (time = NOW_SECONDS) =>
  `v1,${createHmac("sha256", Buffer.alloc(32, 7)).update(text(time)).digest("base64")}`;
const v1a = (time = NOW_SECONDS) => `v1a,${sign(null, bytes(text(time)), privateKey).toString("base64")}`;
const wrong = (version: string) => `${version},${Buffer.alloc(64, 1).toString("base64")}`;

const inbound = (header: string, time = NOW_SECONDS) =>
  request({ "webhook-id": "msg_1", "webhook-timestamp": String(time), "webhook-signature": header }, "a");

describe("any of two schemes", () => {
  const both = { secrets: [WHSEC, WHPK] };

  test.each([
    ["the first", v1(), "accepted"],
    ["the second", v1a(), "accepted"],
    ["the second beside a wrong first", `${wrong("v1")} ${v1a()}`, "accepted"],
    ["the first beside a wrong second", `${wrong("v1a")} ${v1()}`, "accepted"],
    ["neither", `${wrong("v1")} ${wrong("v1a")}`, "no-match"],
    ["the first under the second's name", v1().replace("v1,", "v1a,"), "no-match"],
    ["a kind that neither knows", wrong("v2"), "malformed-signature"],
    ["nothing", "", "missing-signature"],
  ])("with %s is judged rightly", async (_, header, expected) => {
    expect(await verdict(inbound(header), standard, both)).toBe(expected);
  });

  test("tells which secret it was", async () => {
    expect(await secretIndexOf(inbound(v1a()), standard, { secrets: [WHSEC, WHPK] })).toBe(1);
    expect(await secretIndexOf(inbound(v1()), standard, { secrets: [WHPK, WHSEC] })).toBe(1);
  });

  test("tells the failure that says most: that a right signature is stale", async () => {
    const old = NOW_SECONDS - 1_000;
    expect(await verdict(inbound(`${v1(old)} ${wrong("v1a")}`, old), standard, both)).toBe("stale");
    expect(await verdict(inbound(`${wrong("v1")} ${v1a(old)}`, old), standard, both)).toBe("stale");
  });

  test("does not blame us for a secret that the other scheme needs", async () => {
    expect(await verdict(inbound(v1()), standard, { secrets: [WHPK] })).toBe("no-match");
    expect(await verdict(inbound(v1a()), standard, { secrets: [WHSEC] })).toBe("no-match");
  });

  test("blames us for a secret of neither kind only if there is no other, and for one that is broken", async () => {
    expect(await verdict(inbound(v1()), standard, { secrets: [""] })).toBe("bad-secret");
    expect(await verdict(inbound(v1()), standard, { secrets: [] })).toBe("bad-secret");
    expect(await failureOf(inbound(v1()), standard, { secrets: ["whsec_*", WHPK] })).toEqual({
      reason: "bad-secret",
      secretIndex: 0,
      problem: "not-base64",
    });
  });
});

test("a token or a signature: GitLab's two ways", async () => {
  const gitlab = configured({
    family: "any",
    of: [
      { family: "token", at: "header:x-gitlab-token" },
      { family: "hmac", signature: { from: "header:x-sig" } },
    ],
  });
  const given = { secrets: ["s"] };
  const mac = createHmac("sha256", "s").update("a").digest("hex");
  expect(await verdict(request({ "x-gitlab-token": "s" }, "a"), gitlab, given)).toBe("accepted");
  expect(await verdict(request({ "x-sig": mac }, "a"), gitlab, given)).toBe("accepted");
  expect(await verdict(request({ "x-sig": mac }, "b"), gitlab, given)).toBe("no-match");
  expect(await verdict(request({}, "a"), gitlab, given)).toBe("missing-token");
});
