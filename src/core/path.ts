// Paths into a body: `$.a.b[0]`, and `$.a[*].b` where several places are meant. Pure and total; compiled once per
// configuration. Own properties only: `$.constructor` is not a way into the prototype.
import { isJsonObject, type Json } from "./json.ts";

/** A property name, an index into an array, or EACH. */
export type PathStep = string | number;

/** Every item of a list. No property name in a path can hold a bracket, so this is none. */
export const EACH = "[*]";

/** Compiles a path that has passed the schema. */
export function compilePath(path: string): readonly PathStep[] {
  return Array.from(
    path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[\*\]/g),
    ([, name, index]) => name ?? (index === undefined ? EACH : Number(index)),
  );
}

/** The value at a path without EACH, or undefined. */
export function valueAt(root: Json, steps: readonly PathStep[]): Json | undefined {
  let value: Json | undefined = root;
  for (const step of steps) {
    value = valueIn(value, step);
    if (value === undefined) return undefined;
  }
  return value;
}

/** One step of a path. */
export function valueIn(value: Json, step: PathStep): Json | undefined {
  if (Array.isArray(value)) return typeof step === "number" ? value[step] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}
