// What is refused of an expression before it ever runs, and what must be known to run it. Pure: no I/O.
import { MAX_NESTING } from "./expression-budget.ts";
import { ExpressionError } from "./expression-fault.ts";
import { compilePattern } from "./expression-pattern.ts";
import type { Token } from "./expression-scan.ts";
import { type Node, walk } from "./expression-tree.ts";

/**
 * Left operands of ?: and ?? that may stand in one another. JSONata copies each, so every level doubles the tree:
 * ((a ?? b) ?? c) ?? d has three. A chain without brackets, a ?? b ?? c, has one.
 */
const MAX_DEFAULTS_NESTED = 6;

/** Functions whose answer is not in the event. The same event must always give the same record id, key and values. */
export const REFUSED_FUNCTIONS: Readonly<Record<string, string>> = {
  now: "Use time, the event's own time",
  millis: "Use $toMillis(time), the event's own time",
  random: "Use something of the event, such as id",
  shuffle: "Use $sort",
  eval: "Write the expression itself; text of an event is never run",
};

/** Parameters of a function's signature are matched by a regular expression: few, and none that repeats. */
const PLAIN_SIGNATURE = /^<(?:[bnslaofjx](?:<[bnslaofjx]>)?[-?]?){0,8}(?::[bnslaofjx](?:<[bnslaofjx]>)?)?>$/;

export interface Facts {
  /** Names of variables and functions that the expression reads. */
  readonly names: ReadonlySet<string>;
  /** True where JSONata may write into the value that it works on: such an expression gets a copy of the event. */
  readonly writes: boolean;
}

/** Bounds of the text itself, before the parser recurses over it. */
export function checkTokens(tokens: readonly Token[]): void {
  const frames = [{ before: 0, own: 0 }];
  for (const token of tokens) {
    const frame = frames.at(-1);
    if (frame === undefined) return; // More brackets are closed than were opened: the parser tells.
    if (token.kind === "open") frames.push({ before: 0, own: 0 });
    if (frames.length > MAX_NESTING) throw tooNested(token.end);
    if (token.kind === "close") {
      frames.pop();
      const outer = frames.at(-1);
      if (outer) outer.before = Math.max(outer.before, frame.before, frame.own);
    }
    if (/^[,;:]$/.test(token.text)) frame.before = 0;
    if (token.text === "??" || token.text === "?:") frame.own = Math.max(frame.own, frame.before + 1);
    if (frame.own > MAX_DEFAULTS_NESTED) {
      throw new ExpressionError(`nests more than ${MAX_DEFAULTS_NESTED} of ${token.text} in one another`, token.end);
    }
  }
}

/** Bounds and refusals that the tree shows. */
export function checkTree(root: Node): Facts {
  const names = new Set<string>();
  const bound = new Set<unknown>();
  const called: unknown[] = [];
  let writes = false;
  const tooDeep = walk(root, MAX_NESTING, (node, inPath) => {
    if (node.type === "bind") bound.add((node.lhs as Node).value);
    if (node.type === "lambda") for (const parameter of node.arguments ?? []) bound.add(parameter.value);
    bound.add(node.focus).add(node.index);
    for (const stage of node.stages ?? []) if (stage.type === "index") bound.add(stage.value);
    if (node.type === "variable") names.add(String(node.value));
    if (node.type === "function" || node.type === "partial") called.push(nameOfCalled(node));
    if (node.type === "transform") names.add("clone");
    checkNode(node);
    writes ||= writesInto(node, inPath);
  });
  if (tooDeep) throw tooNested();
  walk(root, MAX_NESTING, (node) => {
    if (node.type === "variable" && !bound.has(node.value)) checkDeterministic(String(node.value), node.position);
  });
  // JSONata marks what it calls with the place of the call, even where that is no function but data.
  writes ||= called.some((name) => name === undefined || bound.has(name) || name === "" || name === "$");
  return { names, writes };
}

function checkNode(node: Node): void {
  if (node.type === "regex") {
    const problem = compilePattern(node.value);
    if (problem !== undefined) throw new ExpressionError(problem, node.position);
  }
  const signature = node.type === "lambda" ? node.signature?.definition : undefined;
  if (signature !== undefined && !PLAIN_SIGNATURE.test(signature)) {
    const allowed = "at most 8 parameters, without + and ( )";
    throw new ExpressionError(`the signature ${signature} is refused: ${allowed}, or none at all`, node.position);
  }
}

function checkDeterministic(name: string, position: number | undefined): void {
  if (!Object.hasOwn(REFUSED_FUNCTIONS, name)) return;
  const reason = "the same event must always give the same values";
  throw new ExpressionError(`$${name} is refused, because ${reason}. ${REFUSED_FUNCTIONS[name]}`, position);
}

/**
 * A transformation writes into whatever its pattern finds, which $$ makes the event; a trailing [] marks the list that it
 * stands at; an object constructor or a grouping adds an entry to an empty list.
 */
function writesInto(node: Node, inPath: boolean): boolean {
  const constructs = node.type === "unary" && node.value === "{" && inPath;
  return constructs || node.type === "transform" || node.group !== undefined || keepsList(node);
}

function keepsList(node: Node): boolean {
  return node.keepArray === true || node.keepSingletonArray === true;
}

function nameOfCalled(node: Node): unknown {
  return node.procedure?.type === "variable" ? node.procedure.value : undefined;
}

function tooNested(position?: number): ExpressionError {
  return new ExpressionError(`is nested more than ${MAX_NESTING} levels deep`, position);
}
