// One expression, compiled and run within its bounds. Pure: no I/O, no clock, no chance. The only file that calls JSONata,
// and that knows of its inside what its own tools use: the hooks around each node, and the base of an evaluation.
import jsonata from "jsonata";
import { Budget, listTooLong, MAX_EXPRESSION_CHARS, MAX_LIST_ENTRIES, MAX_OPEN_CALLS } from "./expression-budget.ts";
import { checkTokens, checkTree, type Facts } from "./expression-check.ts";
import { ExpressionError, type ExpressionFault, faultAt, faultOf, faultWithoutValues } from "./expression-fault.ts";
import { boundedFunction } from "./expression-functions.ts";
import { patternEngine } from "./expression-pattern.ts";
import { plainPathOf, readPlainPath } from "./expression-plain-path.ts";
import { scan, type Token } from "./expression-scan.ts";
import type { Node } from "./expression-tree.ts";
import { plainJson } from "./expression-value.ts";
import type { Json, JsonObject } from "./json.ts";
import { err, ok, type Result } from "./result.ts";

/** A compiled expression. */
export interface Program {
  /** The expression without its marks. */
  readonly source: string;
  readonly tokens: readonly Token[];
  readonly tree: Node;
  /** @param attributes the event as expressions see it; it is left as it is */
  run(attributes: JsonObject): Promise<Result<Json | undefined, ExpressionFault>>;
}

/** What JSONata keeps of one evaluation, and of nothing else. It looks all of these up at every use. */
interface Base {
  depth: number;
  /** Called for each node, and not awaited. */
  guardrails: () => void;
  options: { readonly sequence: number };
  RegexEngine: unknown;
  /** Stands in for what a picture of a time leaves out. */
  timestamp: Date;
  budget: Budget;
}

interface Frame {
  readonly base: Base;
  bind(name: string | symbol, value: unknown): void;
  lookup(name: string | symbol): unknown;
}

const ENTRY = Symbol.for("jsonata.__evaluate_entry");
const EXIT = Symbol.for("jsonata.__evaluate_exit");

/** The name under which an evaluation gets its budget: no name of a variable has a blank, so none can read it. */
const BUDGET = "the budget";

const WRAPPED = /^(\s*\{%)([\s\S]*)%\}\s*$/;

export function isWrapped(text: string): boolean {
  return WRAPPED.test(text);
}

/** Compiles an expression. A {% … %} around it is allowed and taken off. Positions count from the text's beginning. */
export function compileProgram(text: string): Result<Program, ExpressionFault> {
  const [, mark = "", marked = text] = WRAPPED.exec(text) ?? [];
  const source = marked.trim();
  const offset = mark.length + marked.length - marked.trimStart().length;
  if (source === "") return err(faultAt("the expression is empty", text));
  if (source.length > MAX_EXPRESSION_CHARS) {
    return err(faultAt(`has more than ${MAX_EXPRESSION_CHARS} characters: leave that work to the workflow`, text));
  }
  const tokens = scan(source);
  let expression: jsonata.Expression;
  let facts: Facts;
  try {
    checkTokens(tokens);
    expression = jsonata(source);
    facts = checkTree(expression.ast() as Node);
  } catch (thrown) {
    return err(faultOf(withPatternPosition(thrown, tokens), text, offset));
  }
  watch(expression, facts);
  const tree = expression.ast() as Node;
  const path = plainPathOf(tree);
  return ok({
    source,
    tokens,
    tree,
    async run(attributes) {
      const plain = path === null ? undefined : readPlainPath(path, attributes);
      if (plain !== undefined) return ok(plain);
      const budget = new Budget();
      try {
        const input = facts.writes ? structuredClone(attributes) : attributes;
        return ok(plainJson(await expression.evaluate(input, { [BUDGET]: budget })));
      } catch (thrown) {
        return err(faultWithoutValues(withListBound(thrown), text, offset));
      } finally {
        budget.close();
      }
    },
  });
}

/** JSONata's own words for a list that is too long depend on where it was made. */
function withListBound(thrown: unknown): unknown {
  const { code, position } = (thrown ?? {}) as { code?: unknown; position?: number };
  return code === "D2014" || code === "D2015" ? listTooLong(position) : thrown;
}

/** JSONata's tokenizer leaves a broken pattern to RegExp, which does not know where it stands. */
function withPatternPosition(thrown: unknown, tokens: readonly Token[]): unknown {
  if (!(thrown instanceof SyntaxError)) return thrown;
  const broken = tokens.find(({ kind, text }) => kind === "pattern" && text.includes("/", 1) && !isRegExp(text));
  return new ExpressionError(thrown.message, broken?.end);
}

function isRegExp(literal: string): boolean {
  try {
    new RegExp(literal.slice(1, literal.lastIndexOf("/")));
    return true;
  } catch {
    return false;
  }
}

/**
 * JSONata asks for the hooks at each node and awaits what they answer. The entry hook is needed only once, at the root: it
 * puts the bounds into the base of the evaluation that begins, and takes itself away. What counts is bound to that
 * base, never to the expression, which several evaluations share.
 */
function watch(expression: jsonata.Expression, facts: Facts): void {
  const assign = expression.assign as (name: symbol | string, hook: unknown) => void;
  assign(ENTRY, (_node: Node, input: JsonObject, frame: Frame) => {
    frame.bind(ENTRY, undefined);
    begin(frame.base, frame.lookup(BUDGET) as Budget, input);
    for (const name of facts.names) {
      const bounded = boundedFunction(name, frame.lookup(name));
      if (bounded) frame.bind(name, bounded);
    }
  });
  assign(EXIT, (node: Node, _input: unknown, frame: Frame, result: unknown) => leave(node, result, frame.base.budget));
}

function begin(base: Base, budget: Budget, input: JsonObject): void {
  base.budget = budget;
  base.options = { sequence: MAX_LIST_ENTRIES };
  base.RegexEngine = patternEngine(budget);
  base.timestamp = new Date(String(input.time));
  base.guardrails = () => {
    budget.spend(1);
    if (base.depth > MAX_OPEN_CALLS) throw new ExpressionError(`has more than ${MAX_OPEN_CALLS} calls open at once`);
  };
}

/** A node has given its result. What is part of the event costs what it is long; what was made is also measured. */
function leave(node: Node, result: unknown, budget: Budget): void {
  budget.handle(result);
  if (isMade(node, result)) budget.made(result);
}

/** Nodes that make values. A path makes one only where it gathers a list; otherwise it gives a part of the event. */
const MAKERS: ReadonlySet<string> = new Set(["unary", "binary", "function", "apply"]);

/** JSONata's marks on the lists that it gathers. */
interface Sequence {
  readonly sequence: boolean;
  /** Its entries carry names given by @ and #, and are no values yet. */
  readonly tupleStream: boolean;
  readonly length: number;
}

function isMade(node: Node, result: unknown): boolean {
  const { sequence, tupleStream, length } = (result ?? {}) as Partial<Sequence>;
  if (tupleStream === true) return false;
  // A list of one entry is what JSONata has of a single value before it unwraps it.
  const gathered = node.type === "path" && sequence === true && length !== 1;
  return gathered || MAKERS.has(node.type) || node.group !== undefined;
}
