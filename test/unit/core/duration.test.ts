// Durations as people write them.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Duration, durationBetween, durationMs } from "../../../src/core/duration.ts";

describe("a duration", () => {
  test.each([
    ["0s", 0],
    ["500ms", 500],
    ["15s", 15_000],
    ["30m", 1_800_000],
    ["12h", 43_200_000],
    ["7d", 604_800_000],
    ["007d", 604_800_000],
  ])("%s is %i ms", (text, ms) => {
    expect(Duration.safeParse(text).success).toBe(true);
    expect(durationMs(text)).toBe(ms);
  });

  test.each([
    "",
    "15",
    "s",
    "1.5h",
    "-1s",
    "+1s",
    " 1s",
    "1s ",
    "1 s",
    "1S",
    "1w",
    "1h30m",
    "1e3s",
    "9999999999s",
    "１s",
  ])("%j is none, and the refusal says what is expected", (text) => {
    const parsed = Duration.safeParse(text);
    expect(parsed.error?.issues[0]?.message).toContain('such as "15s" or "30d"');
    expect(() => durationMs(text)).toThrow("not a duration");
  });

  test("in any unit is the number times the unit", () => {
    const units = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 } as const;
    const unit = fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]));
    fc.assert(
      fc.property(fc.nat(999_999_999), unit, (count, each) => {
        expect(durationMs(`${count}${each}`)).toBe(count * units[each]);
      }),
    );
  });
});

describe("a duration with bounds", () => {
  const setting = durationBetween("1s", "25s");

  test.each(["1s", "1000ms", "25s", "25000ms"])("takes %s", (text) => {
    expect(setting.safeParse(text).success).toBe(true);
  });

  test.each(["999ms", "26s", "25001ms", "1m", "0s"])("refuses %s and names the bounds", (text) => {
    expect(setting.safeParse(text).error?.issues.map(({ message }) => message)).toEqual([
      "expected a duration between 1s and 25s",
    ]);
  });

  test("tells one fault, not two, of what is no duration", () => {
    expect(setting.safeParse("soon").error?.issues).toHaveLength(1);
  });
});
