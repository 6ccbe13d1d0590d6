// What rules decide about an event: which match, what they start, under which record id and key, and what is recorded
// where their expressions fail. No event is lost to a mistake in a rule.
import { describe, expect, test } from "vitest";
import type { Event } from "../../../src/core/event.ts";
import type { Admission } from "../../../src/core/execution.ts";
import type { Json } from "../../../src/core/json.ts";
import { DEFAULT_RECORD_NAMESPACE, deriveRecordId } from "../../../src/core/record-id.ts";
import { eventWith, ruleWith, setupOf } from "../../fakes/test-bridge.ts";

const DATA = { order: 7, customer: "cus_1", active: true, tags: ["a", "b"], nothing: null, empty: "" };

function decide(rule: Record<string, Json>, event: Partial<Event> = {}): Promise<Admission[]> {
  return setupOf([ruleWith(rule)]).rules.decide(eventWith({ data: DATA, ...event }));
}

async function decideOne(rule: Record<string, Json>, event: Partial<Event> = {}): Promise<Admission> {
  const [admission, ...others] = await decide(rule, event);
  if (!admission || others.length > 0) throw new Error("expected one admission");
  return admission;
}

const startWith = (start: Record<string, Json>): Record<string, Json> => ({
  start: { workflowDefinitionId: "definition", ...start },
});

describe("a rule that matches", () => {
  test("gives an admission with everything resolved but the times", async () => {
    const rule = {
      ...startWith({
        locale: "{% data.locale ? data.locale : 'pl' %}",
        recordId: "{% data.customer %}",
        parameters: { order: "{% data.order %}", origin: "shop", missing: "{% data.missing %}" },
        expiresIn: "7d",
      }),
      dedupe: { key: "{% data.customer & ':' & type %}", window: "1h" },
      onUncertainStart: "hold",
    };
    expect(await decideOne(rule)).toEqual({
      rule: "plain",
      revision: 0,
      engine: "default",
      event: eventWith({ data: DATA }),
      recordId: deriveRecordId(DEFAULT_RECORD_NAMESPACE, "cus_1"),
      dedupeKey: "cus_1:order.created",
      windowMs: 3_600_000,
      onUncertainStart: "hold",
      callbacks: ["crm"],
      start: {
        workflowDefinitionId: "definition",
        locale: "pl",
        parameters: { order: 7, origin: "shop" },
        expiresInMs: 604_800_000,
      },
      onDuplicate: "skip",
      cancel: null,
      over: null,
    });
  });

  test("takes the event's own key where it names none", async () => {
    expect((await decideOne({}, { dedupeKey: "signed material" })).dedupeKey).toBe("signed material");
  });

  test("has no record where it names none", async () => {
    expect((await decideOne({})).recordId).toBeNull();
  });

  test("decides the same when it is asked again", async () => {
    const rule = startWith({ recordId: "{% data.customer %}", parameters: { all: "{% data %}" } });
    expect(await decideOne(rule)).toEqual(await decideOne(rule));
  });

  test("that is switched off decides nothing", async () => {
    expect(await decide({ enabled: false })).toEqual([]);
  });

  test("may name a record by a UUID, which is used as it is", async () => {
    const uuid = "0940b863-eb4e-471a-8ae4-40a24b889e03";
    expect((await decideOne(startWith({ recordId: uuid.toUpperCase() }))).recordId).toBe(uuid);
  });
});

describe("when", () => {
  test.each([
    ["data.active", 1],
    ["data.order > 5", 1],
    ["{% data.order > 5 %}", 1],
    ["data.order > 7", 0],
    ["data.missing", 0],
    ["data.missing = 1", 0],
    ["'a' in data.tags", 1],
  ])("%s matches %i times", async (when, count) => {
    const admissions = await decide({ when });
    expect(admissions).toHaveLength(count);
    for (const { over } of admissions) expect(over).toBeNull();
  });

  test.each(["data.order", "data.customer", "data.nothing", "data.tags", "{}", "'true'", "1"])(
    "%s is neither true nor false: the execution is invalid, and the reason says so",
    async (when) => {
      expect(await decideOne({ when })).toMatchObject({
        over: { state: "invalid", reason: "when: must give true or false" },
        start: null,
      });
    },
  );

  test("that fails makes the execution invalid under the event's own key", async () => {
    expect(await decideOne({ when: "$number(data.customer) > 1", dedupe: { key: "other" } })).toMatchObject({
      over: { state: "invalid", reason: "when: Unable to cast value to a number: (a value)" },
      dedupeKey: "event-1",
      recordId: null,
      start: null,
      callbacks: ["crm"],
    });
  });
});

describe("texts", () => {
  test.each<[string, string]>([
    ["{% data.order %}", "7"],
    ["{% data.order / 2 %}", "3.5"],
    ["{% data.active %}", "true"],
    ["{% 123456789012 %}", "123456789012"],
    ["literal", "literal"],
    ["{% ' padded ' %}", " padded "],
  ])("a key of %s is %j", async (key, expected) => {
    expect((await decideOne({ dedupe: { key } })).dedupeKey).toBe(expected);
  });

  test("a record named by a number is the record named by its digits", async () => {
    const byNumber = await decideOne(startWith({ recordId: "{% data.order %}" }));
    expect(byNumber.recordId).toBe(deriveRecordId(DEFAULT_RECORD_NAMESPACE, "7"));
  });

  test.each([
    ["{% data.missing %}", "gave nothing"],
    ["{% data.nothing %}", "gave nothing"],
    ["{% data.order / 0 %}", "the expression gives a number that JSON cannot hold: is something divided by zero?"],
    ["{% data.empty %}", "gave an empty text"],
    ["{% data %}", "must give a text, not an object or array"],
    ["{% data.tags %}", "must give a text, not an object or array"],
    ["{% $sum %}", "the expression gives a function, not a value: is a pair of () missing?"],
    ["{% $error('no customer') %}", "no customer"],
  ])("%s is no text: the reason names the path and says %s", async (expression, reason) => {
    for (const [rule, path] of [
      [{ dedupe: { key: expression } }, "dedupe.key"],
      [startWith({ recordId: expression }), "start.recordId"],
      [{ start: { workflowDefinitionId: expression } }, "start.workflowDefinitionId"],
      [startWith({ locale: expression }), "start.locale"],
    ] as const) {
      expect(await decideOne(rule)).toMatchObject({
        over: { state: "invalid", reason: `${path}: ${reason}` },
        start: null,
      });
    }
  });

  test("a record named by spaces only is none", async () => {
    expect(await decideOne(startWith({ recordId: "{% '  ' %}" }))).toMatchObject({
      over: { state: "invalid", reason: "start.recordId: gave an empty text" },
    });
  });

  test("half a surrogate pair from the sender stops nothing", async () => {
    const data: Json = JSON.parse(String.raw`{ "name": "\ud800", "long": "${String.raw`\udfff`.repeat(300)}" }`);
    const rule = { ...startWith({ recordId: "{% data.name %}" }), dedupe: { key: "{% data.long %}" } };
    const admission = await decideOne(rule, { data });
    expect(admission.over).toBeNull();
    expect(admission.recordId).toBe(deriveRecordId(DEFAULT_RECORD_NAMESPACE, "\ufffd"));
    expect(admission.dedupeKey).toMatch(/^uuid5:/);
  });
});

describe("an invalid execution", () => {
  test("keeps the key and the record as far as they are known", async () => {
    const rule = {
      ...startWith({ recordId: "{% data.customer %}", locale: "{% data.missing %}" }),
      dedupe: { key: "{% data.order %}" },
    };
    expect(await decideOne(rule)).toMatchObject({
      over: { state: "invalid", reason: "start.locale: gave nothing" },
      dedupeKey: "7",
      recordId: deriveRecordId(DEFAULT_RECORD_NAMESPACE, "cus_1"),
    });
  });

  test("names the parameter at fault by its path", async () => {
    const rule = startWith({
      parameters: { address: { lines: ["{% data.order %}", "{% $number(data.customer) %}"] } },
    });
    expect((await decideOne(rule)).over?.reason).toBe(
      "start.parameters.address.lines[1]: Unable to cast value to a number: (a value)",
    );
  });

  test("does not keep the other rules from starting", async () => {
    const rules = [ruleWith({ when: "1" }), ruleWith({ id: "other" })];
    const admissions = await setupOf(rules).rules.decide(eventWith());
    expect(admissions.map(({ rule, over }) => [rule, over === null])).toEqual([
      ["plain", false],
      ["other", true],
    ]);
  });
});

describe("a long key", () => {
  test("of 256 characters is kept", async () => {
    const key = "k".repeat(256);
    expect((await decideOne({ dedupe: { key } })).dedupeKey).toBe(key);
  });

  test("of more is replaced by a UUIDv5 of itself in the URL namespace", async () => {
    const key = "k".repeat(257);
    const shortened = "uuid5:1b344653-93ea-5bc7-b60d-bf9c0878c0e4";
    expect((await decideOne({ dedupe: { key } })).dedupeKey).toBe(shortened);
    expect((await decideOne({}, { dedupeKey: key })).dedupeKey).toBe(shortened);
    expect((await decideOne({ when: "1" }, { dedupeKey: key })).dedupeKey).toBe(shortened);
  });
});

describe("parameters", () => {
  test("named like JavaScript's own are parameters, and pollute nothing", async () => {
    const document = JSON.parse(
      '{ "parameters": { "constructor": "{% data.order %}", "nested": { "toString": "{% data.order %}" } } }',
    );
    const { start } = await decideOne(startWith(document));
    expect(JSON.stringify(start?.parameters)).toBe('{"constructor":7,"nested":{"toString":7}}');
    expect({}).not.toHaveProperty("polluted");
  });

  test("may be data that is named so", async () => {
    const data: Json = JSON.parse('{ "__proto__": { "polluted": true } }');
    const { start } = await decideOne(startWith({ parameters: { all: "{% data %}" } }), { data });
    expect(JSON.stringify(start?.parameters)).toBe('{"all":{"__proto__":{"polluted":true}}}');
    expect({}).not.toHaveProperty("polluted");
  });
});
