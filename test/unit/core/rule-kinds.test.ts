// What rules do beyond starting: cancel, look on as shadows, stand in line for the first match; and what is kept of an event
// that none of them takes.
import { describe, expect, test } from "vitest";
import { readSetup } from "../../../src/bridge/setup.ts";
import type { Admission } from "../../../src/core/admission.ts";
import type { Json } from "../../../src/core/json.ts";
import { DEFAULT_RECORD_NAMESPACE, deriveRecordId } from "../../../src/core/record-id.ts";
import { DAY_MS } from "../../fakes/fake-clock.ts";
import { eventWith, ruleWith } from "../../fakes/test-bridge.ts";

const start = { workflowDefinitionId: "definition", recordId: "{% data.customer %}" };
const CANCEL = { id: "stop", source: "signup", on: ["order.canceled"], cancel: { rule: "plain" } };

function read(rules: readonly Json[], source: Record<string, Json> = {}, rest: Record<string, Json> = {}) {
  const document = {
    engines: { default: { token: "T" } },
    sources: { signup: { verify: { family: "none" }, ...source } },
    callbacks: { crm: { url: "https://crm.example.com/hooks", secrets: ["S"] } },
    rules,
    ...rest,
  };
  return readSetup(document, { development: false, hasSecret: () => true }, 7);
}

async function decide(rules: readonly Json[], event = {}, source = {}, rest = {}): Promise<Admission[]> {
  const setup = read(rules, source, rest);
  if (!setup.ok) throw new Error(JSON.stringify(setup.error.faults));
  return setup.value.rules.decide(eventWith({ data: { customer: "cus_1", order: 7 }, ...event }));
}

function faultsOf(...rules: readonly Json[]): string[] {
  const setup = read(rules);
  return setup.ok ? [] : setup.error.faults.map(({ path, message }) => `${path}: ${message}`);
}

describe("a configuration that has been checked before", () => {
  const trusted = (rules: readonly Json[]) => {
    const document = {
      engines: { default: { token: "T" } },
      sources: { signup: { verify: { family: "none" } } },
      callbacks: { crm: { url: "https://crm.example.com/hooks", secrets: ["S"] } },
      rules,
    };
    const setup = readSetup(document, { development: false, hasSecret: () => true }, 7, true);
    if (!setup.ok) throw new Error(JSON.stringify(setup.error.faults));
    return setup.value.rules;
  };
  const event = eventWith({ data: { customer: "cus_1", order: 7 } });

  test("decides what it decided when it was checked", async () => {
    const rules = [
      ruleWith({ start, when: "data.order > 5" }),
      ruleWith({ id: "other", dedupe: { key: "{% data.order %}" } }),
      { ...CANCEL, on: ["*"] },
      ruleWith({ id: "no", when: "data.order > 7" }),
    ];
    const decided = await decide(rules);
    expect(decided).toHaveLength(3);
    expect(await trusted(rules).decide(event)).toEqual(decided);
    expect(await trusted(rules).decide(event)).toEqual(decided);
  });

  test("loses no event to an expression that is refused all the same", async () => {
    const rules = trusted([
      ruleWith({ when: "$now() > time" }),
      ruleWith({ id: "other", start: { ...start, locale: "{% ( %}" } }),
    ]);
    const reasons = (await rules.decide(event)).map(({ rule, over }) => [
      rule,
      over?.state,
      over?.reason?.split(":")[0],
    ]);
    expect(reasons).toEqual([
      ["plain", "invalid", "when"],
      ["other", "invalid", "start.locale"],
    ]);
  });
});

describe("every decision", () => {
  test("is pinned to the revision that made it", async () => {
    const [admission] = await decide([ruleWith({})]);
    expect(admission?.revision).toBe(7);
    const [unmatched] = await decide([]);
    expect(unmatched?.revision).toBe(7);
  });

  test("carries its rule's dedupe policy", async () => {
    const [admission] = await decide([ruleWith({ dedupe: { onDuplicate: "retry-failed" } })]);
    expect(admission?.onDuplicate).toBe("retry-failed");
  });
});

describe("a cancel rule", () => {
  const canceled = { type: "order.canceled" };

  test("derives the record as the rule that it cancels does, and means all of its executions", async () => {
    const rules = [ruleWith({ on: ["order.created"], start }), CANCEL];
    expect(await decide(rules, canceled)).toMatchObject([
      {
        rule: "stop",
        recordId: deriveRecordId(DEFAULT_RECORD_NAMESPACE, "cus_1"),
        cancel: { rule: "plain", dedupeKey: null },
        start: null,
        over: null,
        callbacks: [],
      },
    ]);
  });

  test("may say where its own events have the record, and which key is meant", async () => {
    const cancel = { rule: "plain", recordId: "{% data.payer %}", key: "{% data.order %}" };
    const rules = [ruleWith({ on: ["order.created"], start }), { ...CANCEL, cancel }];
    expect(await decide(rules, { ...canceled, data: { payer: "cus_2", order: 8 } })).toMatchObject([
      { recordId: deriveRecordId(DEFAULT_RECORD_NAMESPACE, "cus_2"), cancel: { rule: "plain", dedupeKey: "8" } },
    ]);
  });

  test("shortens a long key as the rule that it cancels does", async () => {
    const dedupe = { key: "{% data.long %}" };
    const rules = [
      ruleWith({ on: ["order.created"], start, dedupe }),
      { ...CANCEL, cancel: { rule: "plain", key: "{% data.long %}" } },
    ];
    const data = { customer: "cus_1", long: "x".repeat(1_000) };
    const [begun] = await decide(rules, { type: "order.created", data });
    const [ended] = await decide(rules, { ...canceled, data });
    expect(ended?.cancel?.dedupeKey).toBe(begun?.dedupeKey);
  });

  test("whose record or key cannot be had is recorded as invalid", async () => {
    const rules = [ruleWith({ on: ["order.created"], start }), CANCEL];
    expect(await decide(rules, { ...canceled, data: {} })).toMatchObject([
      { cancel: null, over: { state: "invalid", reason: "cancel.recordId: gave nothing" } },
    ]);
    const keyed = { ...CANCEL, cancel: { rule: "plain", key: "{% data.missing %}" } };
    expect(await decide([ruleWith({ on: ["order.created"], start }), keyed], canceled)).toMatchObject([
      { over: { state: "invalid", reason: "cancel.key: gave nothing" } },
    ]);
  });

  test.each([
    [{ rule: "nowhere" }, 'rules[1].cancel.rule: there is no rule "nowhere"'],
    [{ rule: "stop" }, 'rules[1].cancel.rule: "stop" starts nothing that could be canceled'],
  ])("that means %j is refused", (cancel, fault) => {
    expect(faultsOf(ruleWith({ start }), { ...CANCEL, cancel })).toEqual([fault]);
  });

  test("of a rule without a record must say which key is meant, and no record", () => {
    expect(faultsOf(ruleWith({}), CANCEL)).toEqual([
      'rules[1].cancel: "plain" starts its executions without a record id: "key" must say which one is meant',
    ]);
    const both = { rule: "plain", key: "{% id %}", recordId: "{% id %}" };
    expect(faultsOf(ruleWith({}), { ...CANCEL, cancel: both })).toEqual([
      'rules[1].cancel.recordId: "plain" starts its executions without a record id: name them by "key"',
    ]);
    expect(faultsOf(ruleWith({}), { ...CANCEL, cancel: { rule: "plain", key: "{% id %}" } })).toEqual([]);
  });

  test("has neither callbacks nor a policy of its own", () => {
    const more = { ...CANCEL, callbacks: ["crm"], dedupe: { onDuplicate: "replace" } };
    expect(faultsOf(ruleWith({ start }), more)).toEqual([
      "rules[1].callbacks: the callbacks of the canceled execution are told; a cancel has none of its own",
      "rules[1].dedupe.onDuplicate: a cancel is applied once: only skip is possible",
    ]);
  });

  test("is either that or one that starts", () => {
    const fault = 'rules[0]: a rule has either "start" or "cancel": what it does, and one of them only';
    expect(faultsOf({ id: "a", source: "signup", on: ["*"] })).toEqual([fault]);
    expect(faultsOf({ ...CANCEL, id: "plain", start })).toEqual([fault]);
  });

  test("tells a fault in its expressions where they stand, and an inherited one where that stands", () => {
    const broken = ruleWith({ start: { ...start, recordId: "{% data.( %}" } });
    expect(faultsOf(broken, CANCEL).map((fault) => fault.split(":")[0])).toEqual(["rules[0].start.recordId"]);
    const own = { ...CANCEL, cancel: { rule: "plain", recordId: "{% ( %}", key: "{% ) %}" } };
    expect(faultsOf(ruleWith({ start }), own).map((fault) => fault.split(":")[0])).toEqual([
      "rules[1].cancel.recordId",
      "rules[1].cancel.key",
    ]);
  });
});

describe("a shadow rule", () => {
  test("decides everything as it would, and has nothing done about it", async () => {
    const real = await decide([ruleWith({ start })]);
    const shadow = await decide([ruleWith({ start, shadow: true })]);
    expect(shadow).toEqual([{ ...real[0], over: { state: "shadow", reason: null }, callbacks: [] }]);
  });

  test("tells what would have been invalid", async () => {
    const [admission] = await decide([ruleWith({ start, shadow: true })], { data: {} });
    expect(admission?.over).toEqual({ state: "shadow", reason: "start.recordId: gave nothing" });
  });
});

describe("a source whose first match counts", () => {
  const first = { match: "first" };
  const rule = (id: string, more: Record<string, Json> = {}) => ruleWith({ id, ...more });
  const named = async (rules: readonly Json[]) => (await decide(rules, {}, first)).map((each) => each.rule);

  test("has its event taken by the first rule that matches, in the order of the configuration", async () => {
    const rules = [rule("no", { when: "false" }), rule("off", { enabled: false }), rule("yes"), rule("late")];
    expect(await named(rules)).toEqual(["yes"]);
    expect((await decide(rules)).map((each) => each.rule)).toEqual(["yes", "late"]);
  });

  test("has shadows look on without taking it", async () => {
    const rules = [rule("shadow", { shadow: true }), rule("yes"), rule("shadow-behind", { shadow: true })];
    expect(await named(rules)).toEqual(["shadow", "yes"]);
  });

  test("ends the search at a rule whose condition fails: nobody knows whether it would have matched", async () => {
    expect(await named([rule("broken", { when: "$number('x')" }), rule("late")])).toEqual(["broken"]);
  });
});

describe("an event that no rule takes", () => {
  test("is recorded under its own key, for a week", async () => {
    expect(await decide([ruleWith({ when: "false" })])).toMatchObject([
      {
        rule: "",
        dedupeKey: "event-1",
        recordId: null,
        windowMs: 7 * DAY_MS,
        over: { state: "unmatched", reason: null },
        callbacks: [],
      },
    ]);
  });

  test("is recorded for as long as the ledger says", async () => {
    const ledger = { retentionOf: { unmatched: "2d" } };
    expect(await decide([], {}, {}, { ledger })).toMatchObject([{ windowMs: 2 * DAY_MS }]);
  });

  test("is not recorded where its source says so, nor where any rule has decided something", async () => {
    expect(await decide([], {}, { keepUnmatched: false })).toEqual([]);
    for (const taking of [ruleWith({}), ruleWith({ shadow: true }), ruleWith({ when: "1" })]) {
      expect((await decide([taking])).map(({ rule }) => rule)).toEqual(["plain"]);
    }
  });
});
