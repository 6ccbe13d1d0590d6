// Takes a signature header apart: its candidate signatures, and what it says under any other key. Pure and total.
import type { SignatureLayout } from "./source.ts";

/** A rotating sender lists two or three; more is somebody making us compute. */
export const MAX_SIGNATURES = 16;

/** The candidate signatures, still as text, in the order in which they stand. */
export function readSignatures(header: string, layout: SignatureLayout): readonly string[] {
  const { pairs, prefix } = layout;
  const values = pairs === null ? entries(header, layout) : valuesOf(header, layout, pairs.key);
  const signatures: string[] = [];
  for (const value of values) {
    if (value.startsWith(prefix)) signatures.push(value.slice(prefix.length));
    else if (layout.prefixOptional) signatures.push(value);
  }
  return signatures.filter((signature) => signature !== "");
}

/** Every value that stands under `key`, such as the t of `t=1,v1=ab`. Entries that are not pairs are passed over. */
export function valuesOf(header: string, layout: SignatureLayout, key: string): readonly string[] {
  if (layout.pairs === null) return [];
  const start = key + layout.pairs.separator;
  return entries(header, layout)
    .filter((entry) => entry.startsWith(start))
    .map((entry) => entry.slice(start.length).trim());
}

function entries(header: string, layout: SignatureLayout): readonly string[] {
  const parts = layout.split === null ? [header] : header.split(layout.split);
  return parts.map((part) => part.trim());
}
