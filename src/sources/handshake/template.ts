// Compiles the templates of handshake answers. Pure; text that has passed the schema always compiles.
import { compilePlace } from "../families/place.ts";
import type { Template, TemplatePart } from "./plan.ts";

/** A brace before a small letter or `$` opens a placeholder; every other brace, as in JSON, is text. */
const PLACEHOLDER = /\{([a-z$][^{}]*)\}/;

export function compileTemplate(text: string): Template {
  const parts: TemplatePart[] = [];
  // A split on one capturing group alternates: literal, placeholder, literal, …
  for (const [i, piece] of text.split(PLACEHOLDER).entries()) {
    if (i % 2 === 1) parts.push(compilePlaceholder(piece));
    else if (piece !== "") parts.push({ kind: "literal", text: piece });
  }
  return parts;
}

function compilePlaceholder(text: string): TemplatePart {
  if (text === "body" || text === "public-key") return { kind: text };
  for (const encoding of ["hex", "base64"] as const) {
    const start = `hmac-${encoding}:`;
    if (text.startsWith(start)) return { kind: "hmac", encoding, place: compilePlace(text.slice(start.length)) };
  }
  return { kind: "place", place: compilePlace(text) };
}
