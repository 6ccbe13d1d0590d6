// What axe finds on a page, as far as it is serious: for every page's test.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** @returns the serious findings, in words; none is as it should be */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Given by the debugger, which the page's policy does not bind.
  await page.evaluate(AXE);
  const violations = (await page.evaluate(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, where: nodes.map(({ target }) => target.join(' ')) })))",
  )) as { id: string; impact: string; help: string; where: string[] }[];
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, where }) => `${new URL(page.url()).pathname}: ${id}: ${help}: ${where.slice(0, 3).join(", ")}`);
}

/** Whether something makes the page itself wider than a telephone is. */
export async function isWiderThanATelephone(page: Page): Promise<boolean> {
  await page.setViewportSize({ width: 390, height: 844 });
  return (await page.evaluate(
    "document.documentElement.scrollWidth > document.documentElement.clientWidth",
  )) as boolean;
}
