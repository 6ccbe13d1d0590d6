// The benchmarks in their tiny form: that each runs to its end against the real parts and prints its table. What they measure is in
// bench/RESULTS.md; no time is asserted.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const RUN = join(ROOT, "bench/run.ts");
const run = promisify(execFile);
const ROW = /^\|.*\d.*\|$/m;

const names = [...readFileSync(RUN, "utf8").matchAll(/^ {2}(\w+): \{(?: whole|$)/gm)].map(([, name = ""]) => name);

describe("npm run bench -- --tiny", () => {
  it("has every benchmark that RESULTS.md tells of", () => {
    const told = [...readFileSync(join(ROOT, "bench/RESULTS.md"), "utf8").matchAll(/^## (\w+)$/gm)].map(
      ([, name]) => name,
    );
    expect(told.toSorted()).toEqual(names.toSorted());
  });

  it.each(names)("%s runs to its end and has something to tell", { timeout: 120_000 }, async (name) => {
    const { stdout } = await run(process.execPath, [RUN, "--tiny", name], { cwd: ROOT });
    expect(stdout).toContain(`## ${name}`);
    expect(stdout).toMatch(ROW);
    expect(stdout).not.toMatch(/\bNaN\b|undefined|Infinity/);
  });
});
