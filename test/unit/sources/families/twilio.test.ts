// The family twilio: Twilio's published example, and its own library as oracle. Fixed clock, no network.
import { createHash } from "node:crypto";
import fc from "fast-check";
import twilio from "twilio";
import { describe, expect, test } from "vitest";
import { configured, FORM_TYPE, form, request, secretIndexOf, verdict } from "./family.ts";

const TOKEN = "12345";
const GIVEN = { secrets: [TOKEN] };
const URL = "https://example.com/myapp.php?foo=1&bar=2";
const FIELDS = [
  ["CallSid", "CA1234567890ABCDE"],
  ["Caller", "+14158675310"],
  ["Digits", "1234"],
  ["From", "+14158675310"],
  ["To", "+18005551212"],
] as const;

const at = (publicUrl: string) => configured({ family: "twilio" }, { secrets: ["S"], publicUrl });
const signed = (signature: string, body: string) => request({ ...FORM_TYPE, "x-twilio-signature": signature }, body);
const sdk = (url: string, fields: Record<string, string | string[]>, token = TOKEN) =>
  twilio.getExpectedTwilioSignature(token, url, fields);

describe("a form", () => {
  test("of Twilio's documentation is accepted", async () => {
    // https://www.twilio.com/docs/usage/security#validating-requests
    const published = "L/OH5YylLD5NRKLltdqwSvS0BnU=";
    expect(sdk(URL, Object.fromEntries(FIELDS))).toBe(published);
    expect(await verdict(signed(published, form(FIELDS)), at(URL), GIVEN)).toBe("accepted");
    expect(await verdict(signed(published, form([...FIELDS].reverse())), at(URL), GIVEN)).toBe("accepted");
  });

  test("signed by Twilio's library is accepted, whatever its fields are", async () => {
    const fields = fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 12 }), { maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(fields, async (raw) => {
        const wellFormed = Object.entries(raw).map(([k, v]) => [k.toWellFormed(), v.toWellFormed()] as const);
        const unique = [...new Map(wellFormed)];
        const signature = sdk(URL, Object.fromEntries(unique));
        expect(await verdict(signed(signature, form(unique)), at(URL), GIVEN)).toBe("accepted");
      }),
    );
  });

  test("with a repeated field counts each value once, sorted, as the library does", async () => {
    const signature = sdk(URL, { MediaUrl: ["b", "a", "b"], To: "1" });
    const body = "MediaUrl=b&To=1&MediaUrl=a&MediaUrl=b";
    expect(await verdict(signed(signature, body), at(URL), GIVEN)).toBe("accepted");
  });

  test.each([
    ["https://example.com/a", "https://example.com:443/a"],
    ["https://example.com:443/a", "https://example.com/a"],
    ["https://example.com:8443/a?b", "https://example.com/a?b"],
    ["http://example.com/a", "http://example.com:80/a"],
    ["https://user:pass@example.com/a", "https://user:pass@example.com:443/a"],
  ])("registered at %s and signed for %s is accepted", async (registered, url) => {
    const body = form(FIELDS);
    expect(await verdict(signed(sdk(url, Object.fromEntries(FIELDS)), body), at(registered), GIVEN)).toBe("accepted");
    expect(await verdict(signed(sdk(registered, Object.fromEntries(FIELDS)), body), at(registered), GIVEN)).toBe(
      "accepted",
    );
  });

  const right = sdk(URL, Object.fromEntries(FIELDS));
  test.each([
    ["for another URL", sdk("https://evil.example/", Object.fromEntries(FIELDS)), form(FIELDS), "no-match"],
    ["under another token", sdk(URL, Object.fromEntries(FIELDS), "other"), form(FIELDS), "no-match"],
    ["with a changed field", right, form(FIELDS).replace("1234", "1235"), "no-match"],
    ["with a field more", right, `${form(FIELDS)}&Extra=1`, "no-match"],
    ["with a field less", right, form(FIELDS.slice(1)), "no-match"],
    ["without a signature", "", form(FIELDS), "missing-signature"],
    ["with a signature that is no base64", "***", form(FIELDS), "no-match"],
    ["with too many fields", right, "a=1&".repeat(1_001), "unreadable-body"],
  ])("signed %s is refused", async (_, signature, body, expected) => {
    expect(await verdict(signed(signature, body), at(URL), GIVEN)).toBe(expected);
  });

  test("does not count for the URL that the request itself names", async () => {
    const inbound = signed(sdk("https://bridge.example.com/in/source", Object.fromEntries(FIELDS)), form(FIELDS));
    expect(await verdict(inbound, at(URL), GIVEN)).toBe("no-match");
  });

  test("that is not UTF-8 is refused", async () => {
    const inbound = { ...signed(right, ""), body: new Uint8Array([0x61, 0x3d, 0xff]) };
    expect(await verdict(inbound, at(URL), GIVEN)).toBe("unreadable-body");
  });
});

describe("a JSON body", () => {
  const BODY = '{"a":"$&"}';
  const hash = createHash("sha256").update(BODY).digest("hex");
  const json = (signature: string, body = BODY) =>
    request({ "content-type": "application/json", "x-twilio-signature": signature }, body);

  test.each(["https://example.com/hook", URL])("at %s is accepted, as by the library", async (registered) => {
    const url = `${registered}${registered.includes("?") ? "&" : "?"}bodySHA256=${hash}`;
    const signature = sdk(url, {});
    expect(twilio.validateRequestWithBody(TOKEN, signature, url, BODY)).toBe(true);
    expect(await verdict(json(signature), at(registered), GIVEN)).toBe("accepted");
    expect(await verdict(json(signature, `${BODY} `), at(registered), GIVEN)).toBe("no-match");
  });

  test("is refused under a signature that covers no body", async () => {
    expect(await verdict(json(sdk(URL, {})), at(URL), GIVEN)).toBe("no-match");
  });
});

test("any of the listed tokens may have signed; one that is empty is our fault", async () => {
  const inbound = signed(sdk(URL, Object.fromEntries(FIELDS)), form(FIELDS));
  expect(await secretIndexOf(inbound, at(URL), { secrets: ["new", TOKEN] })).toBe(1);
  expect(await verdict(inbound, at(URL), { secrets: [""] })).toBe("bad-secret");
  expect(await verdict(inbound, at(URL), { secrets: [] })).toBe("bad-secret");
});
