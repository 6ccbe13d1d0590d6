// Selectors: compiled once per configuration, then read against one request. Pure + Web Crypto; never throws.
import { isJsonObject, type Json } from "../core/json.ts";
import { sha256Hex, utf8 } from "./encoding.ts";
import type { PathStep } from "./source.ts";

export type Selector =
  | { readonly kind: "header"; readonly name: string }
  | { readonly kind: "path"; readonly steps: readonly PathStep[] }
  | { readonly kind: "sha256"; readonly of: "body" | "data" }
  | { readonly kind: "const"; readonly text: string };

/** What selectors may read. `root` is the whole parsed body, `data` the part that becomes the event's data. */
export interface SelectorInput {
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly root: Json;
  readonly data: Json;
}

/** Selected text becomes keys and columns. Real ids and types are far shorter; what is longer gives nothing. */
export const MAX_TEXT_CHARS = 512;
const FIRST_PRINTABLE = 0x20;
const DELETE = 0x7f;

/** Compiles a selector that has passed the schema. */
export function compileSelector(text: string): Selector {
  if (text === "sha256(body)") return { kind: "sha256", of: "body" };
  if (text === "sha256(data)") return { kind: "sha256", of: "data" };
  if (text.startsWith("header:")) return { kind: "header", name: text.slice("header:".length).toLowerCase() };
  if (text.startsWith("const:")) return { kind: "const", text: text.slice("const:".length) };
  // A field's name is taken as it is: "form:a.b" is the field "a.b", not a path.
  if (text.startsWith("form:")) return { kind: "path", steps: [text.slice("form:".length)] };
  return { kind: "path", steps: compilePath(text) };
}

/** `$.a.b[0]` to its steps. */
export function compilePath(path: string): readonly PathStep[] {
  return Array.from(path.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g), ([, name, index]) => name ?? Number(index));
}

/** The value at a path, or undefined. Own properties only: `$.constructor` is not a way into the prototype. */
export function valueAt(root: Json, steps: readonly PathStep[]): Json | undefined {
  let value: Json | undefined = root;
  for (const step of steps) {
    if (Array.isArray(value)) value = typeof step === "number" ? value[step] : undefined;
    else if (isJsonObject(value)) value = Object.hasOwn(value, step) ? value[step] : undefined;
    else return undefined;
  }
  return value;
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
  if (selector.kind === "sha256") {
    return sha256Hex(selector.of === "body" ? input.body : utf8(JSON.stringify(input.data)));
  }
  return asText(rawValue(selector, input));
}

/** The value before it is made text; for times, which may be numbers with a fraction. Hashes give nothing here. */
export function rawValue(selector: Selector, input: SelectorInput): Json | undefined {
  switch (selector.kind) {
    case "header":
      return input.headers.get(selector.name) ?? undefined;
    case "path":
      return valueAt(input.root, selector.steps);
    case "const":
      return selector.text;
    case "sha256":
      return undefined;
  }
}

/**
 * Text that may become an id or a key. An integer beyond 2^53 gives nothing: JSON.parse has already changed its last
 * digits, and two different events would get one key. The next alternative, such as sha256(body), is exact.
 */
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
