// Selectors: compiled once per configuration, then read against one request. Pure + Web Crypto; never throws.
import type { Json } from "../../core/json.ts";
import { compilePath, type PathStep, valueAt } from "../../core/path.ts";
import { sha256Hex, utf8 } from "../encoding.ts";
import type { RequestView } from "./request-view.ts";

export { compilePath, valueAt } from "../../core/path.ts";

export type Selector = PlainSelector | JoinSelector;

export type PlainSelector =
  | { readonly kind: "header"; readonly name: string }
  | { readonly kind: "query"; readonly name: string }
  | { readonly kind: "form"; readonly name: string }
  /** In the item. */
  | { readonly kind: "path"; readonly steps: readonly PathStep[] }
  /** In the whole body, which is the item where nothing is split. */
  | { readonly kind: "root"; readonly steps: readonly PathStep[] }
  | { readonly kind: "sha256"; readonly of: "body" | "item" | "data" }
  | { readonly kind: "const"; readonly text: string };

export interface JoinSelector {
  readonly kind: "join";
  readonly parts: readonly PlainSelector[];
  readonly separator: string;
  /** Which parts must give something: in a key all of them, in a type the first, which names the event. */
  readonly required: "all" | "first";
}

/** What selectors may read. */
export interface SelectorInput {
  readonly request: RequestView;
  /** One item of the batch; the whole body where nothing is split. */
  readonly item: Json;
  /** The part of the item that becomes the event's data. */
  readonly data: Json;
}

/** Selected text becomes keys and columns. Real ids and types are far shorter; what is longer gives nothing. */
export const MAX_TEXT_CHARS = 512;
const FIRST_PRINTABLE = 0x20;
const DELETE = 0x7f;

/** Compiles a selector that has passed the schema. */
export function compileSelector(text: string): PlainSelector {
  if (text === "sha256(body)") return { kind: "sha256", of: "body" };
  if (text === "sha256(item)") return { kind: "sha256", of: "item" };
  if (text === "sha256(data)") return { kind: "sha256", of: "data" };
  if (text.startsWith("header:")) return { kind: "header", name: text.slice("header:".length).toLowerCase() };
  if (text.startsWith("query:")) return { kind: "query", name: text.slice("query:".length) };
  if (text.startsWith("const:")) return { kind: "const", text: text.slice("const:".length) };
  // A field's name is taken as it is: "form:a.b" is the field "a.b", not a path.
  if (text.startsWith("form:")) return { kind: "form", name: text.slice("form:".length) };
  if (text.startsWith("root:")) return { kind: "root", steps: compilePath(text.slice("root:".length)) };
  return { kind: "path", steps: compilePath(text) };
}

/** The single selectors that a selector is made of. */
export function partsOf(selector: Selector): readonly PlainSelector[] {
  return selector.kind === "join" ? selector.parts : [selector];
}

/** The text of the first alternative that gives any; null when none does. */
export async function firstText(alternatives: readonly Selector[], input: SelectorInput): Promise<string | null> {
  for (const selector of alternatives) {
    const text = await textOf(selector, input);
    if (text !== null) return text;
  }
  return null;
}

/** The text that a selector gives, or null. */
export async function textOf(selector: Selector, input: SelectorInput): Promise<string | null> {
  if (selector.kind === "join") return joined(selector, input);
  if (selector.kind !== "sha256") return asText(rawValue(selector, input));
  if (selector.of === "body") return input.request.bodyHash();
  return sha256Hex(utf8(JSON.stringify(selector.of === "item" ? input.item : input.data)));
}

async function joined({ parts, separator, required }: JoinSelector, input: SelectorInput): Promise<string | null> {
  const texts: string[] = [];
  for (const [i, part] of parts.entries()) {
    const text = await textOf(part, input);
    if (text !== null) texts.push(text);
    else if (required === "all" || i === 0) return null;
  }
  return asText(texts.join(separator));
}

/** The value before it is made text; for times, which may be numbers with a fraction. Hashes give nothing here. */
export function rawValue(selector: PlainSelector, { request, item }: SelectorInput): Json | undefined {
  switch (selector.kind) {
    case "header":
      return request.headers.get(selector.name) ?? undefined;
    case "query":
      return request.query().get(selector.name) ?? undefined;
    case "form":
      return valueAt(request.fields ?? request.root, [selector.name]);
    case "path":
      return valueAt(item, selector.steps);
    case "root":
      return valueAt(request.root, selector.steps);
    case "const":
      return selector.text;
    case "sha256":
      return undefined;
  }
}

/** Text that may become an id or a key. Integers beyond 2^53 are text already, with all their digits. */
function asText(value: Json | undefined): string | null {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : null;
  return typeof value === "string" && isUsable(value) ? value : null;
}

/** Not blank, not overlong, no control characters, and no lone surrogates: those all become U+FFFD when stored. */
function isUsable(text: string): boolean {
  if (text.length > MAX_TEXT_CHARS || text.trim() === "" || !text.isWellFormed()) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < FIRST_PRINTABLE || code === DELETE) return false;
  }
  return true;
}
