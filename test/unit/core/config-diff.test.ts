// How two configurations differ: by the ids of rules, every difference a real one, and none where they say the same.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Difference, differences } from "../../../src/core/config-diff.ts";
import { isJsonObject, type Json } from "../../../src/core/json.ts";

function rules(...ids: string[]) {
  return { rules: ids.map((id) => ({ id, on: ["a", "b"], start: { locale: "en" } })) };
}

describe("the differences", () => {
  test("of an edited rule stand at its id", () => {
    const after = rules("a", "b", "c");
    Object.assign(after.rules[1] ?? {}, { start: { locale: "de" }, when: "true", on: ["a"] });
    expect(differences(rules("a", "b", "c"), after)).toEqual([
      { path: "rules[b].on", kind: "changed", from: ["a", "b"], to: ["a"] },
      { path: "rules[b].start.locale", kind: "changed", from: "en", to: "de" },
      { path: "rules[b].when", kind: "added", to: "true" },
    ]);
  });

  test("of a rule added in front, and of one removed, are one each", () => {
    const [added] = rules("new").rules;
    expect(differences(rules("a", "b"), rules("new", "a", "b"))).toEqual([
      { path: "rules[new]", kind: "added", to: added },
    ]);
    expect(differences(rules("new", "a", "b"), rules("a", "b"))).toEqual([
      { path: "rules[new]", kind: "removed", from: added },
    ]);
  });

  test.each([
    ["to the front", "d a b c e", "d", 3, 0],
    ["to the end", "b c d e a", "a", 0, 4],
  ])("of one rule moved %s are one", (_, order, id, from, to) => {
    expect(differences(rules("a", "b", "c", "d", "e"), rules(...order.split(" ")))).toEqual([
      { path: `rules[${id}]`, kind: "moved", from, to },
    ]);
  });

  test("of ids that look like numbers follow the order of the list", () => {
    expect(differences(rules("10", "9"), rules("9", "10"))).toMatchObject([{ kind: "moved" }]);
  });

  test("of lists whose entries have no ids, or the same, are one value", () => {
    expect(differences({ a: [1, 2] }, { a: [2, 1] })).toEqual([
      { path: "a", kind: "changed", from: [1, 2], to: [2, 1] },
    ]);
    expect(differences(rules("a", "a"), rules("a", "b"))).toMatchObject([{ path: "rules", kind: "changed" }]);
  });

  test("are not those of the order of keys", () => {
    expect(differences({ a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 })).toEqual([]);
  });

  test("of two documents of different kinds are the whole", () => {
    expect(differences({}, [])).toEqual([{ path: "", kind: "changed", from: {}, to: [] }]);
  });
});

const Key = fc.constantFrom("a", "b", "id", "rules", "constructor");
const Scalar = fc.oneof(fc.constant(null), fc.boolean(), fc.nat(3), fc.constantFrom("x", "y", ""));
const Id = fc.constantFrom("p", "q", "r", "1", "0");
const { document } = fc.letrec<{ document: Json; keyed: Json }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 4 },
    Scalar,
    fc.dictionary(Key, tie("document"), { maxKeys: 4, noNullPrototype: true }),
    fc.array(tie("document"), { maxLength: 3 }),
    tie("keyed"),
  ),
  keyed: fc
    .uniqueArray(fc.tuple(Id, Scalar), { selector: ([id]) => id, maxLength: 5 })
    .map((entries) => entries.map(([id, value]) => ({ id, value }))),
}));

describe("whatever the documents", () => {
  test("one has no difference from itself, and two have none only if they say the same", () => {
    fc.assert(
      fc.property(document, document, (a, b) => {
        expect(differences(a, structuredClone(a))).toEqual([]);
        if (differences(a, b).length === 0) expect(canonical(a)).toBe(canonical(b));
      }),
    );
  });

  test("each difference is real: what it says stood there stands there, and is not what is there now", () => {
    fc.assert(
      fc.property(document, document, (a, b) => {
        const found = differences(a, b);
        expect(new Set(found.map(({ path, kind }) => `${kind === "moved"} ${path}`)).size).toBe(found.length);
        for (const { path, kind, from, to } of found) {
          if (kind === "moved") {
            expect(from).not.toBe(to);
            continue;
          }
          expect([at(a, path), at(b, path)]).toEqual([from, to]);
          expect(kind).toBe(from === undefined ? "added" : to === undefined ? "removed" : "changed");
          expect(from === undefined ? undefined : canonical(from)).not.toBe(
            to === undefined ? undefined : canonical(to),
          );
        }
      }),
    );
  });

  test("turned around they are the same, with before and after exchanged", () => {
    fc.assert(
      fc.property(document, document, (a, b) => {
        const settled = (found: readonly Difference[]) => found.filter(({ kind }) => kind !== "moved");
        const there = settled(differences(a, b)).map(({ path, from, to }) => ({ path, from, to }));
        const back = settled(differences(b, a)).map(({ path, from, to }) => ({ path, from: to, to: from }));
        const byPath = (x: { path: string }, y: { path: string }) => (x.path < y.path ? -1 : 1);
        expect(back.toSorted(byPath)).toEqual(there.toSorted(byPath));
      }),
    );
  });

  test("the moves are as few as explain the order", () => {
    const orders = fc.shuffledSubarray(["a", "b", "c", "d", "e", "f"], { minLength: 6 });
    fc.assert(
      fc.property(orders, fc.nat(5), fc.nat(5), (ids, from, to) => {
        const moved = ids.filter((_, at) => at !== from);
        moved.splice(to, 0, ids[from] ?? "");
        expect(differences(rules(...ids), rules(...moved)).length).toBe(from === to ? 0 : 1);
        const any = differences(rules("a", "b", "c", "d", "e", "f"), rules(...ids));
        const rest = ids.filter((id) => !any.some(({ path }) => path === `rules[${id}]`));
        expect(rest).toEqual(rest.toSorted());
      }),
    );
  });
});

/** The same text for documents that say the same. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${key}:${canonical(value[key] as Json)}`).join()}}`;
}

/** What stands at a path, as a person would follow it. */
function at(value: Json | undefined, path: string): Json | undefined {
  const steps = path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? [];
  return steps.reduce<Json | undefined>((inner, step) => {
    if (step.startsWith("[") && Array.isArray(inner)) {
      return inner.find((entry: Json) => isJsonObject(entry) && entry.id === step.slice(1, -1));
    }
    return isJsonObject(inner) && Object.hasOwn(inner, step) ? inner[step] : undefined;
  }, value);
}
