// Every link in every page: relative ones lead to a file that is in the repository, and to a heading that is in it; others are
// written as addresses of https.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const git = (...args: string[]): string[] =>
  execFileSync("git", [...args, "-z"], { cwd: ROOT, encoding: "utf8" })
    .split("\0")
    .filter(Boolean);
const files = new Set(git("ls-files", "--cached", "--others", "--exclude-standard"));
const folders = new Set([...files].flatMap((file) => foldersOf(file)));
const pages = [...files].filter((file) => file.endsWith(".md"));

function foldersOf(file: string): string[] {
  const parts = file.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Without what stands in code: there, brackets mean other things. */
function proseOf(page: string): string {
  return readFileSync(join(ROOT, page), "utf8")
    .replaceAll(/^[ ]*```[\s\S]*?^[ ]*```$/gm, "")
    .replaceAll(/^ {4}.*$/gm, "");
}

/** The names under which GitHub finds the headings of a page. */
function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, title = ""]) => slugOf(title));
  const anchors = headings.map((slug) => {
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  return new Set([...anchors, ...[...proseOf(page).matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = ""]) => id)]);
}

function slugOf(title: string): string {
  return title
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}

function linksOf(page: string): string[] {
  const prose = proseOf(page).replaceAll(/`[^`\n]*`/g, "");
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)].map(([, to = ""]) => to);
  const html = [...prose.matchAll(/(?:href|src|srcset)="([^"]+)"/g)].map(([, to = ""]) => to);
  return [...inline, ...html];
}

/** @returns what is wrong with a link, in words */
function faultOf(page: string, link: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) {
    if (!URL.canParse(link)) return "is no URL";
    return new URL(link).protocol === "https:" ? undefined : "is not https";
  }
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : normalize(join(dirname(page), decodeURIComponent(path))).replace(/\/$/, "");
  if (target.startsWith("..")) return "leads out of the repository";
  if (!files.has(target) && !folders.has(target) && target !== ".") return "leads to no file";
  if (anchor === undefined) return undefined;
  if (!target.endsWith(".md")) return "names a heading of a file that has none";
  return anchorsOf(target).has(anchor) ? undefined : `leads to no heading of ${target}`;
}

describe("the links", () => {
  it("are looked at in many pages", () => {
    expect(pages.length).toBeGreaterThan(25);
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(300);
  });

  it.each(pages)("of %s lead somewhere", (page) => {
    const faults = linksOf(page).flatMap((link) => {
      const fault = faultOf(page, link);
      return fault === undefined ? [] : [`${link} ${fault}`];
    });
    expect(faults).toEqual([]);
  });

  it("would be found where they lead nowhere", () => {
    expect(faultOf("README.md", "docs/no-such-page.md")).toBe("leads to no file");
    expect(faultOf("README.md", "docs/operations.md#no-such-heading")).toBe(
      "leads to no heading of docs/operations.md",
    );
    expect(faultOf("docs/operations.md", "../../etc/passwd")).toBe("leads out of the repository");
    expect(faultOf("README.md", "http://example.com")).toBe("is not https");
    expect(faultOf("README.md", "docs/operations.md#rotate-this-secret")).toBeUndefined();
  });

  it("lead to every page from the index", () => {
    const indexed = linksOf("docs/README.md").map((link) => normalize(join("docs", link.split("#")[0] ?? "")));
    const missing = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page) && page !== "docs/README.md");
    expect(missing.filter((page) => !indexed.includes(page))).toEqual([]);
  });
});
