// What schedules, rules and sources have to say of each other, told with the path of the fault as at deployment.
import { describe, expect, test } from "vitest";
import { readSetup } from "../../../src/bridge/setup.ts";
import type { Json } from "../../../src/core/json.ts";
import { ruleWith } from "../../fakes/test-bridge.ts";

const START = { workflowDefinitionId: "report" };
const NIGHTLY = { id: "nightly", cron: "0 2 * * *", start: START };
const TAKER = ruleWith({ id: "taker", source: "nightly" });

function read(schedules: readonly Json[], rules: readonly Json[] = []) {
  const document = {
    engines: { default: { token: "ENGINE_TOKEN" } },
    sources: { signup: { verify: { family: "none" } } },
    callbacks: { crm: { url: "https://crm.example.com/hooks", secrets: ["CALLBACK_SECRET"] } },
    rules,
    schedules,
  };
  return readSetup(document, { development: false, hasSecret: () => true });
}

function faultsOf(schedules: readonly Json[], rules: readonly Json[] = []): string[] {
  const setup = read(schedules, rules);
  return setup.ok ? [] : setup.error.faults.map(({ path, message }) => `${path}: ${message}`);
}

describe("a sound schedule", () => {
  test("has its defaults filled in", () => {
    const setup = read([NIGHTLY]);
    const filled = {
      enabled: true,
      timezone: "UTC",
      catchUp: "1h",
      engine: "default",
      onUncertainStart: "retry",
      callbacks: [],
    };
    expect(setup).toMatchObject({
      ok: true,
      value: { config: { schedules: [filled] }, schedules: [{ id: "nightly" }] },
    });
  });

  test("may leave its events to a rule, or have both", () => {
    expect(faultsOf([{ ...NIGHTLY, start: undefined } as unknown as Json], [TAKER])).toEqual([]);
    expect(faultsOf([NIGHTLY], [TAKER])).toEqual([]);
  });

  test("is not fired while it is switched off, and is checked all the same", () => {
    expect(read([{ ...NIGHTLY, enabled: false }])).toMatchObject({ ok: true, value: { schedules: [] } });
    expect(faultsOf([{ ...NIGHTLY, enabled: false, cron: "0 0 30 2 *" }])).toHaveLength(1);
  });
});

describe("a fault of shape", () => {
  test.each([
    ["an unknown key", { ...NIGHTLY, when: "true" }, "schedules[0].when: unknown key"],
    [
      "an id that is not plain",
      { ...NIGHTLY, id: "Every Night" },
      "schedules[0].id: expected lower-case letters, digits and dashes, at most 63",
    ],
    [
      "a catch-up out of bounds",
      { ...NIGHTLY, catchUp: "25h" },
      "schedules[0].catchUp: expected a duration between 0s and 24h",
    ],
    ["no dates", { id: "a", at: [], start: START }, "schedules[0].at: Too small: expected array to have >=1 items"],
  ])("%s", (_, schedule, fault) => {
    expect(faultsOf([schedule])).toEqual([fault]);
  });
});

describe("a fault of a schedule", () => {
  test("is told with its place in the document", () => {
    const bad = [
      { id: "a", cron: "0 0 30 2 *", start: START },
      { id: "b", at: ["2026-12-24T08:00", "2026-02-30T08:00"], timezone: "Mars/Olympus", start: START },
      { id: "c", start: { ...START, parameters: { a: ["{% data.[ %}"] } } },
    ];
    expect(faultsOf([NIGHTLY, ...bad]).map((fault) => fault.split(": ")[0])).toEqual([
      "schedules[3].start.parameters.a[0]",
      "schedules[1].cron",
      "schedules[2].timezone",
      "schedules[2].at[1]",
      "schedules[3]",
    ]);
  });

  test("does not move the places of rules", () => {
    expect(faultsOf([NIGHTLY], [ruleWith({ when: "(" })])[0]).toContain("rules[0].when: ");
  });
});

describe("an id", () => {
  test.each([
    ["of a source", [{ ...NIGHTLY, id: "signup" }], [], 'schedules[0].id: "signup" is already the id of a source'],
    [
      "of a rule",
      [NIGHTLY],
      [ruleWith({}), ruleWith({ id: "nightly" })],
      'schedules[0].id: "nightly" is already the id of rules[1]',
    ],
    ["of another schedule", [NIGHTLY, NIGHTLY], [], 'schedules[1].id: "nightly" is already the id of schedules[0]'],
  ])("must not be that %s", (_, schedules, rules, fault) => {
    expect(faultsOf(schedules, rules)).toEqual([fault]);
  });
});

describe("references", () => {
  test("to engines and callbacks must exist", () => {
    expect(faultsOf([{ ...NIGHTLY, engine: "other", callbacks: ["crm", "erp", "crm"] }])).toEqual([
      'schedules[0].engine: "other" is not among engines (default)',
      'schedules[0].callbacks[1]: "erp" is not among callbacks (crm)',
      'schedules[0].callbacks[2]: "crm" is named twice',
    ]);
  });

  test("of rules may be to schedules, and must exist", () => {
    expect(faultsOf([NIGHTLY], [ruleWith({ source: "nightlyy" })])).toEqual([
      'rules[0].source: "nightlyy" is not among sources and schedules (signup, nightly); did you mean "nightly"?',
    ]);
  });
});

describe("a schedule without a start", () => {
  test("needs a rule that takes its events", () => {
    expect(faultsOf([{ id: "tick", cron: "* * * * *" }], [ruleWith({})])).toEqual([
      `schedules[0]: expected 'start', or a rule with "source": "tick" that takes its events`,
    ]);
  });

  test("has no callbacks, since nobody would call them", () => {
    expect(faultsOf([{ id: "nightly", cron: "* * * * *", callbacks: ["crm"] }], [TAKER])).toEqual([
      "schedules[0].callbacks: are those of the schedule's own 'start'; a rule that takes its events has callbacks of its own",
    ]);
  });
});

describe("a rule that takes a schedule's events", () => {
  const taker = (window: string): Json => ruleWith({ id: "taker", source: "nightly", dedupe: { window } });

  test("must remember them for longer than a minute can be fired again", () => {
    expect(faultsOf([{ ...NIGHTLY, catchUp: "12h" }], [taker("24h")])).toEqual([
      "rules[0].dedupe.window: must be more than twice the catchUp of schedules[0], 12h: else a minute could be taken twice",
    ]);
    expect(faultsOf([{ ...NIGHTLY, catchUp: "12h" }], [taker("25h")])).toEqual([]);
  });
});
