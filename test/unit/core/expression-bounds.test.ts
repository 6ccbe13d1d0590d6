// Every evaluation ends, within bounds that are counted and not timed: what would run or grow without end is a fault.
import { describe, expect, test } from "vitest";
import type { Event } from "../../../src/core/event.ts";
import { compileExpression } from "../../../src/core/expression.ts";
import type { Json } from "../../../src/core/json.ts";
import { eventWith } from "../../fakes/test-bridge.ts";

const LONG = "x".repeat(100_000);
const EVENT = eventWith({
  data: {
    text: LONG,
    many: Array.from({ length: 50_000 }, (_, n) => n),
    items: Array.from({ length: 500 }, (_, n) => ({ n, tag: `t${n % 7}` })),
    one: { two: { three: 3 } },
  },
});

const STEPS = "took more than 100000 steps";
const CALLS = "has more than 6000 calls open at once";
const LIST = "made a list of more than 10000 entries";
const CHARS = "made a value of more than 2000000 characters";
const LEVELS = "made a value of more than 500 levels";

async function evaluated(text: string, event: Event = EVENT) {
  const compiled = compileExpression(text);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value.evaluate(event);
}

async function given(text: string, event?: Event): Promise<Json | undefined> {
  const result = await evaluated(text, event);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** Makes a value twice as large sixty times. */
const doubled = (twice: string): string =>
  `($d := function($s, $n) { $n = 0 ? $s : $d(${twice}, $n - 1) }; $d('x', 60))`;

describe("an evaluation that would not end", () => {
  test.each([
    ["recursion without end", "($f := function($n) { 1 + $f($n + 1) }; $f(0))", CALLS],
    ["tail recursion without end", "($f := function($n) { $f($n + 1) }; $f(0))", STEPS],
    ["functions that call one another", "($a := function() { $b() }; $b := function() { $a() }; $a())", STEPS],
    ["recursion beside a failure", "[$error('no'), ($f := function() { $f() }; $f())]", "no"],
    ["a loop in a loop", "$map([1..9000], function($v) { $map([1..9000], function($w) { $w }) })", STEPS],
    ["a path through a list, again and again", "($a := [1..9000]; $a.$a.$a)", STEPS],
    ["a long list of the event, looked through for each entry", "data.many[$ in $$.data.many]", STEPS],
    ["a built-in function, called without end", "$map([1..9000], $pad(?, 1900000, 'x'))", undefined],
    ["a pattern that looks ahead for each match", "$match(data.text, /x.*y|x/)", STEPS],
  ])("is a fault: %s", async (_, text, message) => {
    const result = await evaluated(text);
    expect(result.ok).toBe(false);
    if (message !== undefined) expect(result).toMatchObject({ error: { message } });
  });

  test("is a fault however many others go on at the same time, and none of them pays for it", async () => {
    const compiled = compileExpression("$sum([1..data.n].($ * 2)) + 0");
    if (!compiled.ok) throw new Error("it is right");
    const counts = Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? 9_999_999 : 2_000));
    const results = await Promise.all(counts.map((n) => compiled.value.evaluate(eventWith({ data: { n } }))));
    expect(results.map(({ ok }) => ok)).toEqual(counts.map((n) => n === 2_000));
  });

  test("ends with the answer, also where JSONata evaluates several members side by side and one has failed", async () => {
    let reads = 0;
    const data = {
      get n(): number {
        reads += 1;
        return 1;
      },
    };
    const failing = "$map([1..30], function($v) { $v = 30 ? $error('no') : data.n })";
    const text = `[${failing}, $map([1..9000], function($v) { data.n })]`;
    expect(await evaluated(text, eventWith({ data }))).toMatchObject({ error: { message: "no" } });
    const before = reads;
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    expect(before).toBeGreaterThan(1);
    expect(reads - before).toBeLessThan(5);
  });

  test("leaves a pattern usable for the next event", async () => {
    const compiled = compileExpression("$count($match(data.text, /x.*y|x/))");
    if (!compiled.ok) throw new Error("it is right");
    expect(await compiled.value.evaluate(EVENT)).toMatchObject({ ok: false });
    expect(await compiled.value.evaluate(eventWith({ data: { text: "xxx" } }))).toEqual({ ok: true, value: 3 });
  });
});

describe("a value that would grow without end", () => {
  test.each([
    ["a range", "$count([1..10000000])", LIST],
    ["a list of lists", "$count([[1..9000], [1..9000]].$)", undefined],
    ["two lists in one", "[[1..9000][], data.many]", LIST],
    ["lists appended", "$append(data.many, [1])", LIST],
    ["lists appended by a function applied in part", "($a := $append(?, [1]); $a(data.many))", LIST],
    ["padding", "$pad('', 1000000000)", CHARS],
    ["padding to the left", "$pad('', -1000000000)", CHARS],
    ["a text joined to itself", doubled("$s & $s"), CHARS],
    ["a list that shares its halves", doubled("[[$s], [$s]]"), CHARS],
    ["an object that shares its halves", doubled("{'a': $s, 'b': $s}"), CHARS],
    ["an object merged of itself", doubled("$merge([{'a': $s}, {'b': $s}])"), CHARS],
    ["a list grown by a built-in function", doubled("$zip([$s], [$s])"), CHARS],
    ["texts joined", "$join($map([1..9000], $string), $pad('', 1000))", CHARS],
    ["a text replaced by a longer one", "$replace(data.text, 'x', data.text)", CHARS],
    ["a pattern replaced by itself many times", `$replace(data.text, /x+/, '${"$0".repeat(30)}')`, CHARS],
    [
      "a pattern replaced by what a function makes",
      "$replace(data.text, /x/, function() { $pad('', 1000) })",
      undefined,
    ],
    ["the event for each entry", "data.items.$$", CHARS],
    ["the event for each entry, as text", "'' & data.items.$$", CHARS],
    ["lists in lists", "$reduce([1..600], function($a, $b) { [[$a]] })", LEVELS],
    ["many texts in one result", "[1..100].{'text': $$.data.text}", CHARS],
  ])("is a fault: %s", async (_, text, message) => {
    const result = await evaluated(text);
    if (message === undefined) expect(result.ok && JSON.stringify(result.value).length > 2_000_000).toBe(false);
    else expect(result).toMatchObject({ ok: false, error: { message } });
  });
});

describe("what stays within the bounds", () => {
  test.each<[string, Json]>([
    ["$count([1..10000])", 10_000],
    ["$count(data.many)", 50_000],
    ["$sum(data.items.n)", 124_750],
    ["49999 in data.many", true],
    ["$count(data.items[tag = 't3'])", 71],
    ["data.items^(>n)[0].n", 499],
    ["$count($distinct(data.items.tag))", 7],
    ["$count($distinct(data.many))", 50_000],
    ["$sort(data.items, function($a, $b) { $a.n < $b.n })[0].n", 499],
    ["$length($pad('', 2000000))", 2_000_000],
    ["$length($replace(data.text, 'x', 'yy'))", 200_000],
    ["$length($replace(data.text, /x/, 'yy', 3))", 100_003],
    ["$length($join($map([1..1000], $string)))", 2_893],
    ["($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(300))", 300],
    [`[${"1,".repeat(2_000)}1][2000]`, 1],
  ])("is evaluated: %s", async (text, value) => {
    expect(await given(text)).toEqual(value);
  });
});

describe("an event that is larger than what an expression may make", () => {
  const large = eventWith({ data: { file: "x".repeat(3_000_000), items: [{ n: 1 }] } });

  test.each<[string, Json]>([
    ["$exists(data.file)", true],
    ["$length(data.file) > 5 and data.items.n = 1", true],
    ["($f := function($v) { $v.n }; $f(data.items))", 1],
  ])("can still be looked at: %s", async (text, value) => {
    expect(await given(text, large)).toEqual(value);
  });

  test.each(["data.file", "data", "data.file & ''", "[data.file]"])("but not be passed on: %s", async (text) => {
    expect(await evaluated(text, large)).toMatchObject({ ok: false, error: { message: CHARS } });
  });
});

test("no expression gives -0, which JSON does not have", async () => {
  expect(Object.is(await given("-data.zero", eventWith({ data: { zero: 0 } })), 0)).toBe(true);
});

describe("JSONata's functions, bounded", () => {
  test.each<[string, Json | undefined]>([
    ["$sort([3, 1, 2])", [1, 2, 3]],
    ["$sort(['b', 'a'])", ["a", "b"]],
    ["$distinct([1, '1', 1, {'a': 1, 'b': [2]}, {'b': [2], 'a': 1}])", [1, "1", { a: 1, b: [2] }]],
    ["$distinct([1, 1])", [1]],
    ["$distinct(data.items.(1))", 1],
    ["$distinct('a')", "a"],
    ["$map(['b', 'a'], $uppercase)", ["B", "A"]],
    ["$map([1, 2], function($v, $i) { $v * $i })", [0, 2]],
    ["($cut := $substring(?, 0, 2); $cut('abcd'))", "ab"],
    ["($grown := $append(?, [2]); $grown([1]))", [1, 2]],
    ["'a' ~> $uppercase ~> $lowercase", "a"],
    ["$reduce([1, 2, 3], function($a, $b) { $a + $b })", 6],
    ["$replace('a.b.c', '.', '-')", "a-b-c"],
    ["$replace('a.b.c', '.', '-', 1)", "a-b.c"],
    ["$replace('265USD', /([0-9]+)USD/, '$$$1')", "$265"],
    ["$replace('ab', /[ab]/, function($m) { $uppercase($m.match) })", "AB"],
    ["$base64encode('hé') & $base64decode('aGk=')", "aOk=hi"],
    ["$toMillis('2026-01-01T00:00:00')", 1_767_225_600_000],
    ["$toMillis('2026-01-01T00:00:00+02:00')", 1_767_218_400_000],
    ["$fromMillis($toMillis('10:30', '[H01]:[m01]'))", "2026-11-23T10:30:00.000Z"],
    ["$string({'a': [1]})", '{"a":[1]}'],
    ["$string($sum)", ""],
    ["$join(data.missing)", undefined],
  ])("answers as JSONata does: %s", async (text, value) => {
    expect(await given(text)).toEqual(value);
  });

  test.each([
    ["$toMillis($pad('1', 200, '1'), '[Y]')", "too long"],
    ["$toMillis('11111111', '[Y][M][D][H][m][s]')", "marks between its parts"],
    ["$base64encode('€')", "base64 holds bytes"],
    ["$formatInteger(1e15, 'I')", "nested too deeply"],
    ["$formatNumber(1, '0.' & $pad('', 200, '0'))", "could not be evaluated (toFixed"],
  ])("refuses what it cannot bound: %s", async (text, message) => {
    expect(await evaluated(text)).toMatchObject({ ok: false, error: { message: expect.stringContaining(message) } });
  });
});

describe("an expression that is too much to compile", () => {
  test.each([
    ["a long text", `'${LONG}'`, "has more than 10000 characters"],
    ["brackets in brackets", "(".repeat(4_000), "is nested more than 200 levels deep"],
    ["a long sum", `1${"+1".repeat(1_000)}`, "is nested more than 200 levels deep"],
    ["signs before signs", `${"-".repeat(9_000)}1`, "nested"],
    ["conditions in conditions", `${"a?".repeat(4_000)}1`, "nested"],
    ["defaults in defaults", `${"(".repeat(30)}a${" ?? 1)".repeat(30)}`, "nests more than 6 of ??"],
    ["defaults in lists in defaults", `${"[".repeat(30)}a${" ?: 1]".repeat(30)}`, "nests more than 6 of ?:"],
    ["a signature that repeats", `function($x)<${"s+".repeat(30)}:s>{$x}('a')`, "the signature <s+s+"],
    ["a signature that is a pattern", "function($x)<(s](x)*[s):s>{$x}('a')", "is refused"],
  ])("is a fault: %s", (_, text, message) => {
    const compiled = compileExpression(text);
    expect(compiled).toMatchObject({ ok: false, error: [{ message: expect.stringContaining(message) }] });
  });

  test("is none where defaults stand side by side or in a chain, or a signature is plain", async () => {
    expect(await given(`[${"data.no ?? 1, ".repeat(30)} 1]`)).toHaveLength(31);
    expect(await given(`data.no ${"?? data.no ".repeat(20)} ?? 'end'`)).toBe("end");
    expect(
      await given(`{ ${Array.from({ length: 20 }, (_, n) => `'a${n}': (data.no ?? ${n})`).join(", ")} }`),
    ).toBeTruthy();
    expect(await given("function($x, $y)<s-n?:s> { $x & $y }('a', 1)")).toBe("a1");
  });
});
