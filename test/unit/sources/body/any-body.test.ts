// No bytes under any content type make normalise throw, in any way of reading a body. Properties; fixed clock.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytes, normalised, request, sourceOf } from "../requests.ts";

const KINDS = ["json", "ndjson", "form", "multipart", "xml"];
const open = (body: object, more: object = {}) => sourceOf({ verify: { family: "none" }, body, ...more });
const SOURCES = [
  open({ accept: KINDS }),
  open({ accept: KINDS, split: "$" }),
  open({ accept: KINDS, split: "$.a[*].b" }, { redact: ["$.a[*].b[0].c", "$[*].token", "$.a.b"] }),
  open({ accept: KINDS, payload: { field: "a", as: "xml", encoding: "base64", optional: true } }),
  open({ accept: KINDS, payload: { field: "a", keepForm: true }, split: "$.a" }, { redact: ["$.a.b"] }),
  open({ assume: "json", split: "$.a" }, { event: { id: "$.id", type: { join: ["$.b", "query:t"] }, data: "$.d" } }),
  open({ assume: "ndjson" }),
  open({ assume: "form" }),
  open({ assume: "xml", split: "$.a.b" }),
];

const contentTypes = fc.oneof(
  fc.constantFrom(
    "application/json",
    "application/x-ndjson",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    'multipart/form-data; boundary="b"; charset=x',
    "multipart/form-data",
    "application/xml",
    "text/xml;;;",
    "application/x+xml",
    "text/plain",
    "",
  ),
  fc.stringMatching(/^[ -~]{0,40}$/),
);
const snippets = fc.constantFrom(
  ...'{}[]",:\\<>/&=;%+ \n\r?!-0a',
  "890612572568261600",
  "1e999",
  "null",
  "<a>",
  "</a>",
  "<b x='1'/>",
  "<!DOCTYPE",
  "<![CDATA[",
  "]]>",
  "--b\r\n",
  "--b--",
  "\r\n\r\n",
  'Content-Disposition: form-data; name="a"',
  '; filename="f"',
  "a=",
  "PGE+",
  "__proto__",
  '"a":',
  '"b":',
  '"token":1',
  "\uFEFF",
);
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((array) => new Uint8Array(array)),
  fc.json().map(bytes),
  fc.json().map((text) => bytes(`{"a":${text}}`)),
  fc.json().map((text) => bytes(`<a><b>${text.replaceAll(/[<&]/g, "")}</b></a>`)),
  fc.array(snippets, { maxLength: 15 }).map((parts) => bytes(parts.join(""))),
);

/** What comes back as it was after being stored; but for -0, which JSON can write and which comes back as 0. */
function isPlainJson(value: unknown): boolean {
  if (value === null || typeof value === "boolean" || typeof value === "string") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isPlainJson);
  return typeof value === "object" && Object.values(value).every(isPlainJson);
}

describe("for any body under any content type", () => {
  test("normalise gives events whose parts are usable, or a fault that says something", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...SOURCES), contentTypes, bodies, async (source, type, body) => {
        const result = await normalised(request({ "content-type": type }, body), source);
        if (!result.ok) {
          expect(result.error.message).not.toBe("");
          return;
        }
        for (const { id, type: name, dedupeKey, data } of result.value) {
          for (const text of [id, name, dedupeKey]) expect(text.trim()).not.toBe("");
          expect(isPlainJson(data)).toBe(true);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
