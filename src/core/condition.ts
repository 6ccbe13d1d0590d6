// A rule's `when`: whether it holds for an event, and why not. Pure: no I/O. The explanation holds values of the event, so
// whoever shows it must be one who may see the event.
import type { Event } from "./event.ts";
import { eventAttributes } from "./expression.ts";
import { describeFault, type ExpressionFault } from "./expression-fault.ts";
import { compileProgram, type Program } from "./expression-program.ts";
import { type Node, outerNodes } from "./expression-tree.ts";
import type { Json, JsonObject } from "./json.ts";
import { err, ok, type Result } from "./result.ts";

/** Longer values are cut where they are shown: an explanation is read, not parsed. */
const MAX_SHOWN_CHARS = 300;

/** A compiled `when`. */
export interface Condition {
  /** True where the expression gives true, false where it gives false or nothing; anything else is a fault. */
  holds(event: Event): Promise<Result<boolean, ExpressionFault>>;
  /** Evaluates every part on its own, also those that a false one before them would have kept from being looked at. */
  explain(event: Event): Promise<readonly ConditionPart[]>;
}

/** One operand of the `and` that the condition is, or all of it where it is none. */
export interface ConditionPart {
  /** As it stands in the configuration. */
  readonly text: string;
  /** `nothing` counts as false. `other` is a value that is neither true nor false; beside an `and` it counts as $boolean says. */
  readonly outcome: "true" | "false" | "nothing" | "fault" | "other";
  /** What is wrong, where the outcome is `fault`. */
  readonly fault?: string;
  /** What the plain paths of the part, such as data.object.status, give for the event; undefined where it is nothing. */
  readonly values: readonly { readonly path: string; readonly value: Json | undefined }[];
}

interface Part {
  readonly text: string;
  readonly program: Program;
  readonly paths: readonly { readonly text: string; readonly program: Program }[];
}

export function compileCondition(text: string): Result<Condition, readonly ExpressionFault[]> {
  const compiled = compileProgram(text);
  if (!compiled.ok) return err([compiled.error]);
  const whole = compiled.value;
  // Only those who ask for an explanation pay for it.
  let parts: readonly Part[] | undefined;
  return ok({
    async holds(event) {
      const given = await whole.run(eventAttributes(event));
      if (!given.ok) return given;
      if (given.value === true) return ok(true);
      if (given.value === false || given.value === undefined) return ok(false);
      return err({ path: [], message: "must give true or false" });
    },
    async explain(event) {
      parts ??= partsOf(whole).map(partOf);
      const attributes = eventAttributes(event);
      return Promise.all(parts.map((part) => explainPart(part, attributes)));
    },
  });
}

async function explainPart({ text, program, paths }: Part, attributes: JsonObject): Promise<ConditionPart> {
  const given = await program.run(attributes);
  const values = await Promise.all(
    paths.map(async (path) => {
      const value = await path.program.run(attributes);
      return { path: path.text, value: value.ok ? shown(value.value) : `(${value.error.message})` };
    }),
  );
  if (!given.ok) return { text, outcome: "fault", fault: describeFault(given.error), values };
  if (given.value === undefined) return { text, outcome: "nothing", values };
  return { text, outcome: typeof given.value === "boolean" ? `${given.value}` : "other", values };
}

/** A value as it is shown: what is long becomes the beginning of its JSON, with a mark. */
export function shown(value: Json | undefined): Json | undefined {
  const text = JSON.stringify(value);
  if (text === undefined || text.length <= MAX_SHOWN_CHARS) return value;
  const start = typeof value === "string" ? value : text;
  return `${start.slice(0, MAX_SHOWN_CHARS)}… (cut, ${start.length} characters)`;
}

/** The condition's operands: cut in the text where the tree says so, and left whole where text and tree disagree. */
function partsOf(whole: Program): readonly Program[] {
  const operands = conjuncts(whole.tree);
  if (operands.length === 1 || givesNames(whole.tree)) return [whole];
  const marks = whole.tokens.filter(({ kind, text, depth }) => kind === "operator" && text === "and" && depth === 0);
  if (marks.length !== operands.length - 1) return [whole];
  const starts = [0, ...marks.map(({ end }) => end)];
  const ends = [...marks.map(({ start }) => start), whole.source.length];
  const pieces = starts.flatMap((start, each) => {
    const piece = compileProgram(whole.source.slice(start, ends[each]));
    return piece.ok ? [piece.value] : [];
  });
  const agree = pieces.length === operands.length && pieces.every(({ tree }, each) => isSame(tree, operands[each]));
  return agree ? pieces : [whole];
}

/** The operands of a chain of `and`, which JSONata reads from the left. */
function conjuncts(tree: Node): readonly Node[] {
  if (tree.type !== "binary" || tree.value !== "and" || tree.rhs === undefined) return [tree];
  return [...conjuncts(tree.lhs as Node), tree.rhs];
}

/** True where a name is given outside of brackets: later parts may read it. */
function givesNames(tree: Node): boolean {
  if (tree.type === "bind") return true;
  return tree.type !== "block" && outerNodes(tree).some(givesNames);
}

/** The same tree, wherever it stands in the text. */
function isSame(one: Node, other: Node | undefined): boolean {
  const plain = (tree: Node | undefined): string =>
    JSON.stringify(tree, (key, value: unknown) => {
      if (value instanceof RegExp) return String(value);
      return key === "position" || key === "slot" || key === "ancestor" ? undefined : value;
    });
  return plain(one) === plain(other);
}

function partOf(program: Program): Part {
  const paths = [...new Set(plainPaths(program.tree))].flatMap((text) => {
    const path = compileProgram(text);
    return path.ok ? [{ text, program: path.value }] : [];
  });
  return { text: program.source, program, paths };
}

/** The paths from the event's own root: not those inside filters, later steps or functions, which see something else. */
function plainPaths(tree: Node): readonly string[] {
  if (tree.type === "path") {
    const path = pathText(tree);
    if (path !== undefined) return [path];
  }
  return outerNodes(tree).flatMap(plainPaths);
}

/** A path as far as it is plain names and numbered entries; undefined where it does not begin so. */
function pathText({ steps = [] }: Node): string | undefined {
  const texts: string[] = [];
  for (const step of steps) {
    const first = texts.length === 0;
    if (first && step.type === "variable" && step.value === "$") texts.push("$$");
    else if (step.type !== "name") break;
    else texts.push(nameText(String(step.value)));
    const stages = [...(step.stages ?? []), ...(step.predicate ?? [])];
    const indexes = stages.map(({ expr }) => (expr?.type === "number" ? `[${String(expr.value)}]` : undefined));
    if (indexes.includes(undefined)) break;
    texts.push(`${texts.pop()}${indexes.join("")}`);
  }
  return texts.length === 0 || texts.join() === "$$" ? undefined : texts.join(".");
}

function nameText(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !/^(and|or|in|true|false|null|function)$/.test(name)) return name;
  return name.includes("`") ? JSON.stringify(name) : `\`${name}\``;
}
