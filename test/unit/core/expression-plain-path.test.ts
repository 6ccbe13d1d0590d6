// Paths of names are read without JSONata, and must say what it says.
import fc from "fast-check";
import jsonata from "jsonata";
import { describe, expect, it } from "vitest";
import { plainPathOf, readPlainPath } from "../../../src/core/expression-plain-path.ts";
import { compileProgram } from "../../../src/core/expression-program.ts";
import type { Node } from "../../../src/core/expression-tree.ts";
import type { JsonObject } from "../../../src/core/json.ts";

const pathOf = (text: string) => plainPathOf(jsonata(text).ast() as unknown as Node);
const NAMES = ["a", "b", "data", "x y", "constructor", "length", "toString"];

describe("a plain path", () => {
  it.each([
    ["data.object.customer", ["data", "object", "customer"]],
    ["`x y`.b", ["x y", "b"]],
    ["id", ["id"]],
  ])("is %s", (text, path) => {
    expect(pathOf(text)).toEqual(path);
  });

  it.each([
    "a[0]",
    "a.*",
    "a[]",
    "$.a",
    "$$.a",
    "a.%.b",
    "a^(b)",
    "a{b: c}",
    "'text'",
    "(a.b)",
    "a & b",
    "a.b[c = 1]",
    "a@$x.b",
    "a#$i",
    "a.$string()",
  ])("is not %s", (text) => {
    expect(pathOf(text)).toBeNull();
  });

  it("gives nothing of its own where there is a list, null, an object, a long text or no such name on the way", () => {
    const attributes = { list: [{ a: 1 }], none: null, object: {}, long: "x".repeat(1_001), short: "x".repeat(1_000) };
    for (const path of [
      ["list", "a"],
      ["list"],
      ["none"],
      ["object"],
      ["long"],
      ["missing"],
      ["object", "toString"],
      ["short", "length"],
    ])
      expect(readPlainPath(path, attributes)).toBeUndefined();
    expect(readPlainPath(["short"], attributes)).toBe(attributes.short);
  });

  it("says what JSONata says, whatever the event", async () => {
    const value = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom<unknown>(null, true, false, 0, -1.5, "", "text"),
        fc.array(tie("tree"), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom(...NAMES), tie("tree"), { maxKeys: 4 }),
      ),
    })).tree;
    let direct = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom(...NAMES), value, { minKeys: 1, maxKeys: 5 }),
        fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }),
        async (attributes, names) => {
          const text = names.map((name) => `\`${name}\``).join(".");
          const program = compileProgram(text);
          if (!program.ok) throw new Error("every path of names compiles");
          if (readPlainPath(names, attributes as JsonObject) !== undefined) direct++;
          const expected = await jsonata(text).evaluate(attributes);
          expect(await program.value.run(attributes as JsonObject)).toEqual({ ok: true, value: expected });
        },
      ),
      { numRuns: 2_000 },
    );
    expect(direct).toBeGreaterThan(50);
  });
});
