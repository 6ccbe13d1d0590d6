// The cookbook, cooked: what its senders send, signed as they sign, comes to exactly what each recipe promises; and the page
// shows the files as they stand.
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { cook, fileOf, readSource } from "./cookbook/kitchen.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const page = readSource(join(DOCS, "cookbook.md"));
const files = readdirSync(dirname(fileOf("", "config")));
const recipes = files.filter((name) => name.endsWith(".config.json")).map((name) => name.replace(".config.json", ""));

describe("the cookbook", () => {
  it("has at least fourteen recipes, and no file that belongs to none", () => {
    expect(recipes.length).toBeGreaterThanOrEqual(14);
    const kinds = ["config", "expected", "requests"] as const;
    const named = recipes.flatMap((name) => kinds.map((kind) => `${name}.${kind}.json`));
    expect(files.toSorted()).toEqual(named.toSorted());
  });

  it.each(recipes)("shows the configuration of %s as it stands, and links to what goes in and comes out", (name) => {
    const file = `docs/examples/cookbook/${name}.config.json`;
    expect(page).toContain(`<!-- file: ${file} -->\n\`\`\`json\n${readSource(fileOf(name, "config"))}\`\`\`\n`);
    for (const kind of ["requests", "expected"]) expect(page).toContain(`](examples/cookbook/${name}.${kind}.json)`);
  });

  it("shows nothing that is not a file", () => {
    expect(page.match(/```json/g)).toHaveLength(recipes.length);
  });

  it("lists every recipe at its top, under the heading that it has", () => {
    const anchors = [...page.matchAll(/^## (.+)$/gm)].map(([, title = ""]) => anchorOf(title));
    const listed = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(listed).toEqual(anchors);
    expect(anchors).toHaveLength(recipes.length);
  });
});

describe("the recipe", () => {
  it.each(recipes)("%s comes to what it promises", async (name) => {
    expect(await cook(name)).toEqual(JSON.parse(readSource(fileOf(name, "expected"))));
  });
});

/** As GitHub makes them. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
