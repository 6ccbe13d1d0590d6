// Patterns: they match what JavaScript's own match, in linear time, and say what they do not have.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileExpression } from "../../../src/core/expression.ts";
import { Budget } from "../../../src/core/expression-budget.ts";
import { compilePattern, patternEngine } from "../../../src/core/expression-pattern.ts";
import type { Json } from "../../../src/core/json.ts";
import { eventWith } from "../../fakes/test-bridge.ts";

interface Engine {
  lastIndex: number;
  exec(text: string): ((string | undefined)[] & { index: number }) | null;
}

async function given(text: string, data: Json = {}): Promise<Json | undefined> {
  const compiled = compileExpression(text);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  const result = await compiled.value.evaluate(eventWith({ data }));
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function linear(pattern: RegExp): Engine {
  const problem = compilePattern(pattern);
  if (problem !== undefined) throw new Error(problem);
  return new (patternEngine(new Budget()) as new (pattern: RegExp) => Engine)(pattern);
}

/** All matches, as JSONata finds them: lastIndex is set, exec is called, and a match without characters is stepped over. */
function matches(engine: Engine, text: string, withGroups: boolean): unknown[] {
  const found: unknown[] = [];
  let from = 0;
  while (from <= text.length) {
    engine.lastIndex = from;
    const match = engine.exec(text);
    if (match === null) return [...found, engine.lastIndex];
    found.push([match.index, engine.lastIndex, ...(withGroups ? [...match] : [match[0]])]);
    from = engine.lastIndex + (match[0] === "" ? 1 : 0);
  }
  return found;
}

/** A pattern, and whether it may match without a character: what may is not repeated, since engines differ there. */
interface Piece {
  readonly source: string;
  readonly empty: boolean;
  /** Engines differ in what a group holds that was repeated. */
  readonly repeatsGroup: boolean;
}

const atom = fc
  .constantFrom("a", "b", "c", ".", "[ab]", "[^a]", "\\d", "\\w", "\\W", "[a-c1]", "\\.", "\\x61", "\\u0062", "/", "-")
  .map((source): Piece => ({ source: source === "/" ? "\\/" : source, empty: false, repeatsGroup: false }));
const anchor = fc
  .constantFrom("^", "$", "\\b", "\\B")
  .map((source): Piece => ({ source, empty: true, repeatsGroup: false }));

const { pattern } = fc.letrec<{ pattern: Piece; piece: Piece }>((tie) => ({
  piece: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    atom,
    anchor,
    tie("pattern").map((inner) => ({ ...inner, source: `(${inner.source})` })),
    tie("pattern").map((inner) => ({ ...inner, source: `(?:${inner.source})` })),
    fc.tuple(tie("pattern"), fc.constantFrom("*", "+", "?", "{1,2}", "*?", "+?", "??", "{2}")).map(([inner, mark]) => {
      if (inner.empty) return inner;
      const source = `(?:${inner.source})${mark}`;
      return { source, empty: /^[*?]/.test(mark), repeatsGroup: /(?<!\\)\((?!\?)/.test(inner.source) };
    }),
  ),
  pattern: fc
    .array(fc.array(tie("piece"), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 })
    .map((branches) => ({
      source: branches.map((pieces) => pieces.map(({ source }) => source).join("")).join("|"),
      empty: branches.some((pieces) => pieces.every(({ empty }) => empty)),
      repeatsGroup: branches.flat().some(({ repeatsGroup }) => repeatsGroup),
    })),
}));

describe("a pattern", () => {
  test("finds what JavaScript's own finds, match by match", () => {
    const texts = fc.string({
      unit: fc.constantFrom("a", "b", "c", "1", ".", "-", "/", " ", "\n", "A"),
      maxLength: 12,
    });
    let found = 0;
    fc.assert(
      fc.property(pattern, fc.constantFrom("g", "gi", "gm", "gim"), texts, ({ source, repeatsGroup }, flags, text) => {
        const native = new RegExp(source, flags);
        const expected = matches(native as Engine, text, !repeatsGroup);
        found += expected.length;
        expect(matches(linear(new RegExp(source, flags)), text, !repeatsGroup)).toEqual(expected);
      }),
      { numRuns: 600 },
    );
    expect(found).toBeGreaterThan(600);
  }, 60_000);

  test.each<[string, Json | undefined]>([
    ["$contains('Order 7', /order \\d/i)", true],
    ["$contains('a\nb', /^b$/)", false],
    ["$contains('a\nb', /^b$/m)", true],
    [
      "$match('a1 b22', /([a-z])(\\d+)/)",
      [
        { match: "a1", index: 0, groups: ["a", "1"] },
        { match: "b22", index: 3, groups: ["b", "22"] },
      ],
    ],
    ["$match('a1 b22', /[a-z]\\d+/, 1).match", "a1"],
    ["$match('ac', /(a)(b)?(c)/)", { match: "ac", index: 0, groups: ["a", null, "c"] }],
    ["$match('abc', /x/)", undefined],
    ["$split('a, b;c', /[,;] */)", ["a", "b", "c"]],
    ["$split('a,b,c', /,/, 2)", ["a", "b"]],
    ["$replace('John Smith', /(\\w+) (\\w+)/, '$2 $1')", "Smith John"],
    ["$replace('a/b', /\\//, '-')", "a-b"],
    ["$replace('aXbX', /x/i, '')", "ab"],
    ["$match('😀a', /./).match", ["😀", "a"]],
    ["$match('2026-11', /(?<year>\\d+)-/).groups", ["2026"]],
    ["data.items[$contains($, /^b/)]", "bc"],
  ])("does what JSONata needs of it: %s", async (text, value) => {
    expect(await given(text, { items: ["ab", "bc"] })).toEqual(value);
  });

  test("that matches nothing over and over is a fault", async () => {
    await expect(given("$match('abc', /x*/)")).rejects.toThrow("matches zero length string");
  });

  test.each([
    ["(a+)+$", `${"a".repeat(50_000)}b`, false],
    ["(a+)+$", "a".repeat(50_000), true],
    ["(a|a)*b", "a".repeat(50_000), false],
    ["(\\w+\\s?)+!", "word ".repeat(10_000), false],
    ["^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(50_000), false],
  ])("ends quickly where backtracking would not: %s", async (source, text, value) => {
    expect(await given(`$contains(data.text, /${source}/)`, { text })).toBe(value);
  });

  test.each([
    ["look-ahead", "$contains('a', /a(?=b)/)", 24],
    ["negative look-ahead", "$contains('a', /a(?!b)/)", 24],
    ["look-behind", "$contains('a', /(?<=a)b/)", 25],
    ["back-reference", "$contains('a', /(a)\\1/)", 23],
    ["back-reference by name", "$contains('a', /(?<x>a)\\k<x>/)", 30],
    ["too many repetitions", "$contains('a', /a{1001}/)", 25],
    ["too many repetitions of repetitions", "$contains('a', /((a{100}){100})/)", 33],
  ])("with %s is a fault that tells why and where", (_, text, position) => {
    const compiled = compileExpression(text);
    expect(compiled).toMatchObject({
      ok: false,
      error: [{ message: expect.stringContaining("patterns run in linear time, as RE2 does"), position: position - 1 }],
    });
  });

  test.each([
    ["{% $contains('a/b', 'c') and $contains('a', /a)(/) %}", "Unmatched ')'", 49],
    ["$contains('a', /a**/)", "Nothing to repeat", 20],
  ])("that is none is a fault that tells where: %s", (text, message, position) => {
    const compiled = compileExpression(text);
    expect(compiled).toMatchObject({ ok: false, error: [{ message: expect.stringContaining(message), position }] });
  });

  test("is lost left of ?: and ??, where JSONata copies what stands there, and says so", async () => {
    const compiled = compileExpression("$match('a', /a/) ?: 'none'");
    expect(compiled).toMatchObject({ ok: false, error: [{ message: expect.stringContaining("left of ?: or ??") }] });
    expect(await given("($found := $match('a', /b/); $found ?: 'none')")).toBe("none");
  });
});
