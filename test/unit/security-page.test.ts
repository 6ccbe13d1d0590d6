// docs/security.md claims nothing that is not there: each file that it names exists, and each test that it names is in its file.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/security.md"), "utf8");

/** A test's file and, behind a colon, the sentence of the test, up to the end of the cell or the bracket. */
const PROOF = /`(test\/[\w./-]+\.test\.ts)`(?:: ([^|)]+?))?(?= ?\||\))/g;

describe("the page on security", () => {
  const proofs = [...PAGE.matchAll(PROOF)].map(([, file = "", sentence]) => ({ file, sentence }));

  it("names many proofs", () => {
    expect(proofs.length).toBeGreaterThan(35);
    expect(proofs.length).toBe(PAGE.match(/`test\/[\w./-]+\.test\.ts`/g)?.length);
  });

  it.each(proofs)("$file has: $sentence", ({ file, sentence }) => {
    expect(existsSync(join(ROOT, file))).toBe(true);
    if (sentence !== undefined) expect(readFileSync(join(ROOT, file), "utf8")).toContain(sentence.trim());
  });

  it("names only code that is there", () => {
    const named = [...PAGE.matchAll(/`(src\/[\w./-]+)`/g)].map(([, path = ""]) => path);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
