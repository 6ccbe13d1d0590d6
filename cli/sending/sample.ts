// An event that is new with each call, in the form of its sender: what is known of that sender's events, and then, by the preset's own
// description, id, type, subject and time where the bridge will look for them.
import { randomBytes, randomUUID } from "node:crypto";
import type { PresetName } from "../../src/core/source.ts";
import { PRESETS } from "../../src/sources/presets.ts";
import { type Draft, isPlace, put, set, steps, type Values, valueAt } from "./draft.ts";
import { exampleOf } from "./examples.ts";

/** As a preset writes where something stands. */
type Selector = string | { readonly join: readonly string[]; readonly with?: string };
type Selectors = Selector | readonly Selector[] | undefined;

/** Marks an event whose sender gives it no id, so that it is not taken for the one before. */
const MARK = "hookspan_sample";

/** @returns why there can be no such event; else the request, not yet signed */
export function sample(
  name: PresetName,
  type: string,
  given: Readonly<Record<string, string>>,
  now: number,
): Draft | string {
  const preset = PRESETS[name];
  const draft = draftOf(name, type);
  if (typeof draft === "string") return draft;
  const { id, subject, time, type: typed, dedupeKey } = preset.event;
  const fresh = randomBytes(12).toString("hex");
  fillId(draft, id, fresh);
  // Where two deliveries are told apart by more than the id, by the id of what they are about.
  for (const part of parts(chosen(draft, dedupeKey))) {
    if (
      /[.]id$/i.test(part) &&
      valueAt(draft, part, draft.item) !== undefined &&
      !parts(chosen(draft, id)).includes(part)
    ) {
      put(draft, part, randomUUID(), draft.item);
    }
  }
  if (time !== undefined) fillTime(draft, time, now);
  if (!alternatives(subject).some((each) => parts(each).every((part) => isThere(draft, part)))) {
    const [first] = alternatives(subject).filter(isWritable);
    for (const part of parts(first))
      if (!isThere(draft, part)) put(draft, part, `obj_${fresh.slice(0, 12)}`, draft.item);
  }
  const fault = fillType(draft, typed, type);
  if (fault !== null) return fault;
  if (JSON.stringify([id, dedupeKey]).includes("sha256(")) {
    // An XML document has one root.
    const holder = draft.payload.as === "xml" ? Object.values(draft.item)[0] : draft.item;
    set(holder, [MARK], fresh);
  }
  for (const [path, text] of Object.entries(given)) set(draft.item, steps(`$.${path}`), parsed(text));
  return draft;
}

/** Why an event of this sender is not made here; null where one is. */
export function unmakeable(name: PresetName): string | null {
  return kindOf(name) === null ? "its body is multipart, which is not made here" : null;
}

function kindOf(name: PresetName): Draft["kind"] | null {
  const { accept, payload } = PRESETS[name];
  const [first] = accept;
  if (first === "json" || first === "xml") return first;
  if (!accept.includes("form")) return null;
  return payload !== undefined && !payload.optional ? "payload" : "form";
}

function draftOf(name: PresetName, type: string): Draft | string {
  const { payload, split } = PRESETS[name];
  const kind = kindOf(name);
  if (kind === null) return unmakeable(name) ?? "";
  const item = exampleOf(name, type);
  const isList = split !== undefined && kind !== "form";
  return {
    headers: {},
    query: {},
    kind,
    payload: { field: "", as: "json", ...payload },
    beside: {},
    body: isList ? listOf(split, item) : item,
    item,
  };
}

function listOf(split: string, item: Values): Values | unknown[] {
  const way = steps(split);
  // The list itself stands where the path ends; one within a list is that of its first entry.
  if (way.length === 0) return [item];
  const body: Values = {};
  set(body, [...way, 0], item);
  return body;
}

function alternatives(selectors: Selectors): readonly Selector[] {
  if (selectors === undefined) return [];
  return Array.isArray(selectors) ? selectors : [selectors as Selector];
}

function parts(selector: Selector | undefined): readonly string[] {
  if (selector === undefined) return [];
  return typeof selector === "string" ? [selector] : selector.join;
}

function isWritable(selector: Selector): boolean {
  return parts(selector).every(isPlace);
}

function isThere(draft: Draft, place: string): boolean {
  const value = isPlace(place) ? valueAt(draft, place, draft.item) : undefined;
  return value !== undefined && value !== null && value !== "";
}

/** Where the example has something already; else the first. */
function chosen(draft: Draft, selectors: Selectors): Selector | undefined {
  const writable = alternatives(selectors).filter(isWritable);
  return writable.find((each) => isThere(draft, parts(each)[0] ?? "")) ?? writable[0];
}

function fillId(draft: Draft, selectors: Selectors, fresh: string): void {
  const [first, ...others] = parts(chosen(draft, selectors));
  if (first === undefined) return;
  const known = valueAt(draft, first, draft.item);
  const isNumber = typeof known === "number";
  put(draft, first, isNumber ? Number.parseInt(fresh.slice(0, 12), 16) : idLike(known, first, fresh), draft.item);
  for (const part of others) if (!isThere(draft, part)) put(draft, part, fresh.slice(0, 8), draft.item);
}

/** With the letters that the example's begins with. */
function idLike(known: unknown, place: string, fresh: string): string {
  if (place.startsWith("header:")) return randomUUID();
  const [prefix = "evt_"] = typeof known === "string" ? (/^[A-Za-z]+_?/.exec(known) ?? [""]) : [];
  return `${prefix}${fresh}`;
}

function fillTime(
  draft: Draft,
  { from, unit }: { from: string | readonly string[]; unit: "s" | "ms" | "iso" },
  now: number,
): void {
  const place = chosen(draft, from);
  if (typeof place !== "string") return;
  const at = unit === "iso" ? new Date(now).toISOString() : unit === "ms" ? now : Math.floor(now / 1_000);
  put(draft, place, at, draft.item);
}

/** @returns what is wrong with the type */
function fillType(draft: Draft, selectors: Selectors, type: string): string | null {
  const selector = chosen(draft, selectors);
  if (selector === undefined) {
    const only = constantsOf(selectors);
    return only.includes(type) ? null : `its events are all of the type ${only.join(" or ")}`;
  }
  if (typeof selector === "string") {
    put(draft, selector, type, draft.item);
    return null;
  }
  const separator = selector.with ?? ".";
  const [first = "", ...others] = selector.join;
  const words = type.split(separator);
  // What one place alone has told, such as push, has no second.
  const count = Math.min(words.length, selector.join.length);
  put(draft, first, words[0] ?? "", draft.item);
  others.slice(0, count - 1).forEach((place, at) => {
    const isLast = at === count - 2;
    put(draft, place, isLast ? words.slice(at + 1).join(separator) : (words[at + 1] ?? ""), draft.item);
  });
  return null;
}

/** The types that a sender's events have whatever is in them. */
export function constantsOf(selectors: Selectors): string[] {
  return alternatives(selectors).flatMap((each) =>
    typeof each === "string" && each.startsWith("const:") ? [each.slice("const:".length)] : [],
  );
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
