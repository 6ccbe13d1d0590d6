// No request makes verify or normalise throw. Properties over hostile headers and bodies; fixed clock, no network.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { verify } from "../../../src/sources/verify.ts";
import { bytes, contextOf, NOW_SECONDS, normalised, request, sourceOf } from "./requests.ts";

const SOURCES = [
  sourceOf({ preset: "stripe", secrets: ["S"] }),
  sourceOf({ preset: "github", secrets: ["S"] }),
  sourceOf({ preset: "standard-webhooks", secrets: ["S"] }),
  sourceOf({ preset: "token", secrets: ["S"] }),
  sourceOf({ preset: "bearer", secrets: ["S"] }),
  sourceOf({ preset: "html-form", allowOrigins: ["https://www.example.com"] }),
  sourceOf({ verify: { family: "none" }, body: { accept: ["json", "form", "multipart"] } }),
];
const SECRETS = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "plain secret", "", "00"];

const headerNames = fc.constantFrom(
  "stripe-signature",
  "x-hub-signature-256",
  "x-github-event",
  "webhook-id",
  "webhook-timestamp",
  "webhook-signature",
  "x-webhook-token",
  "authorization",
  "origin",
  "referer",
);
const pieces = fc.constantFrom(
  ..."=, .:",
  "t=",
  "v1=",
  "v1,",
  "sha256=",
  "Bearer ",
  String(NOW_SECONDS),
  "ab".repeat(32),
  "AAAA",
  "https://",
  "null",
  "\u00ff",
);
const headerValues = fc.oneof(
  fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join("")),
  fc.stringMatching(/^[ -~]{0,60}$/),
);
const contentTypes = fc.constantFrom(
  "application/json",
  "application/a+json",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "multipart/form-data; boundary=b",
  'multipart/form-data; boundary="',
  "/;=",
);
const snippets = fc.constantFrom(
  "--b\r\n",
  "--b--",
  "\r\n\r\n",
  'Content-Disposition: form-data; name="a"',
  '; filename="f"',
  "Content-Type: \r\n",
  "payload=",
  "%7B%",
  "&",
  "__proto__=1",
  "\uFEFF",
);
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((array) => new Uint8Array(array)),
  fc.json().map(bytes),
  fc.array(snippets, { maxLength: 10 }).map((parts) => bytes(parts.join(""))),
);
const requests = fc
  .record({ headers: fc.dictionary(headerNames, headerValues), contentType: contentTypes, body: bodies })
  .map(({ headers, contentType, body }) => request({ ...headers, "content-type": contentType }, body));

describe("for any request", () => {
  test("verify gives an answer", async () => {
    await fc.assert(
      fc.asyncProperty(requests, fc.constantFrom(...SOURCES), async (inbound, source) => {
        expect(typeof (await verify(inbound, source, contextOf(SECRETS))).ok).toBe("boolean");
      }),
      { numRuns: 1_000 },
    );
  });

  test("normalise gives events whose texts are usable, or a fault with a message", async () => {
    await fc.assert(
      fc.asyncProperty(requests, fc.constantFrom(...SOURCES), async (inbound, source) => {
        const result = await normalised(inbound, source);
        if (!result.ok) {
          expect(result.error.message).not.toBe("");
          return;
        }
        for (const { id, type, dedupeKey, time, data } of result.value) {
          for (const text of [id, type, dedupeKey]) expect(text.trim()).not.toBe("");
          expect(new Date(time).toISOString()).toBe(time);
          expect(JSON.parse(JSON.stringify(data))).toEqual(data);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("normalise says the same twice", async () => {
    await fc.assert(
      fc.asyncProperty(requests, fc.constantFrom(...SOURCES), async (inbound, source) => {
        expect(await normalised(inbound, source)).toEqual(await normalised(inbound, source));
      }),
    );
  });
});
