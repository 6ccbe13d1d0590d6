// The expression language: JSONata, wrapped in {% … %} inside configuration; every other value is a literal.
// Expressions see the event and nothing else. Pure: no I/O; compiled once per configuration, evaluated per event.
import jsonata from "jsonata";
import type { Event } from "./event.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { err, ok, type Result } from "./result.ts";

/** A fault in an expression: where it was written is added by whoever knows the path. */
export interface ExpressionFault {
  readonly message: string;
  /** Offset of the fault in the expression's text, in characters, where JSONata tells it. */
  readonly position?: number;
}

/** A compiled value: gives its JSON for an event, or undefined where the expression selects nothing. */
export interface Template {
  evaluate(event: Event): Promise<Result<Json | undefined, ExpressionFault>>;
}

const WRAPPED = /^\s*\{%([\s\S]*)%\}\s*$/;

/** Compiles bare JSONata, as it stands in `when`. A {% … %} around it is allowed and taken off. */
export function compileExpression(text: string): Result<Template, ExpressionFault> {
  const source = (WRAPPED.exec(text)?.[1] ?? text).trim();
  if (source === "") return err({ message: "the expression is empty" });
  let expression: ReturnType<typeof jsonata>;
  try {
    expression = jsonata(source);
  } catch (thrown) {
    return err(faultOf(thrown));
  }
  return ok({
    async evaluate(event) {
      try {
        return ok(toJson(await expression.evaluate(event)));
      } catch (thrown) {
        return err(faultOf(thrown));
      }
    },
  });
}

/**
 * Compiles a configuration value: a string wrapped in {% … %} is an expression, objects and arrays are compiled
 * member by member, everything else is literal. A member whose expression selects nothing is left out.
 */
export function compileTemplate(value: Json): Result<Template, ExpressionFault> {
  if (typeof value === "string") return compileString(value);
  if (Array.isArray(value)) return compileMembers(value.entries(), (members) => members.map(([, member]) => member));
  if (isJsonObject(value)) return compileMembers(Object.entries(value), (members) => Object.fromEntries(members));
  return ok(literal(value));
}

function compileString(text: string): Result<Template, ExpressionFault> {
  if (WRAPPED.test(text)) return compileExpression(text);
  if (text.includes("{%")) {
    return err({ message: 'an expression must be the whole value: "{% … %}" with nothing before or after it' });
  }
  return ok(literal(text));
}

function compileMembers<K>(
  entries: Iterable<readonly [K, Json]>,
  assemble: (members: (readonly [K, Json])[]) => Json,
): Result<Template, ExpressionFault> {
  const templates: (readonly [K, Template])[] = [];
  for (const [key, value] of entries) {
    const template = compileTemplate(value);
    if (!template.ok) return err({ ...template.error, message: `at ${String(key)}: ${template.error.message}` });
    templates.push([key, template.value]);
  }
  return ok({
    async evaluate(event) {
      const members: (readonly [K, Json])[] = [];
      for (const [key, template] of templates) {
        const member = await template.evaluate(event);
        if (!member.ok) return err({ ...member.error, message: `at ${String(key)}: ${member.error.message}` });
        if (member.value !== undefined) members.push([key, member.value]);
      }
      return ok(assemble(members));
    },
  });
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

function isFunction(value: unknown): boolean {
  if (typeof value === "function") return true;
  return typeof value === "object" && value !== null && ("_jsonata_function" in value || "_jsonata_lambda" in value);
}

function faultOf(thrown: unknown): ExpressionFault {
  const { message, position } = (thrown ?? {}) as { message?: unknown; position?: unknown };
  return {
    message: typeof message === "string" ? message : "the expression could not be evaluated",
    ...(typeof position === "number" ? { position } : {}),
  };
}

/** An event as expressions and messages see it: its attributes, without what only the bridge needs. */
export function eventAttributes(event: Event): JsonObject {
  const { dedupeKey: _, ...attributes } = event;
  return attributes;
}
