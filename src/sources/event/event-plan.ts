// Compiles the `event` part of a source. Pure.

import { compilePath } from "../../core/path.ts";
import type { EventSelectors } from "../../core/source.ts";
import type { Scheme } from "../families/scheme.ts";
import { GENERIC_EVENT } from "../presets/generic.ts";
import { isBound, isSigned } from "./coverage.ts";
import type { EventPlan } from "./plan.ts";
import { compileSelector, type Selector } from "./selector.ts";

type Joined = { readonly join: readonly string[]; readonly with: string };
type Alternatives = string | Joined | readonly (string | Joined)[];

const ITEM_HASH: Selector = { kind: "sha256", of: "item" };
/** The type of what the source's own selectors find no type for. */
const UNKNOWN_TYPE: Selector = { kind: "const", text: "event" };

/**
 * Compiles selectors that have passed the schema.
 *
 * An item of a batch is always usable: what its selectors do not find falls back to a hash of the item, to the type
 * `event`, and to the whole item as data. Refusing the request would make its sender repeat or drop the good items too.
 */
export function compileEvent(selectors: EventSelectors, scheme: Scheme, isSplit: boolean): EventPlan {
  const key = (alternatives: Alternatives) =>
    isSplit ? keyOfItem(compileAll(alternatives, "all")) : compileAll(alternatives, "all");
  const id = key(selectors.id ?? GENERIC_EVENT.id);
  const type = compileAll(selectors.type ?? GENERIC_EVENT.type, "first");
  const data = listOf(selectors.data ?? "$").map(compilePath);
  return {
    id,
    type: isSplit ? [...type, UNKNOWN_TYPE] : type,
    subject: selectors.subject === undefined ? [] : compileAll(selectors.subject, "all"),
    time:
      selectors.time === undefined
        ? null
        : { from: listOf(selectors.time.from).map(compileSelector), unit: selectors.time.unit },
    data: isSplit ? [...data, []] : data,
    dedupeKey: selectors.dedupeKey === undefined ? defaultDedupeKey(id, scheme, isSplit) : key(selectors.dedupeKey),
  };
}

/** A hash of the body is the same for every item of a batch, which would make all but the first a duplicate. */
function keyOfItem(alternatives: readonly Selector[]): readonly Selector[] {
  const ofItem = alternatives.map((each) => (each.kind === "sha256" && each.of === "body" ? ITEM_HASH : each));
  return [...ofItem, ITEM_HASH];
}

/**
 * The id, unless the sender signs its requests and the id is not among what is signed: then whoever has captured one
 * request could send it again under a new id, and only the body can tell that it is the same.
 */
function defaultDedupeKey(id: readonly Selector[], scheme: Scheme, isSplit: boolean): readonly Selector[] {
  if (!isBound(scheme) || id.every((selector) => isSigned(selector, scheme))) return id;
  return [isSplit ? ITEM_HASH : { kind: "sha256", of: "body" }];
}

function compileAll(alternatives: Alternatives, required: "all" | "first"): readonly Selector[] {
  return listOf(alternatives).map((each) =>
    typeof each === "string"
      ? compileSelector(each)
      : { kind: "join", parts: each.join.map(compileSelector), separator: each.with, required },
  );
}

function listOf<T extends string | Joined>(alternatives: T | readonly T[]): readonly T[] {
  return isList(alternatives) ? alternatives : [alternatives];
}

function isList<T>(alternatives: T | readonly T[]): alternatives is readonly T[] {
  return Array.isArray(alternatives);
}
