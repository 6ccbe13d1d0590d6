// The most frequent expression of all, a path of names such as data.object.customer, read without an interpreter. Pure. It gives a
// value only where JSONata could give no other: a short text, a number or a boolean behind objects. Everything else is left to it.
import type { Node } from "./expression-tree.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** Of longer texts the bounds of an evaluation have to be told. */
const MAX_CHARS = 1_000;

/** @returns the names of the path, or null where the expression is anything else */
export function plainPathOf(tree: Node): readonly string[] | null {
  if (tree.type !== "path" || !hasOnly(tree, ["type", "steps"])) return null;
  const { steps = [] } = tree;
  const areNames = steps.every((step) => step.type === "name" && hasOnly(step, ["type", "value", "position"]));
  return areNames ? steps.map(({ value }) => String(value)) : null;
}

/** @returns undefined where JSONata has to be asked */
export function readPlainPath(path: readonly string[], attributes: JsonObject): Json | undefined {
  let value: Json | undefined = attributes;
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  const isShort = typeof value === "string" && value.length <= MAX_CHARS;
  return isShort || typeof value === "number" || typeof value === "boolean" ? value : undefined;
}

function hasOnly(node: Node, keys: readonly string[]): boolean {
  return Object.keys(node).every((key) => keys.includes(key));
}
