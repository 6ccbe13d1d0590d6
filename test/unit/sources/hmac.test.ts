// The parameters of the hmac family, spelled out, against node:crypto and published vectors. Pure, fixed clock.
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { verify } from "../../../src/sources/verify.ts";
import { bytes, contextOf, NOW, NOW_SECONDS, outcome, request, sourceOf } from "./requests.ts";

const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

function hmac(overrides: object) {
  return sourceOf({
    verify: { family: "hmac", signature: { from: "header:x-sig" }, ...overrides },
    secrets: ["HOOK_SECRET"],
  });
}

function sign(hash: string, key: string | Uint8Array, content: string, encoding: "hex" | "base64" = "hex"): string {
  return createHmac(hash, key).update(content).digest(encoding);
}

describe("hash and encoding", () => {
  test("RFC 4231's second test case is accepted for SHA-256 and SHA-512", async () => {
    const content = "what do ya want for nothing?";
    const sha256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    const sha512 =
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
    expect(await outcome(request({ "x-sig": sha256 }, content), hmac({}), ["Jefe"])).toBe("accepted");
    expect(await outcome(request({ "x-sig": sha512 }, content), hmac({ hash: "sha512" }), ["Jefe"])).toBe("accepted");
    expect(await outcome(request({ "x-sig": sha512 }, content), hmac({}), ["Jefe"])).toBe("no-match");
  });

  test("SHA-1 and base64 are used when the source says so", async () => {
    const source = hmac({ hash: "sha1", encoding: "base64" });
    const inbound = (signature: string) => request({ "x-sig": signature }, "a");
    expect(await outcome(inbound(sign("sha1", SECRET, "a", "base64")), source, [SECRET])).toBe("accepted");
    expect(await outcome(inbound(sign("sha1", SECRET, "a", "base64").replace(/=+$/, "")), source, [SECRET])).toBe(
      "accepted",
    );
    expect(await outcome(inbound(sign("sha1", SECRET, "a", "hex")), source, [SECRET])).toBe("no-match");
  });
});

describe("the key", () => {
  test("is decoded as the source says, and is our fault when it cannot be", async () => {
    const source = hmac({ key: { encoding: "hex" } });
    const key = Buffer.from("00ff10", "hex");
    expect(await outcome(request({ "x-sig": sign("sha256", key, "a") }, "a"), source, ["00ff10"])).toBe("accepted");
    expect(await outcome(request({ "x-sig": sign("sha256", key, "a") }, "a"), source, ["00ff1"])).toBe("bad-secret");
    expect(await outcome(request({ "x-sig": sign("sha256", key, "a") }, "a"), source, ["secret"])).toBe("bad-secret");
  });
});

describe("the place of the signature", () => {
  test("may have an optional prefix", async () => {
    const source = hmac({ signature: { from: "header:x-sig", prefix: "sha256=", prefixOptional: true } });
    const signature = sign("sha256", SECRET, "a");
    expect(await outcome(request({ "x-sig": signature }, "a"), source, [SECRET])).toBe("accepted");
    expect(await outcome(request({ "x-sig": `sha256=${signature}` }, "a"), source, [SECRET])).toBe("accepted");
  });

  test("may be a list without keys", async () => {
    const source = hmac({ signature: { from: "header:x-sig", split: "," } });
    const header = `00, ${sign("sha256", SECRET, "a")}`;
    expect(await outcome(request({ "x-sig": header }, "a"), source, [SECRET])).toBe("accepted");
  });
});

describe("the content", () => {
  test("is Slack's published example, byte for byte", async () => {
    const source = hmac({
      signature: { from: "header:x-slack-signature", prefix: "v0=" },
      timestamp: { from: "header:x-slack-request-timestamp" },
      content: "v0:{ts}:{body}",
    });
    const body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const inbound = request(
      {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
      },
      body,
    );
    expect(await outcome(inbound, source, [SECRET], 1_531_420_618_000)).toBe("accepted");
    expect(await outcome(inbound, source, [SECRET], NOW)).toBe("stale");
  });

  test("may hold the method and any header, which then must be there", async () => {
    const source = hmac({ content: "{method} {header:X-Topic}\n{body}" });
    const signature = sign("sha256", SECRET, "POST orders\n$&");
    expect(await outcome(request({ "x-sig": signature, "x-topic": "orders" }, "$&"), source, [SECRET])).toBe(
      "accepted",
    );
    expect(await outcome(request({ "x-sig": signature, "x-topic": "other" }, "$&"), source, [SECRET])).toBe("no-match");
    expect(await outcome(request({ "x-sig": signature }, "$&"), source, [SECRET])).toBe("missing-header");
  });

  test("takes the time as it was sent, in ms or ISO 8601", async () => {
    const layout = (unit: string) =>
      hmac({ timestamp: { from: "header:x-time", unit }, content: "{ts}{body}", require: ["x-time"] });
    const inbound = (time: string) => request({ "x-time": time, "x-sig": sign("sha256", SECRET, `${time}a`) }, "a");
    expect(await outcome(inbound(String(NOW - 299_000)), layout("ms"), [SECRET])).toBe("accepted");
    expect(await outcome(inbound(String(NOW + 300_001)), layout("ms"), [SECRET])).toBe("future");
    expect(await outcome(inbound(String(NOW_SECONDS)), layout("ms"), [SECRET])).toBe("stale");
    expect(await outcome(inbound("2026-11-23T10:20:00.123456+01:00"), layout("iso"), [SECRET])).toBe("accepted");
    expect(await outcome(inbound("2026-11-23T09:20:00"), layout("iso"), [SECRET])).toBe("malformed-timestamp");
    expect(await outcome(inbound("23 Nov 2026"), layout("iso"), [SECRET])).toBe("malformed-timestamp");
    expect(await outcome(inbound("2026-13-45T99:20:00Z"), layout("iso"), [SECRET])).toBe("malformed-timestamp");
  });
});

test("no refusal holds a secret or a signature", async () => {
  const wrong = sign("sha256", "other", "a");
  for (const secret of [SECRET, "", "00"]) {
    const source = hmac({ key: { encoding: secret === SECRET ? "utf8" : "hex" } });
    const text = JSON.stringify(await verify(request({ "x-sig": wrong }, bytes("a")), source, contextOf([secret])));
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(wrong);
  }
});
