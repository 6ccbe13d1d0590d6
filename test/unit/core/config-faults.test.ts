// Every fault of a document at once, whatever kinds they are of, and what was probably meant where something is misspelt.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { distance } from "fastest-levenshtein";
import { describe, expect, test } from "vitest";
import { readSetup } from "../../../src/bridge/setup.ts";
import { didYouMean } from "../../../src/core/did-you-mean.ts";

const rule = { source: "stripe", on: ["*"], start: { workflowDefinitionId: "definition" } };

/** Something of everything, without a fault. */
const SOUND = {
  engines: {
    default: { preset: "transactionlink", token: "TOKEN", timeout: "10s", operations: { get: { method: "GET" } } },
    second: { token: "TOKEN", baseUrl: "https://engine.example.com", statuses: { DONE: "succeeded" } },
  },
  sources: {
    stripe: { preset: "stripe", secrets: ["SECRET"], expectEvery: "1d", answer: { busy: { retryAfterSeconds: 9 } } },
    own: {
      verify: { family: "hmac", encoding: "hex", signature: { from: "header:x-signature" } },
      secrets: ["SECRET"],
      event: { id: ["$.id"], type: ["$.type"] },
    },
  },
  callbacks: { crm: { url: "https://crm.example.com/hooks", secrets: ["SECRET"], timeout: "5s" } },
  rules: [
    {
      ...rule,
      id: "first",
      when: "data.a = 1",
      engine: "second",
      start: { ...rule.start, locale: "de", parameters: { when: 1 }, recordId: "r", expiresIn: "7d" },
      dedupe: { key: "k", window: "7d", onDuplicate: "skip" },
      onUncertainStart: "hold",
      callbacks: ["crm"],
    },
    { ...rule, id: "second", enabled: false, description: "for people" },
  ],
  ledger: { shards: 4, retention: "7d" },
};

function faultsOf(document: unknown): string[] {
  const setup = readSetup(document, { development: false, hasSecret: () => true });
  return setup.ok ? [] : setup.error.faults.map(({ path, message }) => `${path}: ${message}`);
}

/** The sound document with other parts. */
function faultsWith(changes: object): string[] {
  return faultsOf({ ...SOUND, ...changes });
}

test("the sound document is sound", () => {
  expect(faultsOf(SOUND)).toEqual([]);
});

describe("faults of the shape and all others", () => {
  test("come back at once, an entry of a wrong shape not standing in the way of the others", () => {
    const faults = faultsWith({
      rules: [
        { ...rule, id: "shapeless", wehn: "true", on: [] },
        { ...rule, id: "broken", when: "(" },
        { ...rule, id: "lost", source: "stripes", callbacks: ["cmr"] },
      ],
      callbacks: { crm: { url: "https://10.0.0.1/", secrets: ["SECRET"] } },
    });
    expect(faults).toEqual([
      "rules[0].on: Too small: expected array to have >=1 items",
      'rules[0].wehn: unknown key; did you mean "when"?',
      'rules[2].source: "stripes" is not among sources (stripe, own); did you mean "stripe"?',
      'rules[2].callbacks[0]: "cmr" is not among callbacks (crm); did you mean "crm"?',
      expect.stringMatching(/^callbacks\.crm\.url: the URL /),
      expect.stringMatching(/^rules\[1\]\.when: /),
    ]);
  });

  test("say nothing of references to an entry that was left out for its shape", () => {
    const callbacks = { crm: { url: "https://crm.example.com/", secrets: [] } };
    expect(faultsWith({ callbacks })).toEqual(["callbacks.crm.secrets: Too small: expected array to have >=1 items"]);
    const sources = { ...SOUND.sources, stripe: { ...SOUND.sources.stripe, secret: "SECRET" } };
    expect(faultsWith({ sources })).toEqual(['sources.stripe.secret: unknown key; did you mean "secrets"?']);
  });

  test("know a rule that was left out by its id, and another by what it is near to", () => {
    const cancel = (id: string) => ({ id: "stop", source: "stripe", on: ["*"], cancel: { rule: id, key: "k" } });
    const [first] = SOUND.rules;
    expect(faultsWith({ rules: [cancel("first"), { ...first, wehn: "true" }] })).toEqual([
      'rules[1].wehn: unknown key; did you mean "when"?',
    ]);
    expect(faultsWith({ rules: [cancel("frist"), first] })).toEqual([
      'rules[0].cancel.rule: there is no rule "frist"; did you mean "first"?',
    ]);
  });

  test("say nothing of references into a part that is misspelt, or no part at all", () => {
    const { callbacks, ...others } = SOUND;
    expect(faultsOf({ ...others, calbacks: callbacks })).toEqual(['calbacks: unknown key; did you mean "callbacks"?']);
    expect(faultsWith({ callbacks: "crm" })).toEqual(["callbacks: Invalid input: expected record, received string"]);
  });

  test("are told at their places where entries before them were left out", () => {
    const start = { workflowDefinitionId: "{% ( %}" };
    const rules = [{ id: "none" }, { ...rule, id: "a", start }, "no rule", { ...rule, id: "b", start }];
    const paths = faultsWith({ rules }).map((fault) => fault.split(":")[0]);
    expect([...new Set(paths.filter((path) => path?.includes("workflow")))]).toEqual([
      "rules[1].start.workflowDefinitionId",
      "rules[3].start.workflowDefinitionId",
    ]);
  });

  test("tell of a name that is none what a name is", () => {
    const sources = { ...SOUND.sources, "My Source": SOUND.sources.stripe };
    expect(faultsWith({ sources })).toEqual([
      "sources.My Source: expected lower-case letters, digits and dashes, at most 63",
    ]);
  });

  test("find an id that is used twice also where one of the two has another fault", () => {
    const rules = [
      { ...rule, id: "same", wehn: "true" },
      { ...rule, id: "same" },
    ];
    expect(faultsWith({ rules })).toEqual([
      'rules[0].wehn: unknown key; did you mean "when"?',
      'rules[1].id: "same" is already the id of rules[0]',
    ]);
  });

  test.each([null, 7, "text", [], [[]], { engines: 1, sources: [], rules: {}, ledger: null }])(
    "are found in %j, which is no configuration",
    (document) => {
      expect(faultsOf(document).length).toBeGreaterThan(0);
    },
  );
});

describe("what was probably meant", () => {
  test("is told for every unknown key by itself", () => {
    const ledger = { shard: 4, retentoin: "7d", colour: "red" };
    expect(faultsWith({ ledger })).toEqual([
      'ledger.shard: unknown key; did you mean "shards"?',
      'ledger.retentoin: unknown key; did you mean "retention"?',
      "ledger.colour: unknown key",
    ]);
  });

  test.each([
    ["a preset", { sources: { ...SOUND.sources, stripe: { preset: "strype" } } }, "sources.stripe.preset", "stripe"],
    [
      "a family",
      { sources: { ...SOUND.sources, own: { verify: { family: "hmca" } } } },
      "sources.own.verify.family",
      "hmac",
    ],
    ["a choice", { rules: [{ ...rule, id: "a", onUncertainStart: "hodl" }] }, "rules[0].onUncertainStart", "hold"],
  ])("is told for %s", (_, changes, path, meant) => {
    expect(faultsWith(changes)).toEqual([
      expect.stringMatching(`^${path.replace(/[[\]]/g, "\\$&")}: .*; did you mean "${meant}"\\?$`),
    ]);
  });

  test("is not guessed where nothing is near: then the choices are told, and not what was written", () => {
    const sources = { ...SOUND.sources, own: { verify: { family: "tot_0123456789" }, secrets: ["SECRET"] } };
    const [fault, ...others] = faultsWith({ sources });
    expect(others).toEqual([]);
    expect(fault).toContain('expected one of "hmac", "digest"');
    expect(fault).not.toContain("tot_");
    expect(faultsWith({ rules: [{ ...rule, id: "a", onUncertainStart: "tot_0123456789" }] })[0]).not.toContain("tot_");
  });

  test("inside of the alternative that was meant", () => {
    const own = { ...SOUND.sources.own, event: { type: [{ jion: ["$.a", "$.b"] }] } };
    const faults = faultsWith({ sources: { ...SOUND.sources, own } });
    expect(faults).toContainEqual('sources.own.event.type[0].jion: unknown key; did you mean "join"?');
  });

  test("is the first of several that are equally near", () => {
    expect(didYouMean("dat", ["date", "data"])).toBe('; did you mean "date"?');
  });

  test.each([
    ["wehn", "when"],
    ["WHEN", "when"],
    ["on_uncertain_start", "onUncertainStart"],
    ["publicURL", "publicUrl"],
    ["no", "on"],
    ["it", undefined],
    ["", undefined],
    ["completely-different", undefined],
  ])("by %j is %j", (written, meant) => {
    const words = ["on", "when", "onUncertainStart", "publicUrl"];
    expect(didYouMean(written, words)).toBe(meant === undefined ? "" : `; did you mean "${meant}"?`);
  });
});

type Keys = readonly string[];

/** Where a key of the sound document stands that the schema knows by its name: not an id, nor a name of the user's own. */
const PLACES: readonly Keys[] = placesIn(SOUND).filter((keys) => {
  const path = keys.join(".");
  return !/^(engines|sources|callbacks)\.[^.]+$|\.(parameters|statuses)\.|\.family$/.test(path);
});

function placesIn(value: unknown, keys: Keys = []): Keys[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = [...keys, key];
    return [...(Array.isArray(value) ? [] : [place]), ...placesIn(inner, place)];
  });
}

/** Every name that is a key somewhere: a slip that gives one of these may be no fault at all. */
const KNOWN = new Set(
  [...readFileSync(join(import.meta.dirname, "../../../bridge.schema.json"), "utf8").matchAll(/"(\w+)": \{/g)].map(
    ([, name]) => name,
  ),
);

const Slip = fc.record({
  kind: fc.constantFrom("insert", "drop", "replace", "swap"),
  at: fc.nat(),
  letter: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzX_1"),
});

function misspelt(key: string, { kind, at, letter }: { kind: string; at: number; letter: string }): string {
  const i = at % key.length;
  if (kind === "insert" || key.length < 4) return key.slice(0, i) + letter + key.slice(i);
  if (kind === "drop") return key.slice(0, i) + key.slice(i + 1);
  if (kind === "replace") return key.slice(0, i) + letter + key.slice(i + 1);
  return key.slice(0, i) + key.slice(i + 1, i + 2) + key.charAt(i) + key.slice(i + 2);
}

test("however many keys are misspelt, each is told with the key that was meant", () => {
  const slips = fc.uniqueArray(fc.tuple(fc.nat(PLACES.length - 1), Slip), {
    minLength: 1,
    maxLength: 6,
    selector: ([at]) => at,
  });
  fc.assert(
    fc.property(slips, (chosen) => {
      // What stands under a misspelt key is not looked at.
      const outer = chosen.filter(
        ([at]) => !chosen.some(([other]) => other !== at && isWithin(PLACES[at], PLACES[other])),
      );
      const document = structuredClone(SOUND);
      const expected = outer.flatMap(([at, slip]) => {
        const keys = PLACES[at] ?? [];
        const key = keys.at(-1) ?? "";
        const written = misspelt(key, slip);
        if (KNOWN.has(written)) return [];
        const parent = keys
          .slice(0, -1)
          .reduce<Record<string, unknown>>((value, step) => value[step] as never, document);
        parent[written] = parent[key];
        delete parent[key];
        return [{ path: pathOf([...keys.slice(0, -1), written]), written, key }];
      });
      const faults = faultsOf(document);
      for (const { path, written, key } of expected) {
        const fault = faults.find((each) => each.startsWith(`${path}: unknown key; did you mean "`));
        const meant = /did you mean "(\w+)"\?$/.exec(fault ?? "")?.[1];
        if (meant !== key) {
          // Two keys may be equally near, such as `on` and `of` to `o`.
          expect(distance(written, meant ?? "").toString()).toBe(distance(written, key).toString());
        }
      }
    }),
    { numRuns: 300 },
  );
});

function isWithin(inner: Keys | undefined, outer: Keys | undefined): boolean {
  return outer !== undefined && inner !== undefined && outer.every((key, at) => inner[at] === key);
}

function pathOf(keys: Keys): string {
  return keys.reduce((path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`), "");
}
