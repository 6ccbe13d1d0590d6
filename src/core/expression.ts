// The expression language: JSONata, wrapped in {% … %} inside configuration; every other value is a literal.
// Expressions see the event and nothing else. Pure: no I/O; compiled once per configuration, evaluated per event.
import jsonata from "jsonata";
import type { Event } from "./event.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { err, ok, type Result } from "./result.ts";

/** A fault in an expression: where the value stands that holds it is added by whoever knows. */
export interface ExpressionFault {
  /** Steps into the value that was compiled; none where the expression is all of it. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** Offset of the fault in the expression's text, in characters, where JSONata tells it. */
  readonly position?: number;
}

/** A compiled value: gives its JSON for an event, or undefined where the expression selects nothing. */
export interface Template {
  evaluate(event: Event): Promise<Result<Json | undefined, ExpressionFault>>;
}

const WRAPPED = /^\s*\{%([\s\S]*)%\}\s*$/;

/** A fault is kept, told and shown: it says what is wrong in a sentence. */
const MAX_MESSAGE_CHARS = 300;

/** Compiles bare JSONata, as it stands in `when`. A {% … %} around it is allowed and taken off. */
export function compileExpression(text: string): Result<Template, readonly ExpressionFault[]> {
  const source = (WRAPPED.exec(text)?.[1] ?? text).trim();
  if (source === "") return err([{ path: [], message: "the expression is empty" }]);
  let expression: ReturnType<typeof jsonata>;
  try {
    expression = jsonata(source);
  } catch (thrown) {
    return err([faultOf(thrown)]);
  }
  return ok({
    async evaluate(event) {
      try {
        return ok(toJson(await expression.evaluate(eventAttributes(event))));
      } catch (thrown) {
        return err(withoutValues(faultOf(thrown), thrown));
      }
    },
  });
}

/**
 * Compiles a configuration value: a string wrapped in {% … %} is an expression, objects and arrays are compiled
 * member by member, everything else is literal. A member whose expression selects nothing is left out.
 */
export function compileTemplate(value: Json): Result<Template, readonly ExpressionFault[]> {
  if (typeof value === "string") return compileString(value);
  if (Array.isArray(value)) return compileMembers(value.entries(), (members) => members.map(([, member]) => member));
  if (isJsonObject(value)) return compileMembers(Object.entries(value), (members) => Object.fromEntries(members));
  return ok(literal(value));
}

function compileString(text: string): Result<Template, readonly ExpressionFault[]> {
  if (WRAPPED.test(text)) return compileExpression(text);
  if (text.includes("{%")) {
    const message = 'an expression must be the whole value: "{% … %}" with nothing before or after it';
    return err([{ path: [], message }]);
  }
  return ok(literal(text));
}

function compileMembers<K extends string | number>(
  entries: Iterable<readonly [K, Json]>,
  assemble: (members: (readonly [K, Json])[]) => Json,
): Result<Template, readonly ExpressionFault[]> {
  const templates: (readonly [K, Template])[] = [];
  const faults: ExpressionFault[] = [];
  for (const [key, value] of entries) {
    const template = compileTemplate(value);
    if (template.ok) templates.push([key, template.value]);
    else faults.push(...template.error.map((fault) => within(key, fault)));
  }
  if (faults.length > 0) return err(faults);
  return ok({
    async evaluate(event) {
      const members: (readonly [K, Json])[] = [];
      for (const [key, template] of templates) {
        const member = await template.evaluate(event);
        if (!member.ok) return err(within(key, member.error));
        if (member.value !== undefined) members.push([key, member.value]);
      }
      return ok(assemble(members));
    },
  });
}

function within(key: string | number, fault: ExpressionFault): ExpressionFault {
  return { ...fault, path: [key, ...fault.path] };
}

function literal(value: Json): Template {
  return { evaluate: async () => ok(value) };
}

/** JSONata answers with sequences, which become plain arrays here, and may answer with functions, which are a fault. */
function toJson(value: unknown): Json | undefined {
  const text = JSON.stringify(value, (_, member: unknown) => {
    if (isFunction(member))
      throw new TypeError("the expression gives a function, not a value: is a pair of () missing?");
    return member;
  });
  return text === undefined ? undefined : (JSON.parse(text) as Json);
}

/** JSONata's own functions are objects that hold one; an event's data, which may be named alike, holds none. */
function isFunction(value: unknown): boolean {
  if (typeof value === "function") return true;
  if (typeof value !== "object" || value === null) return false;
  const marked = "_jsonata_function" in value || "_jsonata_lambda" in value;
  return marked && Object.values(value).some((member) => typeof member === "function");
}

function faultOf(thrown: unknown): ExpressionFault {
  const { message, position } = (thrown ?? {}) as { message?: unknown; position?: unknown };
  return {
    path: [],
    message: typeof message === "string" ? shortened(message) : "the expression could not be evaluated",
    ...(typeof position === "number" ? { position } : {}),
  };
}

/** JSONata quotes the values that it could not work with. They are payload, which belongs into no reason. */
function withoutValues(fault: ExpressionFault, thrown: unknown): ExpressionFault {
  const { message, value, value2 } = (thrown ?? {}) as { message?: unknown; value?: unknown; value2?: unknown };
  if (typeof message !== "string") return fault;
  const clean = [value, value2]
    .filter((each) => typeof each === "string" || (typeof each === "object" && each !== null))
    .reduce<string>((text, each) => text.replaceAll(JSON.stringify(each), "(a value)"), message);
  return { ...fault, message: shortened(clean) };
}

function shortened(text: string): string {
  return text.length <= MAX_MESSAGE_CHARS ? text : `${text.slice(0, MAX_MESSAGE_CHARS)}…`;
}

/** An event as expressions and messages see it: its attributes, without what only the bridge needs. */
export function eventAttributes(event: Event): JsonObject {
  const { dedupeKey: _, ...attributes } = event;
  return attributes;
}
