// What another configuration would do about an event: more, no more, otherwise, or the same.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareDecisions, type RuleDifference } from "../../../src/core/compare-decisions.ts";
import type { Json } from "../../../src/core/json.ts";
import { eventWith, ruleWith, setupOf } from "../../fakes/test-bridge.ts";

const DATA = { order: 7, status: "open" };

async function compare(before: readonly Json[], after: readonly Json[]): Promise<readonly RuleDifference[]> {
  const event = eventWith({ data: DATA });
  return compareDecisions(await setupOf(before).rules.decide(event), await setupOf(after).rules.decide(event));
}

const NOTHING: readonly Json[] = [];
const STARTS = ruleWith({});
const BROKEN = ruleWith({ start: { workflowDefinitionId: "definition", recordId: "{% data.none %}" } });
const SHADOW = ruleWith({ shadow: true });
const TARGET = ruleWith({ id: "target", on: ["never"], start: { workflowDefinitionId: "d", recordId: "{% id %}" } });
const CANCELS: Json = { id: "plain", source: "signup", on: ["*"], cancel: { rule: "target" } };

describe("what is done about an event", () => {
  test.each([
    ["more, where a rule takes it now", NOTHING, [STARTS], ["starts"]],
    ["no more, where no rule takes it now", [STARTS], NOTHING, ["startsNoMore"]],
    ["no more, and recorded, where the rule only looks on", [STARTS], [SHADOW], ["startsNoMore", "shadow"]],
    ["in earnest, where the rule looked on", [SHADOW], [STARTS], ["shadowNoMore", "starts"]],
    ["invalid, where an expression fails", [STARTS], [BROKEN], ["startsNoMore", "invalid"]],
    ["mended", [BROKEN], [STARTS], ["invalidNoMore", "starts"]],
    ["canceled", [TARGET], [TARGET, CANCELS], ["cancels"]],
    ["not canceled any more", [TARGET, CANCELS], [TARGET], ["cancelsNoMore"]],
    ["recorded by a rule that looks on", NOTHING, [SHADOW], ["shadow"]],
    ["recorded no more", [SHADOW], NOTHING, ["shadowNoMore"]],
  ])("%s", async (_, before, after, kinds) => {
    expect((await compare(before, after)).map((each) => each.kinds)).toEqual([kinds]);
  });

  test("is the same where only words differ, or why a rule fails, or the order of callbacks", async () => {
    const described = ruleWith({ description: "for people" });
    expect(await compare([STARTS], [described])).toEqual([]);
    expect(await compare([BROKEN], [ruleWith({ when: "data.status > 1" })])).toEqual([]);
    const both = (callbacks: string[]): Json => ruleWith({ callbacks });
    expect(await compare([both(["crm", "audit"])], [both(["audit", "crm"])])).toEqual([]);
    expect(await compare([STARTS], [ruleWith({ on: ["order.*"] })])).toEqual([]);
  });

  test("is told with the reason where it becomes invalid", async () => {
    expect(await compare([STARTS], [BROKEN])).toEqual([
      {
        rule: "plain",
        kinds: ["startsNoMore", "invalid"],
        from: "start",
        to: "invalid",
        fields: [],
        reason: "start.recordId: gave nothing",
      },
    ]);
  });

  test("differs in the parts that differ, each with both values", async () => {
    const start = (changes: Record<string, Json>): Json => ({
      workflowDefinitionId: "definition",
      parameters: { order: { id: "{% data.order %}", lines: [1, 2] }, gone: "x", same: { a: [{ b: 1 }] } },
      ...changes,
    });
    const before = ruleWith({ start: start({}) });
    const after = ruleWith({
      start: start({
        workflowDefinitionId: "other",
        locale: "pl",
        expiresIn: "7d",
        recordId: "{% data.order %}",
        parameters: { order: { id: "{% data.status %}", lines: [1, 3] }, same: { a: [{ b: 1 }] }, fresh: null },
      }),
      dedupe: { key: "{% data.order %}", window: "1d", onDuplicate: "replace" },
      callbacks: ["audit"],
      onUncertainStart: "hold",
    });
    const [difference, ...others] = await compare([before], [after]);
    expect(others).toEqual([]);
    expect(difference?.kinds).toEqual(["startsOtherwise", "recordIdChanges"]);
    const fields = Object.fromEntries((difference?.fields ?? []).map(({ path, from, to }) => [path, [from, to]]));
    expect(fields).toEqual({
      recordId: [null, expect.stringMatching(/^[0-9a-f-]{36}$/)],
      "dedupe.key": ["event-1", "7"],
      "dedupe.windowMs": [2_592_000_000, 86_400_000],
      "dedupe.onDuplicate": ["skip", "replace"],
      "start.workflowDefinitionId": ["definition", "other"],
      "start.locale": ["en", "pl"],
      "start.expiresInMs": [null, 604_800_000],
      "start.parameters.order.id": [7, "open"],
      "start.parameters.order.lines[1]": [2, 3],
      "start.parameters.gone": ["x", undefined],
      "start.parameters.fresh": [undefined, null],
      "callbacks[0]": ["crm", "audit"],
      onUncertainStart: ["retry", "hold"],
    });
  });

  test("differs in a parameter that is called like something every object has", async () => {
    const named = (parameters: Record<string, Json>): Json =>
      ruleWith({ start: { workflowDefinitionId: "d", parameters } });
    const [difference] = await compare([named({})], [named({ constructor: "x" })]);
    expect(difference?.fields).toEqual([{ path: "start.parameters.constructor", from: undefined, to: "x" }]);
  });

  test("tells no more than fifty fields and the beginning of a long value", async () => {
    const many = (value: string): Json =>
      ruleWith({
        start: {
          workflowDefinitionId: "d",
          parameters: Object.fromEntries(Array.from({ length: 80 }, (_, each) => [`p${each}`, value])),
        },
      });
    const [difference] = await compare([many("a".repeat(1_000))], [many(`${"a".repeat(999)}b`)]);
    expect(difference?.fields).toHaveLength(50);
    expect(String(difference?.fields[0]?.from).length).toBeLessThan(400);
  });

  test("counts a rule that was renamed as one that is gone and one that is new: keys count within a rule", async () => {
    const kinds = await compare([STARTS], [ruleWith({ id: "renamed" })]);
    expect(kinds.map(({ rule, kinds: each }) => [rule, each])).toEqual([
      ["plain", ["startsNoMore"]],
      ["renamed", ["starts"]],
    ]);
  });
});

test("a parameter is among the differences exactly where it is not the same", async () => {
  const leaf = fc.constantFrom<Json>(1, 2, "a", null, true);
  const value = fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(leaf, { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b"), leaf),
  );
  await fc.assert(
    fc.asyncProperty(value, value, async (from, to) => {
      const rule = (parameter: Json): Json =>
        ruleWith({ start: { workflowDefinitionId: "d", parameters: { p: parameter } } });
      const differences = await compare([rule(from as Json)], [rule(to as Json)]);
      const same = isEqual(from as Json, to as Json);
      expect(differences.map(({ kinds }) => kinds)).toEqual(same ? [] : [["startsOtherwise"]]);
    }),
  );
});

function isEqual(one: Json, other: Json): boolean {
  const sorted = (value: Json): Json =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}
