// The signed content: a template such as "{ts}.{body}", compiled once, then assembled over bytes. Pure.
// It never goes through text: a body that holds "$&", CRLF or invalid UTF-8 stays what the sender signed.
import { utf8 } from "../encoding.ts";
import { compilePlace, type Place, type RequestReader } from "./place.ts";

export type ContentPart =
  /** Text of the template, and the publicUrl: never the request's own URL, which a proxy or an attacker may have changed. */
  | { readonly kind: "literal"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "body" }
  | { readonly kind: "timestamp" }
  | { readonly kind: "method" }
  | { readonly kind: "secret" }
  /** The first of these headers that is not empty. */
  | { readonly kind: "header"; readonly names: readonly string[] }
  | { readonly kind: "value"; readonly place: Place };

/** What a template may draw from. `timestamp` is the text as it was sent, never a re-formatted number. */
export interface ContentInput {
  readonly reader: RequestReader;
  readonly timestamp: string;
  readonly secret: Uint8Array<ArrayBuffer>;
}

const PLACEHOLDER = /\{([^{}]*)\}/;

/** Compiles a template. Gives null for a placeholder that does not exist; the schema lets none through. */
export function compileContent(template: string, publicUrl: string): readonly ContentPart[] | null {
  const parts: ContentPart[] = [];
  // A split on one capturing group alternates: literal, placeholder, literal, …
  for (const [i, piece] of template.split(PLACEHOLDER).entries()) {
    if (i % 2 === 0) {
      if (piece !== "") parts.push({ kind: "literal", bytes: utf8(piece) });
      continue;
    }
    const part = placeholder(piece, publicUrl);
    if (part === null) return null;
    parts.push(part);
  }
  return parts;
}

function placeholder(name: string, publicUrl: string): ContentPart | null {
  if (name === "body" || name === "method" || name === "secret") return { kind: name };
  if (name === "ts") return { kind: "timestamp" };
  if (name === "url") return { kind: "literal", bytes: utf8(publicUrl) };
  if (name.startsWith("header:")) {
    return { kind: "header", names: name.slice("header:".length).toLowerCase().split("|") };
  }
  const isPlace = name.startsWith("query:") || name.startsWith("form:") || name.startsWith("$");
  return isPlace ? { kind: "value", place: compilePlace(name) } : null;
}

export async function assembleContent(
  parts: readonly ContentPart[],
  input: ContentInput,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (const part of parts) pieces.push(await pieceOf(part, input));
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : joinBytes(pieces);
}

export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

async function pieceOf(part: ContentPart, input: ContentInput): Promise<Uint8Array<ArrayBuffer>> {
  const { request } = input.reader;
  switch (part.kind) {
    case "literal":
      return part.bytes;
    case "body":
      return request.body;
    case "timestamp":
      return utf8(input.timestamp);
    case "method":
      return utf8(request.method);
    case "secret":
      return input.secret;
    case "header":
      return utf8(firstHeader(request.headers, part.names) ?? "");
    case "value":
      return utf8((await input.reader.text(part.place)) ?? "");
  }
}

/** The first of the headers that is not empty, as `event` selectors choose among alternatives too. */
export function firstHeader(headers: Headers, names: readonly string[]): string | null {
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null && value.trim() !== "") return value;
  }
  return null;
}
