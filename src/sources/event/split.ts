// Takes a batch apart: the items of one request, each of which becomes an event. Pure and total. Nothing that holds
// something is left out, whatever the shape: a sender whose request was accepted does not send it again.
import { isJsonObject, type Json } from "../../core/json.ts";
import { EACH, type PathStep, valueIn } from "../../core/path.ts";

/** SendGrid fills a request up to 768 KB with items of some 300 bytes; no other sender is known to send more. */
export const MAX_ITEMS = 5_000;

/**
 * A list gives its items; anything else where a list may be is taken as its only item, as XML has no lists of one.
 * Where the path ends too early, at null, blank text, {} or [], there are no items; at anything else, the whole of what was to
 * hold the list (the body, or the item of the last [*]) is the item.
 */
export function itemsOf(root: Json, split: readonly PathStep[]): readonly Json[] {
  return walk(root, root, split);
}

function walk(holder: Json, value: Json, steps: readonly PathStep[]): readonly Json[] {
  const [step, ...rest] = steps;
  if (step === undefined) return listOf(value);
  if (step === EACH) return listOf(value).flatMap((item) => walk(item, item, rest));
  const next = valueIn(value, step);
  if (next === undefined) return holdsNothing(value) ? [] : [holder];
  return walk(holder, next, rest);
}

function listOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  return isBlank(value) ? [] : [value];
}

function holdsNothing(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) ? Object.keys(value).length === 0 : isBlank(value);
}

/** An empty list in XML is an empty element, with space in it or without. */
function isBlank(value: Json): boolean {
  return value === null || (typeof value === "string" && value.trim() === "");
}
