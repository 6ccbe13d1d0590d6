// Compiles the `event` part of a source, and finds its default dedupe key. Pure.
import type { EventSelectors } from "../core/source.ts";
import { GENERIC_EVENT } from "./presets/generic.ts";
import { compilePath, compileSelector, type Selector } from "./selector.ts";
import type { EventPlan, Scheme, TypePlan } from "./source.ts";

/** Compiles selectors that have passed the schema. */
export function compileEvent(selectors: EventSelectors, scheme: Scheme): EventPlan {
  const id = compileAlternatives(selectors.id ?? GENERIC_EVENT.id);
  const dedupeKey = selectors.dedupeKey === undefined ? null : compileAlternatives(selectors.dedupeKey);
  return {
    id,
    type: compileType(selectors.type ?? GENERIC_EVENT.type),
    subject: selectors.subject === undefined ? [] : compileAlternatives(selectors.subject),
    time:
      selectors.time === undefined
        ? null
        : { from: compileAlternatives(selectors.time.from), unit: selectors.time.unit },
    data: listOf(selectors.data ?? "$").map(compilePath),
    dedupeKey: dedupeKey ?? defaultDedupeKey(id, scheme),
  };
}

function compileType(type: NonNullable<EventSelectors["type"]>): TypePlan {
  return typeof type === "string" || Array.isArray(type)
    ? { kind: "first", of: compileAlternatives(type) }
    : { kind: "join", parts: type.join.map(compileSelector), separator: type.with };
}

/**
 * The id, unless the sender signs its requests and the id stands in a header that is not signed: then whoever has
 * captured one request could send it again under a new id, and only the body can tell that it is the same.
 */
function defaultDedupeKey(id: readonly Selector[], scheme: Scheme): readonly Selector[] {
  if (scheme.family !== "hmac") return id;
  const isSigned = (selector: Selector) =>
    selector.kind !== "header" || scheme.content.some((part) => part.kind === "header" && part.name === selector.name);
  return id.every(isSigned) ? id : [{ kind: "sha256", of: "body" }];
}

function compileAlternatives(alternatives: string | readonly string[]): readonly Selector[] {
  return listOf(alternatives).map(compileSelector);
}

function listOf(alternatives: string | readonly string[]): readonly string[] {
  return typeof alternatives === "string" ? [alternatives] : alternatives;
}
