// Takes the text of a signature apart: its sets, its candidate signatures, and what it says under any other key. Pure and
// total.
import type { SignatureLayout } from "./scheme.ts";

/** A rotating sender lists two or three; more is somebody making us compute. */
export const MAX_SIGNATURES = 16;
/** Each set has its own time and so costs its own pass over the body, for each secret. */
export const MAX_SETS = 4;

/** The sets, each with its own time and signatures; mostly one, the whole text. */
export function readSets(text: string, layout: SignatureLayout): readonly string[] {
  const sets = layout.sets === null ? [text] : text.split(layout.sets);
  return sets.filter((set) => set.trim() !== "");
}

/** The candidate signatures, still as text, in the order in which they stand. */
export function readSignatures(set: string, layout: SignatureLayout): readonly string[] {
  const { pairs, prefix } = layout;
  const values = pairs === null ? entries(set, layout) : valuesOf(set, layout, pairs.key);
  const signatures: string[] = [];
  for (const value of values) {
    if (value.startsWith(prefix)) signatures.push(value.slice(prefix.length));
    else if (layout.prefixOptional) signatures.push(value);
  }
  return signatures.filter((signature) => signature !== "");
}

/** Every value that stands under `key`, such as the t of `t=1,v1=ab`. Entries that are not pairs are passed over. */
export function valuesOf(set: string, layout: SignatureLayout, key: string): readonly string[] {
  if (layout.pairs === null) return [];
  const start = key + layout.pairs.separator;
  return entries(set, layout)
    .filter((entry) => entry.startsWith(start))
    .map((entry) => entry.slice(start.length).trim());
}

function entries(set: string, layout: SignatureLayout): readonly string[] {
  const parts = layout.split === null ? [set] : set.split(layout.split);
  return parts.map((part) => part.trim());
}
