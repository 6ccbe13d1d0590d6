// docs/limits.md against the code: every limit that names a constant has the value that the constant has.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

const rows = [
  ...read("docs/limits.md").matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \| `(src\/[^`]+)` ([A-Z_]+) \|$/gm),
].map(([, limit = "", value = "", file = "", name = ""]) => ({ limit, value, file, name }));

/** How the page writes numbers. */
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  KiB: 1_024,
  MiB: 1_024 ** 2,
  GB: 1_000_000_000,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function numberOf(value: string): number {
  const [, digits = "", unit = ""] = /^([\d,]+)(?: (\w+))?$/.exec(value) ?? [];
  return Number(digits.replaceAll(",", "")) * (UNITS[unit] ?? Number.NaN);
}

/** A constant is a product of numbers and of other constants of its file or of duration.ts. */
function constantOf(file: string, name: string): number {
  const text = `${read(file)}\n${read("src/core/duration.ts")}`;
  const expression = new RegExp(`const ${name} = ([^;]+);`).exec(text)?.[1];
  if (expression === undefined) throw new Error(`${file} has no ${name}`);
  const factors = expression.split("*").map((factor) => factor.trim());
  return factors
    .map((each) => (/^[\d_]+$/.test(each) ? Number(each.replaceAll("_", "")) : constantOf(file, each)))
    .reduce((a, b) => a * b);
}

describe("the page on limits", () => {
  it("has many, and none of them without its place", () => {
    expect(rows.length).toBeGreaterThan(40);
    const tables = read("docs/limits.md").split("## Of the platform")[0] ?? "";
    const lines = [...tables.matchAll(/^\| (?!limit |---)/gm)];
    expect(rows).toHaveLength(lines.length);
  });

  it.each(rows)("$limit is $value ($name)", ({ value, file, name }) => {
    expect(numberOf(value)).toBe(constantOf(file, name));
  });
});
