// The published semantics of the rule language, row by row as docs/rules.md has them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compileCondition } from "../../../src/core/condition.ts";
import { compileExpression, compileTemplate, type ExpressionFault } from "../../../src/core/expression.ts";
import type { Json } from "../../../src/core/json.ts";
import type { Result } from "../../../src/core/result.ts";
import { eventWith } from "../../fakes/test-bridge.ts";

type Row = readonly [data: string, text: string, result: string];

const LINES = readFileSync(join(import.meta.dirname, "../../../docs/rules.md"), "utf8").split("\n");
const EXPRESSIONS = rowsBelow("| `data` | expression | result |");
const CONDITIONS = rowsBelow("| `data` | `when` | the rule |");
const TEMPLATES = rowsBelow("| `data` | template | gives |");

/** The rows of all tables with this head, without their code marks. */
function rowsBelow(head: string): Row[] {
  const starts = LINES.flatMap((line, index) => (line === head ? [index + 2] : []));
  return starts.flatMap((start) => {
    const end = LINES.findIndex((line, index) => index >= start && !line.startsWith("|"));
    return LINES.slice(start, end < 0 ? undefined : end).map((line) => {
      const cells = line.slice(2, -2).split(/ (?<!\\)\| /);
      const [data = "", text = "", result = ""] = cells.map((cell) =>
        cell.replace(/^`(.*)`$/, "$1").replaceAll("\\|", "|"),
      );
      return [data, text, result] as const;
    });
  });
}

function eventOf(data: string) {
  return eventWith({ data: JSON.parse(data) as Json });
}

function expectGiven(given: Result<Json | undefined, ExpressionFault>, result: string): void {
  const [, fault] = /^\*fault\*: (.+)$/.exec(result) ?? [];
  if (fault !== undefined)
    expect(given).toMatchObject({ ok: false, error: { message: expect.stringContaining(fault) } });
  else expect(given).toEqual({ ok: true, value: result === "*nothing*" ? undefined : JSON.parse(result) });
}

describe("the published semantics", () => {
  test("have the rows they should have", () => {
    expect(EXPRESSIONS.length).toBeGreaterThanOrEqual(80);
    expect(CONDITIONS.length).toBeGreaterThanOrEqual(10);
    expect(TEMPLATES.length).toBeGreaterThanOrEqual(6);
    expect(new Set(EXPRESSIONS.map(String)).size).toBe(EXPRESSIONS.length);
  });

  test.each(EXPRESSIONS)("%s: %s gives %s", async (data, text, result) => {
    const expression = compileExpression(text);
    if (!expression.ok) throw new Error(JSON.stringify(expression.error));
    expectGiven(await expression.value.evaluate(eventOf(data)), result);
  });

  test.each(CONDITIONS)("%s: when %s, the rule %s", async (data, text, result) => {
    const condition = compileCondition(text);
    if (!condition.ok) throw new Error(JSON.stringify(condition.error));
    const words = { matches: "true", "does not match": "false" } as Record<string, string>;
    expectGiven(await condition.value.holds(eventOf(data)), words[result] ?? result);
  });

  test.each(TEMPLATES)("%s: the template %s gives %s", async (data, text, result) => {
    const template = compileTemplate(JSON.parse(text) as Json);
    if (!template.ok) throw new Error(JSON.stringify(template.error));
    expectGiven(await template.value.evaluate(eventOf(data)), result);
  });
});
