// What each expression of a rule gives for an event, one by one, for whoever wants to know where a value comes from or which
// one is at fault. Pure: no I/O. Compiled when somebody asks: events that nobody asks about pay nothing for it.
import { pathOf } from "./check-config.ts";
import type { CompiledRule } from "./compile-rule.ts";
import { shown } from "./condition.ts";
import type { Event } from "./event.ts";
import { compileTemplate, describeFault } from "./expression.ts";
import { isWrapped } from "./expression-program.ts";
import { isJsonObject, type Json } from "./json.ts";

/** One expression of a rule, and what it gives for an event. */
export interface ExpressionValue {
  /** Where it stands in the rule: `start.parameters.order.id`. */
  readonly path: string;
  /** As it stands in the configuration. */
  readonly text: string;
  /** `nothing`: it selects nothing. */
  readonly outcome: "value" | "nothing" | "fault";
  /** Long values are cut. */
  readonly value?: Json;
  readonly fault?: string;
}

interface Place {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** A record id stands here also where it is a literal: what it is derived from is always worth knowing. */
export async function expressionsOf(
  { config, cancel: compiled }: CompiledRule,
  event: Event,
): Promise<readonly ExpressionValue[]> {
  const { dedupe, start, cancel } = config;
  const recordIdAt = start ? "start" : "cancel";
  const recordId = start?.recordId ?? cancel?.recordId ?? compiled?.inheritedRecordId ?? null;
  const places = [
    ...expressionsIn(dedupe.key ?? null, ["dedupe", "key"]),
    ...(recordId === null ? [] : [{ path: [recordIdAt, "recordId"], text: recordId }]),
    ...expressionsIn(cancel?.key ?? null, ["cancel", "key"]),
    ...expressionsIn(start?.workflowDefinitionId ?? null, ["start", "workflowDefinitionId"]),
    ...expressionsIn(start?.locale ?? null, ["start", "locale"]),
    ...expressionsIn(start?.parameters ?? null, ["start", "parameters"]),
  ];
  return Promise.all(places.map((place) => valueAt(place, event)));
}

function expressionsIn(value: Json, path: readonly (string | number)[]): readonly Place[] {
  if (typeof value === "string") return isWrapped(value) ? [{ path, text: value }] : [];
  if (Array.isArray(value)) return value.flatMap((entry: Json, index) => expressionsIn(entry, [...path, index]));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => expressionsIn(member, [...path, key]));
}

async function valueAt({ path, text }: Place, event: Event): Promise<ExpressionValue> {
  const place = { path: pathOf(path), text };
  const template = compileTemplate(text);
  if (!template.ok) throw new Error("a rule in use has no expression that does not compile");
  const given = await template.value.evaluate(event);
  if (!given.ok) return { ...place, outcome: "fault", fault: describeFault(given.error) };
  const value = shown(given.value);
  return value === undefined ? { ...place, outcome: "nothing" } : { ...place, outcome: "value", value };
}
