// Why rules take an event or do not: the first thing that fails, with what was expected and what there was; and that nothing
// is decided here that `decide` does not decide.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSetup } from "../../../src/bridge/setup.ts";
import { type Explanation, explain } from "../../../src/core/explain.ts";
import type { Json } from "../../../src/core/json.ts";
import { DEFAULT_RECORD_NAMESPACE, deriveRecordId } from "../../../src/core/record-id.ts";
import type { RuleSet } from "../../../src/core/rule.ts";
import { eventWith, ruleWith } from "../../fakes/test-bridge.ts";

const DATA = { order: 7, status: "open", customer: { email: " Zoe@example.com " }, total: 1250 };

function rulesOf(rules: readonly Json[], signup: Json = {}): RuleSet {
  const document = {
    engines: { default: { token: "ENGINE_TOKEN" } },
    sources: { signup: { verify: { family: "none" }, ...(signup as object) }, shop: { verify: { family: "none" } } },
    callbacks: { crm: { url: "https://crm.example.com/hooks", secrets: ["CALLBACK_SECRET"] } },
    rules,
  };
  const setup = readSetup(document, { development: false, hasSecret: () => true });
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  return setup.value.rules;
}

function explained(rules: readonly Json[], signup: Json = {}, data: Json = DATA): Promise<Explanation> {
  return explain(rulesOf(rules, signup), eventWith({ data }));
}

describe("a rule that does not take the event names the first thing that failed", () => {
  test("it is switched off, whatever else does not fit", async () => {
    const off = ruleWith({ enabled: false, source: "shop", on: ["x"], when: "false" });
    expect((await explained([off])).notTaken).toEqual([{ rule: "plain", failed: "enabled" }]);
  });

  test("its source, before the type", async () => {
    const { notTaken } = await explained([ruleWith({ source: "shop", on: ["x"], when: "false" })]);
    expect(notTaken).toEqual([{ rule: "plain", failed: "source", expected: "shop", actual: "signup" }]);
  });

  test("the type, before the condition", async () => {
    const { notTaken } = await explained([ruleWith({ on: ["order.paid", "user.*"], when: "false" })]);
    expect(notTaken).toEqual([
      { rule: "plain", failed: "on", expected: ["order.paid", "user.*"], actual: "order.created" },
    ]);
  });

  test("the part of its condition, with the value that there was", async () => {
    const { notTaken, admissions } = await explained([
      ruleWith({ when: "data.total >= 1000 and data.status = 'paid' and data.missing = 1" }),
    ]);
    expect(notTaken).toEqual([
      {
        rule: "plain",
        failed: "when",
        parts: [
          { text: "data.total >= 1000", outcome: "true", values: [{ path: "data.total", value: 1250 }] },
          { text: "data.status = 'paid'", outcome: "false", values: [{ path: "data.status", value: "open" }] },
          { text: "data.missing = 1", outcome: "false", values: [{ path: "data.missing", value: undefined }] },
        ],
      },
    ]);
    expect(admissions).toMatchObject([{ rule: "", over: { state: "unmatched" } }]);
  });

  test("the rule before it, where the source takes the first match", async () => {
    const rules = [
      ruleWith({ id: "not-it", when: "false" }),
      ruleWith({ id: "looks-on", shadow: true }),
      ruleWith({ id: "takes-it" }),
      ruleWith({ id: "too-late" }),
      ruleWith({ id: "would-not", when: "data.order = 8" }),
    ];
    const { notTaken, taken } = await explained(rules, { match: "first" });
    expect(taken.map(({ rule }) => rule)).toEqual(["looks-on", "takes-it"]);
    expect(notTaken.map((each) => ({ ...each, parts: undefined }))).toEqual([
      { rule: "not-it", failed: "when" },
      { rule: "too-late", failed: "first", takenBy: "takes-it" },
      { rule: "would-not", failed: "when" },
    ]);
  });
});

describe("a rule that takes the event tells each of its expressions", () => {
  test("with its path, its text and its value, and the record id before and after its derivation", async () => {
    const rule = ruleWith({
      when: "data.order = 7",
      dedupe: { key: "{% data.order & '-' & type %}" },
      start: {
        workflowDefinitionId: "{% 'flow-' & data.order %}",
        locale: "{% data.locale ?? 'en' %}",
        recordId: "{% data.customer.email %}",
        parameters: { plain: "literal", lines: [1, { total: "{% data.total %}", none: "{% data.none %}" }] },
      },
    });
    const { taken } = await explained([rule]);
    expect(taken).toMatchObject([
      {
        rule: "plain",
        when: [{ text: "data.order = 7", outcome: "true", values: [{ path: "data.order", value: 7 }] }],
        expressions: [
          { path: "dedupe.key", text: "{% data.order & '-' & type %}", outcome: "value", value: "7-order.created" },
          { path: "start.recordId", text: "{% data.customer.email %}", outcome: "value", value: " Zoe@example.com " },
          { path: "start.workflowDefinitionId", text: "{% 'flow-' & data.order %}", outcome: "value", value: "flow-7" },
          { path: "start.locale", outcome: "value", value: "en" },
          { path: "start.parameters.lines[1].total", text: "{% data.total %}", outcome: "value", value: 1250 },
          { path: "start.parameters.lines[1].none", text: "{% data.none %}", outcome: "nothing" },
        ],
        admission: { recordId: deriveRecordId(DEFAULT_RECORD_NAMESPACE, "Zoe@example.com") },
      },
    ]);
    expect(taken[0]?.expressions).toHaveLength(6);
  });

  test("and the one at fault, beside those that are not", async () => {
    const start = { workflowDefinitionId: "d", parameters: { a: "{% data.status + 1 %}", b: "{% data.order %}" } };
    const { taken } = await explained([ruleWith({ start })]);
    expect(taken).toMatchObject([
      {
        expressions: [
          { path: "start.parameters.a", outcome: "fault", fault: expect.stringContaining("must evaluate to a number") },
          { path: "start.parameters.b", outcome: "value", value: 7 },
        ],
        admission: { over: { state: "invalid" }, start: null },
      },
    ]);
  });

  test("and a condition at fault makes it invalid, and says in which part", async () => {
    const { taken } = await explained([ruleWith({ when: "data.order = 7 and data.status > 5" })]);
    expect(taken).toMatchObject([
      {
        when: [{ outcome: "true" }, { text: "data.status > 5", outcome: "fault" }],
        admission: { over: { state: "invalid", reason: expect.stringContaining("when:") } },
      },
    ]);
  });

  test("a cancel tells its key, and the record id of the rule that it cancels", async () => {
    const start = { workflowDefinitionId: "d", recordId: "{% data.customer.email %}" };
    const cancel = { rule: "starts", key: "{% data.order %}" };
    const { taken } = await explained([
      ruleWith({ id: "starts", on: ["x"], start }),
      { id: "stops", source: "signup", on: ["*"], cancel },
    ]);
    expect(taken).toMatchObject([
      {
        rule: "stops",
        expressions: [
          { path: "cancel.recordId", text: "{% data.customer.email %}", value: " Zoe@example.com " },
          { path: "cancel.key", text: "{% data.order %}", value: 7 },
        ],
        admission: { cancel: { rule: "starts", dedupeKey: "7" } },
      },
    ]);
  });

  test("long values are cut where they are told, and whole in the admission", async () => {
    const start = { workflowDefinitionId: "d", parameters: { text: "{% data.text %}" } };
    const text = "x".repeat(5_000);
    const { taken } = await explained([ruleWith({ start })], {}, { text });
    expect(String(taken[0]?.expressions[0]?.value).length).toBeLessThan(400);
    expect(taken[0]?.admission.start?.parameters).toEqual({ text });
  });
});

test("of thousands of rules those are told that came closest, and the others are counted", async () => {
  const many = (count: number, prefix: string, changes: Record<string, Json>): Json[] =>
    Array.from({ length: count }, (_, each) => ruleWith({ id: `${prefix}-${each}`, ...changes }));
  const { taken, notTaken, others } = await explained([
    ...many(2_000, "elsewhere", { source: "shop" }),
    ...many(20, "off", { enabled: false }),
    ...many(20, "typed", { on: ["x"] }),
    ...many(150, "not", { when: "data.order = 8" }),
    ...many(2, "yes", {}),
  ]);
  expect(taken).toHaveLength(2);
  const counts = Object.fromEntries(
    [...Map.groupBy(notTaken, ({ failed }) => failed)].map(([failed, all]) => [failed, all.length]),
  );
  expect(counts).toEqual({ when: 100, on: 20, enabled: 20, source: 10 });
  expect(others).toEqual({ enabled: 0, source: 1_990, on: 0, when: 50, first: 0 });
});

const WHENS = [undefined, "true", "false", "data.n > 1", "data.n = 'x'", "data.n", "data.n > 'a'"] as const;

const ruleShapes = fc.array(
  fc.record({
    source: fc.constantFrom("signup", "signup", "signup", "shop"),
    on: fc.constantFrom(["*"], ["order.*"], ["order.created"], ["user.created"]),
    enabled: fc.boolean().map((off) => !off),
    shadow: fc.boolean(),
    when: fc.constantFrom(...WHENS),
    recordId: fc.constantFrom(undefined, "{% data.id %}", "fixed"),
    parameter: fc.constantFrom("{% data.n %}", "{% data.n + 1 %}", "literal"),
    key: fc.constantFrom(undefined, "{% data.id %}"),
    cancels: fc.boolean(),
  }),
  { maxLength: 6 },
);

test("what is explained is exactly what is decided, whatever the rules and the event", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      ruleShapes,
      fc.constantFrom("all", "first"),
      fc.boolean(),
      fc.record({ n: fc.constantFrom(0, 2, "b", null) }, { requiredKeys: [] }),
      fc.constantFrom("order.created", "user.created"),
      async (shapes, match, keepUnmatched, data, type) => {
        const target = ruleWith({
          id: "target",
          on: ["never"],
          start: { workflowDefinitionId: "d", recordId: "{% id %}" },
        });
        const ruleset = rulesOf([target, ...shapes.map(ruleOf)], { match, keepUnmatched });
        const event = eventWith({ type, data: { id: "c1", ...data } as Json });
        const decided = await ruleset.decide(event);
        const { admissions, taken, notTaken, others } = await explain(ruleset, event);

        expect(admissions).toEqual(decided);
        expect(taken.map(({ admission }) => admission)).toEqual(decided.filter(({ rule }) => rule !== ""));
        expect(taken.map(({ rule, admission }) => rule === admission.rule)).not.toContain(false);
        // Every rule is told once, and what failed of it is true.
        expect(taken.length + notTaken.length).toBe(ruleset.compiled.length);
        expect(Object.values(others)).toEqual([0, 0, 0, 0, 0]);
        for (const each of notTaken) {
          seen.add(each.failed);
          if (each.failed === "first")
            expect([match, decided.map(({ rule }) => rule)]).toEqual(["first", expect.arrayContaining([each.takenBy])]);
          if (each.failed === "when") expect(each.parts.some(({ outcome }) => outcome !== "true")).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
  expect([...seen].toSorted()).toEqual(["enabled", "first", "on", "source", "when"]);
});

function ruleOf(
  {
    when,
    recordId,
    parameter,
    key,
    cancels,
    ...shape
  }: typeof ruleShapes extends fc.Arbitrary<(infer T)[]> ? T : never,
  index: number,
): Json {
  const does = cancels
    ? { cancel: { rule: "target" } }
    : {
        start: {
          workflowDefinitionId: "d",
          parameters: { p: parameter },
          ...(recordId === undefined ? {} : { recordId }),
        },
      };
  return {
    id: `rule-${index}`,
    ...shape,
    ...(when === undefined ? {} : { when }),
    ...(key === undefined ? {} : { dedupe: { key } }),
    ...does,
  };
}
