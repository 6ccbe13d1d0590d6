// The index by source and type finds exactly the rules that a look at every rule would find, in their order.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSetup } from "../../../src/bridge/setup.ts";
import type { Json } from "../../../src/core/json.ts";
import { eventWith, ruleWith, setupOf } from "../../fakes/test-bridge.ts";

async function matching(rules: readonly Json[], source: string, type: string): Promise<string[]> {
  const setup = readSetup(
    {
      engines: { default: { token: "T" } },
      sources: { signup: { verify: { family: "none" } }, "signup-b": { verify: { family: "none" } } },
      rules,
    },
    { development: false, hasSecret: () => true },
  );
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  const admissions = await setup.value.rules.decide(eventWith({ source, type }));
  return admissions.map(({ rule }) => rule).filter((rule) => rule !== "");
}

/** What the index stands for. */
function matchesByLooking(patterns: readonly string[], type: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern));
}

describe("a pattern", () => {
  test.each([
    ["order.created", "order.created", true],
    ["order.created", "order.created.v2", false],
    ["order.created", "order", false],
    ["order.created", "Order.Created", false],
    ["order.*", "order.created", true],
    ["order.*", "order.", true],
    ["order.*", "order", false],
    ["order*", "order", true],
    ["order*", "orders.created", true],
    ["*", "anything at all", true],
    ["*", "", true],
    ["a b", "a b", true],
    ["__proto__", "__proto__", true],
    ["__proto__", "toString", false],
  ])("%s and the type %s: %s", async (pattern, type, expected) => {
    const admissions = await setupOf([ruleWith({ on: [pattern] })]).rules.decide(eventWith({ type }));
    expect(admissions).toHaveLength(expected ? 1 : 0);
  });

  test("matches events of its own source only, even where source and type run together", async () => {
    const rules = [ruleWith({ callbacks: [], on: ["*"] }), ruleWith({ id: "b", callbacks: [], source: "signup-b" })];
    expect(await matching(rules, "signup-b", "x")).toEqual(["b"]);
    expect(await matching(rules, "signup", "-b x")).toEqual(["plain"]);
    expect(await matching(rules, "unknown", "x")).toEqual([]);
  });

  test("of several that match one rule, the rule decides once", async () => {
    const rule = ruleWith({ on: ["*", "order.*", "order.created", "order.created"] });
    expect(await setupOf([rule]).rules.decide(eventWith())).toHaveLength(1);
  });
});

const words = fc.array(fc.constantFrom("a", "b", "ab", ".", " "), { maxLength: 5 }).map((parts) => parts.join(""));
const patterns = fc
  .oneof(
    words.filter((word) => word !== ""),
    words.map((word) => `${word}*`),
  )
  .filter((pattern) => pattern !== "");
const ruleSets = fc.array(
  fc.record({
    on: fc.array(patterns, { minLength: 1, maxLength: 4 }),
    source: fc.constantFrom("signup", "signup-b"),
    enabled: fc.boolean(),
  }),
  { maxLength: 12 },
);

test("for any rules and any event the index finds what looking at every rule finds, in the same order", async () => {
  await fc.assert(
    fc.asyncProperty(ruleSets, words, fc.constantFrom("signup", "signup-b"), async (shapes, type, source) => {
      const rules = shapes.map((shape, n) => ({
        ...shape,
        id: `rule-${n}`,
        start: { workflowDefinitionId: "definition" },
      }));
      const expected = rules
        .filter((rule) => rule.enabled && rule.source === source && matchesByLooking(rule.on, type))
        .map(({ id }) => id);
      expect(await matching(rules, source, type)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
