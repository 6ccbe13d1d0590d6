// Numbers keep their digits: what JSON.parse would change becomes text. Pure.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../../../src/sources/body/json-body.ts";
import { eventOf, JSON_TYPE, request, sourceOf } from "../requests.ts";

function parsed(text: string) {
  const result = parseJson(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe("a number", () => {
  test.each([
    ["9007199254740991", 9007199254740991],
    ["-9007199254740991", -9007199254740991],
    ["9007199254740992", "9007199254740992"],
    ["-9007199254740992", "-9007199254740992"],
    ["890612572568261600", "890612572568261600"],
    ["10000000000000000", "10000000000000000"],
    ["1e999", "1e999"],
    ["-1E+400", "-1E+400"],
    ["1e-999", 0],
    ["1e20", 1e20],
    ["12.5", 12.5],
    ["3.14159265358979323846", Math.PI],
    ["12345678901234567.0", 12345678901234568],
    ["-0", -0],
  ])("%s is kept as %j", (text, expected) => {
    expect(parsed(text)).toEqual(expected);
    expect(parsed(`{"a":[${text},1],"b":${text}}`)).toEqual({ a: [expected, 1], b: expected });
  });

  test("inside text is left alone, and so are names", () => {
    const text = '{"890612572568261600":"id 890612572568261601, \\"1e999\\"","\\\\":890612572568261602}';
    expect(parsed(text)).toEqual({
      "890612572568261600": 'id 890612572568261601, "1e999"',
      "\\": "890612572568261602",
    });
  });

  test.each([
    "{890612572568261600:1}",
    "0890612572568261600",
    "[890612572568261600.]",
    "890612572568261600 1",
    "+890612572568261600",
    "[1e999e]",
    "--890612572568261600",
  ])("in %s does not make broken JSON whole", (text) => {
    expect(parseJson(text)).toMatchObject({ ok: false, error: { reason: "malformed-json" } });
  });

  test("of any size is an id as it was sent, and nothing else in the body changes", async () => {
    const source = sourceOf({ verify: { family: "none" }, event: { id: "$.order.id" } });
    const bigger = fc.bigInt({ min: 2n ** 53n, max: 10n ** 40n });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          bigger,
          bigger.map((n) => -n),
          fc.maxSafeInteger().map(BigInt),
        ),
        fc.json(),
        async (id, rest) => {
          const body = `{"rest":${rest},"order":{"id":${id}},"list":[${id},"${id}"]}`;
          const event = await eventOf(request(JSON_TYPE, body), source);
          expect(event.id).toBe(String(id));
          expect(JSON.stringify(event.data)).toContain(String(id));
        },
      ),
    );
  });

  test("in any JSON is what JSON.parse says, unless that loses digits", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const exact = JSON.parse(text, (_key, value) =>
          typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value) ? "big" : value,
        );
        const kept = JSON.parse(JSON.stringify(parsed(text)), (_key, value) =>
          typeof value === "string" && /^-?\d{16,}$/.test(value) ? "big" : value,
        );
        if (!JSON.stringify(exact).includes("big") && !text.includes("__proto__")) expect(kept).toEqual(exact);
      }),
      { numRuns: 1_000 },
    );
  });

  test("of very many digits takes no time worth telling", () => {
    expect(parsed("1".repeat(1_000_000))).toHaveLength(1_000_000);
    expect(parsed(`[${"890612572568261600,".repeat(50_000)}1]`)).toHaveLength(50_001);
  });
});
