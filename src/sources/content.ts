// The signed content: a template such as "{ts}.{body}", compiled once, then assembled over bytes. Pure.
// It never goes through text: a body that holds "$&", CRLF or invalid UTF-8 stays what the sender signed.
import { utf8 } from "./encoding.ts";

export type ContentPart =
  | { readonly kind: "literal"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "body" }
  | { readonly kind: "timestamp" }
  | { readonly kind: "method" }
  | { readonly kind: "header"; readonly name: string };

/** What a template may draw from. `timestamp` is the text as it was sent, never a re-formatted number. */
export interface ContentInput {
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly timestamp: string;
}

const PLACEHOLDER = /\{([^{}]*)\}/;

/** Compiles a template. Gives null for a placeholder that does not exist; the schema lets none through. */
export function compileContent(template: string): readonly ContentPart[] | null {
  const parts: ContentPart[] = [];
  // A split on one capturing group alternates: literal, placeholder, literal, …
  for (const [i, piece] of template.split(PLACEHOLDER).entries()) {
    if (i % 2 === 0) {
      if (piece !== "") parts.push({ kind: "literal", bytes: utf8(piece) });
      continue;
    }
    const part = placeholder(piece);
    if (part === null) return null;
    parts.push(part);
  }
  return parts;
}

function placeholder(name: string): ContentPart | null {
  if (name === "body" || name === "method") return { kind: name };
  if (name === "ts") return { kind: "timestamp" };
  if (name.startsWith("header:")) return { kind: "header", name: name.slice("header:".length).toLowerCase() };
  return null;
}

export function assembleContent(parts: readonly ContentPart[], input: ContentInput): Uint8Array<ArrayBuffer> {
  const pieces = parts.map((part) => pieceOf(part, input));
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const content = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    content.set(piece, at);
    at += piece.length;
  }
  return content;
}

function pieceOf(part: ContentPart, input: ContentInput): Uint8Array<ArrayBuffer> {
  switch (part.kind) {
    case "literal":
      return part.bytes;
    case "body":
      return input.body;
    case "timestamp":
      return utf8(input.timestamp);
    case "method":
      return utf8(input.method);
    case "header":
      return utf8(input.headers.get(part.name) ?? "");
  }
}
