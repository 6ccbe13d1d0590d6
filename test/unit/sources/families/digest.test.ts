// The family digest, with HubSpot's own library as oracle for its versions 1, 2 and 3. Fixed clock, no network.
import { createHash } from "node:crypto";
import { Signature } from "@hubspot/api-client";
import { describe, expect, test } from "vitest";
import { NOW } from "../requests.ts";
import { configured, PUBLIC_URL, request, secretIndexOf, verdict, withFlippedBit } from "./family.ts";

const SECRET = "client-secret-0123456789";
const BODY = '[{"eventId":1,"subscriptionType":"contact.creation","name":"Żaneta $& \\u00e9"}]';
const GIVEN = { secrets: [SECRET] };
const MORE = { secrets: ["S"], publicUrl: PUBLIC_URL };

const v1 = configured({ family: "digest", signature: { from: "header:x-hubspot-signature" } });
const V2_CONFIG = {
  family: "digest",
  signature: { from: "header:x-hubspot-signature" },
  content: "{secret}{method}{url}{body}",
};
const v2 = configured(V2_CONFIG, MORE);
const v3 = configured(
  {
    family: "hmac",
    encoding: "base64",
    signature: { from: "header:x-hubspot-signature-v3" },
    timestamp: { from: "header:x-hubspot-request-timestamp", unit: "ms" },
    content: "{method}{url}{body}{ts}",
  },
  MORE,
);

function hubspot(version: "v1" | "v2" | "v3", secret = SECRET, body = BODY): string {
  const options = { clientSecret: secret, requestBody: body, url: PUBLIC_URL, timestamp: NOW, signature: "" };
  return Signature.getSignature("POST", version, options);
}

const signed = (signature: string, body = BODY) => request({ "x-hubspot-signature": signature }, body);

describe("HubSpot's signature", () => {
  test("of version 1 is accepted, and only for its version", async () => {
    expect(await verdict(signed(hubspot("v1")), v1, GIVEN)).toBe("accepted");
    expect(await verdict(signed(hubspot("v2")), v1, GIVEN)).toBe("no-match");
  });

  test("of version 2 is accepted, and binds method and URL", async () => {
    const inbound = signed(hubspot("v2"));
    expect(await verdict(inbound, v2, GIVEN)).toBe("accepted");
    expect(await verdict({ ...inbound, method: "PUT" }, v2, GIVEN)).toBe("no-match");
    const other = configured(V2_CONFIG, { secrets: ["S"], publicUrl: `${PUBLIC_URL}&x` });
    expect(await verdict(inbound, other, GIVEN)).toBe("no-match");
  });

  test("of version 3 is accepted within five minutes", async () => {
    const headers = { "x-hubspot-signature-v3": hubspot("v3"), "x-hubspot-request-timestamp": String(NOW) };
    const inbound = request(headers, BODY);
    expect(await verdict(inbound, v3, GIVEN)).toBe("accepted");
    expect(await verdict(inbound, v3, { ...GIVEN, now: NOW + 300_001 })).toBe("stale");
    expect(await verdict(inbound, v3, { ...GIVEN, now: NOW - 300_001 })).toBe("future");
  });
});

describe("a digest", () => {
  test.each([
    ["of another secret", hubspot("v1", "other"), "no-match"],
    ["of another body", hubspot("v1", SECRET, "[]"), "no-match"],
    ["without the secret", createHash("sha256").update(BODY).digest("hex"), "no-match"],
    ["cut off", hubspot("v1").slice(0, -2), "no-match"],
    ["of odd length", hubspot("v1").slice(1), "no-match"],
    ["that is empty", "", "missing-signature"],
    ["sent twice", `${hubspot("v1")}, ${hubspot("v1")}`, "no-match"],
  ])("%s is refused", async (_, signature, expected) => {
    expect(await verdict(signed(signature), v1, GIVEN)).toBe(expected);
  });

  test("of any listed secret is accepted, and the secret is told", async () => {
    expect(await secretIndexOf(signed(hubspot("v1")), v1, { secrets: ["new", SECRET] })).toBe(1);
  });

  test("of a changed body is refused, whichever bit it is", async () => {
    const inbound = signed(hubspot("v1"));
    for (let bit = 0; bit < 8 * inbound.body.length; bit += 5) {
      expect(await verdict(withFlippedBit(inbound, bit), v1, GIVEN)).toBe("no-match");
    }
  });

  test("under no secret, or an empty one, is our fault", async () => {
    expect(await verdict(signed(hubspot("v1")), v1, { secrets: [] })).toBe("bad-secret");
    expect(await verdict(signed(hubspot("v1")), v1, { secrets: [""] })).toBe("bad-secret");
  });
});
