// JSON from outside: where it is broken is told, what it holds is not. Pure.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../../src/sources/body/json-body.ts";
import { findJsonFault } from "../../../src/sources/body/json-fault.ts";
import { bytes, eventOf, faultOf, JSON_TYPE, request, sourceOf } from "./requests.ts";

const source = sourceOf({ verify: { family: "none" } });

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("the place of a fault", () => {
  test.each([
    ["{", 1, 2, "a property name in double quotes"],
    ['{"a":1,}', 1, 8, "a property name in double quotes"],
    ["[1,]", 1, 4, "a value"],
    ['{"a" 1}', 1, 6, "':'"],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, "',' or '}'"],
    ["[1 2]", 1, 4, "',' or ']'"],
    ["01", 1, 2, "the end of the text"],
    ["{} x", 1, 4, "the end of the text"],
    ["nul", 1, 1, "a value"],
    ["'a'", 1, 1, "a value"],
    ['"a', 1, 3, "a closing double quote"],
    ['"\\x"', 1, 2, "a valid escape"],
    ['"\\u12"', 1, 2, "a valid escape"],
    ['"a\nb"', 1, 3, "an escape such as \\n in place of a control character"],
  ])("of %j is line %i, column %i", (text, line, column, expected) => {
    const message = `The JSON is broken at line ${line}, column ${column}: expected ${expected}.`;
    expect(parseJson(text)).toEqual({ ok: false, error: { reason: "malformed-json", line, column, message } });
  });

  test("is found exactly where JSON.parse finds one, for any text of JSON's letters", () => {
    const letters = fc.constantFrom(...'{}[]",:\\ \n0123.-+eEtrufalsn\u0001é', '"a"', "true", "null", "\\u00e9", "1e5");
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        const fault = findJsonFault(text);
        expect(fault === null).toBe(parses(text));
        expect(fault === null || (fault.offset >= 0 && fault.offset <= text.length)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  test("is found in any JSON with one letter changed", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (json, seed, letter) => {
        const at = seed % (json.length + 1);
        const text = json.slice(0, at) + letter + json.slice(at + 1);
        expect(findJsonFault(text) === null).toBe(parses(text));
      }),
      { numRuns: 1_000 },
    );
  });

  test("is found in a long string without exhausting the stack", () => {
    expect(findJsonFault(`"${"a".repeat(1_000_000)}`)).toMatchObject({ offset: 1_000_001 });
  });

  test("does not quote the body", async () => {
    const fault = await faultOf(request(JSON_TYPE, '{"iban": PL61109010140000071219812874}'), source);
    expect(fault).toMatchObject({ reason: "malformed-json", line: 1, column: 10 });
    expect(JSON.stringify(fault)).not.toContain("PL61");
  });
});

describe("the depth", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

  test("may be 64 and no more", () => {
    expect(parseJson(nested(64)).ok).toBe(true);
    expect(parseJson(nested(65))).toMatchObject({ ok: false, error: { reason: "too-deep", limit: 64 } });
  });

  test("of a million is refused before it is parsed", () => {
    expect(parseJson("[".repeat(1_000_000))).toMatchObject({ ok: false, error: { reason: "too-deep" } });
  });

  test("is not counted inside strings", () => {
    expect(parseJson(JSON.stringify(`\\"${"[{".repeat(100)}`)).ok).toBe(true);
  });
});

describe("a property named __proto__", () => {
  test.each(['{"__proto__":{"admin":true},"a":[{"__proto__":1}]}', '{"\\u005f_proto__":{"admin":true},"a":[{}]}'])(
    "in %s is left out, at any depth",
    (text) => {
      const result = parseJson(text);
      expect(result).toEqual({ ok: true, value: { a: [{}] } });
      expect(JSON.stringify(result)).not.toContain("proto");
    },
  );

  test("stays in text that is a value", () => {
    expect(parseJson('{"a":"__proto__"}')).toEqual({ ok: true, value: { a: "__proto__" } });
  });
});

describe("the bytes", () => {
  test("may start with a byte order mark", async () => {
    expect((await eventOf(request(JSON_TYPE, '\uFEFF{"a":1}'), source)).data).toEqual({ a: 1 });
  });

  test("must be UTF-8", async () => {
    const invalid = new Uint8Array([...bytes('{"a":"'), 0xc3, 0x28, ...bytes('"}')]);
    expect(await faultOf(request(JSON_TYPE, invalid), source)).toMatchObject({ reason: "not-utf8" });
  });

  test.each(["", " \r\n\t", "\uFEFF"])("%j are an empty body", async (text) => {
    expect(await faultOf(request(JSON_TYPE, text), source)).toMatchObject({ reason: "empty-body" });
  });
});

describe("the content type", () => {
  test.each(["application/json", "Application/JSON; charset=utf-8", "application/vnd.surveymonkey.x.v1+json"])(
    "%s is JSON",
    async (type) => {
      expect((await eventOf(request({ "content-type": type }, "{}"), source)).data).toEqual({});
    },
  );

  test.each(["text/plain", "application/jsonp", "text/html+jsonx", "application/x-www-form-urlencoded", ""])(
    "'%s' is refused with the list of what is read",
    async (type) => {
      const fault = await faultOf(request({ "content-type": type }, "{}"), source);
      expect(fault).toMatchObject({ reason: "unsupported-content-type", accepted: ["application/json"] });
      expect(fault.message).toContain("Send application/json.");
    },
  );

  test("that is missing is refused", async () => {
    expect(await faultOf(request({}, "{}"), source)).toMatchObject({ reason: "unsupported-content-type" });
  });
});
