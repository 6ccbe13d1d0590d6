// The expression language: JSONata, wrapped in {% … %} inside configuration; every other value is a literal.
// Expressions see the event and nothing else. Pure: no I/O; compiled once per configuration, evaluated per event.
import type { Event } from "./event.ts";
import { type ExpressionFault, faultAt } from "./expression-fault.ts";
import { compileProgram, isWrapped } from "./expression-program.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { err, ok, type Result } from "./result.ts";

export { describeFault, type ExpressionFault } from "./expression-fault.ts";

/** A compiled value: gives its JSON for an event, or undefined where the expression selects nothing. */
export interface Template {
  evaluate(event: Event): Promise<Result<Json | undefined, ExpressionFault>>;
}

/** Compiles bare JSONata, as it stands in `when`. A {% … %} around it is allowed and taken off. */
export function compileExpression(text: string): Result<Template, readonly ExpressionFault[]> {
  const program = compileProgram(text);
  if (!program.ok) return err([program.error]);
  return ok({ evaluate: (event) => program.value.run(eventAttributes(event)) });
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
  if (isWrapped(text)) return compileExpression(text);
  if (text.includes("{%")) {
    const message = 'an expression must be the whole value: "{% … %}" with nothing before or after it';
    return err([faultAt(message, text)]);
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

/** An event as expressions and messages see it: its attributes, without what only the bridge needs. */
export function eventAttributes(event: Event): JsonObject {
  const { dedupeKey: _, traceparent: _trace, ...attributes } = event;
  return attributes;
}
