// A configuration document with faults gives all of them, each with the path of its place. Checked as it is at deployment:
// shape, references, secrets, URLs, sources and expressions together.
import { describe, expect, test } from "vitest";
import { readSetup } from "../../../src/bridge/setup.ts";
import { pathOf } from "../../../src/core/check-config.ts";
import { ruleWith } from "../../fakes/test-bridge.ts";

const SOUND = {
  engines: { default: { token: "ENGINE_TOKEN" } },
  sources: { signup: { preset: "stripe", secrets: ["SOURCE_SECRET"] } },
  callbacks: { crm: { url: "https://crm.example.com/hooks", secrets: ["CALLBACK_SECRET"] } },
  rules: [ruleWith({})],
};
const ALL_SECRETS = ["ENGINE_TOKEN", "SOURCE_SECRET", "CALLBACK_SECRET"];

/** `path: message` of every fault. */
function faultsOf(changes: object, { secrets = ALL_SECRETS, development = false } = {}): string[] {
  const setup = readSetup({ ...SOUND, ...changes }, { development, hasSecret: (name) => secrets.includes(name) });
  return setup.ok ? [] : setup.error.faults.map(({ path, message }) => `${path}: ${message}`);
}

describe("a sound document", () => {
  test("has no fault, and its defaults filled in", () => {
    const setup = readSetup(SOUND, { development: false, hasSecret: () => true });
    expect(setup).toMatchObject({
      ok: true,
      value: {
        config: {
          recordNamespace: "5d1f7c0a-6a37-5a1c-9d0e-3b7f0c9a2e41",
          ledger: { shards: 8, retention: "30d" },
          rules: [
            {
              enabled: true,
              engine: "default",
              onUncertainStart: "retry",
              start: { locale: "en" },
              dedupe: { window: "30d", onDuplicate: "skip" },
            },
          ],
        },
      },
    });
  });

  test("may have neither rules nor callbacks", () => {
    expect(faultsOf({ rules: undefined, callbacks: undefined })).toEqual([]);
  });
});

describe("a fault of shape", () => {
  test.each([
    ["an unknown key", { colour: "red" }, "colour: unknown key"],
    [
      "an unknown key of a rule",
      { rules: [ruleWith({ starts: {} })] },
      'rules[0].starts: unknown key; did you mean "start"?',
    ],
    [
      "a duration out of bounds",
      { engines: { default: { token: "ENGINE_TOKEN", timeout: "26s" } } },
      "engines.default.timeout: expected a duration between 1s and 25s",
    ],
    [
      "a dedupe window out of bounds",
      { rules: [ruleWith({}), ruleWith({ id: "b", dedupe: { window: "366d" } })] },
      "rules[1].dedupe.window: expected a duration between 1m and 365d",
    ],
    [
      "a secret in the place of its name",
      { engines: { default: { token: "tot_0123456789abcdef" } } },
      "engines.default.token: expected the NAME of a Worker secret (capitals, digits, _), never the secret itself",
    ],
    [
      "a rule without event types",
      { rules: [ruleWith({ on: [] })] },
      "rules[0].on: Too small: expected array to have >=1 items",
    ],
    [
      "an id that is not plain",
      { rules: [ruleWith({ id: "My Rule" })] },
      "rules[0].id: expected lower-case letters, digits and dashes, at most 63",
    ],
    [
      "an engine without a token",
      { engines: { default: {} } },
      "engines.default: needs either 'token' or 'credentials', and not both",
    ],
    [
      "an engine with two ways to be authorized",
      { engines: { default: { token: "A", credentials: { key: "B", secret: "C" } } } },
      "engines.default: needs either 'token' or 'credentials', and not both",
    ],
    ["no engines", { engines: undefined }, "engines: Invalid input: expected record, received undefined"],
  ])("%s", (_, changes, fault) => {
    expect(faultsOf(changes)).toEqual([fault]);
  });

  test("does not hide the other faults of shape", () => {
    const faults = faultsOf({
      colour: "red",
      engines: { default: { token: "no name", timeout: "0s" } },
      ledger: { shards: 0 },
      rules: [ruleWith({ dedupe: { window: "soon" }, callbacks: "crm" })],
    });
    expect(faults.map((fault) => fault.split(":")[0]).sort()).toEqual([
      "colour",
      "engines.default.timeout",
      "engines.default.token",
      "ledger.shards",
      "rules[0].callbacks",
      "rules[0].dedupe.window",
    ]);
  });

  test.each([null, 7, "text", []])("%j is no configuration", (document) => {
    expect(readSetup(document, { development: false, hasSecret: () => true })).toMatchObject({ ok: false });
  });
});

describe("a reference to something that does not exist", () => {
  test.each([
    ["source", ruleWith({ source: "strype" }), 'rules[0].source: "strype" is not among sources (signup)'],
    ["engine", ruleWith({ engine: "other" }), 'rules[0].engine: "other" is not among engines (default)'],
    ["callback", ruleWith({ callbacks: ["crm", "erp"] }), 'rules[0].callbacks[1]: "erp" is not among callbacks (crm)'],
    [
      "something that every JavaScript object has",
      ruleWith({ source: "constructor" }),
      'rules[0].source: "constructor" is not among sources (signup)',
    ],
  ])("%s", (_, rule, fault) => {
    expect(faultsOf({ rules: [rule] })).toEqual([fault]);
  });

  test("a callback that is named twice is told, since it would be called once", () => {
    expect(faultsOf({ rules: [ruleWith({ callbacks: ["crm", "crm"] })] })).toEqual([
      'rules[0].callbacks[1]: "crm" is named twice',
    ]);
  });

  test("every secret that is not set is told where it is named, and what to do", () => {
    const faults = faultsOf({}, { secrets: [] });
    expect(faults.map((fault) => fault.split(":")[0])).toEqual([
      "engines.default.token",
      "sources.signup.secrets[0]",
      "callbacks.crm.secrets[0]",
    ]);
    expect(faults[0]).toContain('set it with "wrangler secret put ENGINE_TOKEN"');
  });
});

describe("rules", () => {
  test("with the same id are told, with the place of the first", () => {
    expect(faultsOf({ rules: [ruleWith({}), ruleWith({ id: "other" }), ruleWith({})] })).toEqual([
      'rules[2].id: "plain" is already the id of rules[0]',
    ]);
  });

  test.each(["a*b", "*.created", "**", "a.*.b"])("may have a * at the end of a type only: %s", (type) => {
    expect(faultsOf({ rules: [ruleWith({ on: ["fine.*", type] })] })).toEqual([
      "rules[0].on[1]: a * may stand at the end only",
    ]);
  });

  test("a switched-off rule is checked like any other", () => {
    expect(faultsOf({ rules: [ruleWith({ enabled: false, when: "(" })] })).toHaveLength(1);
  });

  test.each([
    ["when", { when: "data.[" }, "rules[0].when"],
    ["dedupe.key", { dedupe: { key: "{% data.[ %}" } }, "rules[0].dedupe.key"],
    ["locale", { start: { workflowDefinitionId: "d", locale: "{% data.[ %}" } }, "rules[0].start.locale"],
    ["recordId", { start: { workflowDefinitionId: "d", recordId: "{% data.[ %}" } }, "rules[0].start.recordId"],
    [
      "workflowDefinitionId",
      { start: { workflowDefinitionId: "{% data.[ %}" } },
      "rules[0].start.workflowDefinitionId",
    ],
    [
      "a parameter inside of others",
      { start: { workflowDefinitionId: "d", parameters: { a: { b: [1, "{% data.[ %}"] } } } },
      "rules[0].start.parameters.a.b[1]",
    ],
  ])("a syntax error in %s is told with its place and its position", (_, changes, path) => {
    // Of the marks, {% and the blank after it count.
    const position = path === "rules[0].when" ? 6 : 9;
    expect(faultsOf({ rules: [ruleWith(changes)] })).toEqual([
      `${path}: Expected "]" before end of expression (at character ${position}, near "data.[")`,
    ]);
  });
});

describe("URLs", () => {
  test("a callback's must be public and https, outside of development", () => {
    const callbacks = { crm: { url: "http://localhost:9/", secrets: ["CALLBACK_SECRET"] } };
    expect(faultsOf({ callbacks })).toEqual(["callbacks.crm.url: the URL must be https"]);
    expect(faultsOf({ callbacks }, { development: true })).toEqual([]);
  });

  test.each(["http://engine.example.com", "HTTP://engine.example.com", " http://engine.example.com"])(
    "an engine's must be https outside of development: %j",
    (baseUrl) => {
      const engines = { default: { token: "ENGINE_TOKEN", baseUrl } };
      expect(faultsOf({ engines })).toEqual([
        "engines.default.baseUrl: the URL must be https: it carries the API token",
      ]);
      expect(faultsOf({ engines }, { development: true })).toEqual([]);
    },
  );

  test.each(["ftp://engine.example.com", "engine.example.com", ""])(
    "an engine's must be a web address: %j",
    (baseUrl) => {
      expect(faultsOf({ engines: { default: { token: "ENGINE_TOKEN", baseUrl } } })).toHaveLength(1);
    },
  );
});

test("faults of references, secrets, URLs, sources and expressions come back together", () => {
  const faults = faultsOf(
    {
      engines: { default: { token: "ENGINE_TOKEN", baseUrl: "http://engine.example.com" } },
      sources: { signup: { preset: "html-form" } },
      callbacks: { crm: { url: "https://10.0.0.1/", secrets: ["CALLBACK_SECRET"] } },
      rules: [
        ruleWith({ source: "missing", callbacks: ["missing"], when: "(" }),
        ruleWith({
          on: ["a*b"],
          start: { workflowDefinitionId: "{% ( %}", parameters: { a: "{% ( %}", b: "x {% y" } },
        }),
      ],
    },
    { secrets: ["CALLBACK_SECRET"] },
  );
  expect(faults.map((fault) => fault.split(": ")[0])).toEqual([
    "rules[1].id",
    "rules[0].source",
    "rules[0].callbacks[0]",
    "rules[1].on[0]",
    "engines.default.token",
    "callbacks.crm.url",
    "engines.default.baseUrl",
    "rules[0].when",
    "rules[1].start.workflowDefinitionId",
    "rules[1].start.parameters.a",
    "rules[1].start.parameters.b",
    "sources.signup.allowOrigins",
  ]);
});

test.each([
  [[], ""],
  [["rules", 0, "start"], "rules[0].start"],
  [[0, "a"], "[0].a"],
])("the path of %j is %j", (keys, path) => {
  expect(pathOf(keys)).toBe(path);
});
