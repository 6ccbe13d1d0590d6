// Removes what a source redacts, before anything reads the body. Pure: gives new values, and shares what it did not
// touch. Where a path may mean one place or another it takes both away: a secret that stays cannot be called back.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { EACH, type PathStep } from "../../core/path.ts";
import type { ParsedBody } from "./body.ts";

/** The paths start at the body. They count for a form's other fields too, where the body stood in one of its fields. */
export function redacted({ root, fields }: ParsedBody, paths: readonly (readonly PathStep[])[]): ParsedBody {
  let rest: Json | undefined = root;
  let others: Json | undefined = fields;
  for (const path of paths) {
    if (rest !== undefined) rest = without(rest, path);
    if (others !== undefined) others = without(others, path);
  }
  return { root: rest ?? null, fields: isJsonObject(others) ? others : null };
}

/** The value without what stands at the path; undefined when that is the value itself. */
function without(value: Json, path: readonly PathStep[]): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  if (Array.isArray(value)) return withoutInArray(value, step, path, rest);
  // XML has no lists of one: what may be a list is also looked at as its only item.
  const isItem = step === EACH || step === 0;
  const self = isItem ? without(value, rest) : value;
  return isJsonObject(self) ? withoutInObject(self, step, rest) : self;
}

function withoutInArray(
  value: readonly Json[],
  step: PathStep,
  path: readonly PathStep[],
  rest: readonly PathStep[],
): Json {
  // The other items keep their places.
  if (typeof step === "number") return value.map((item, i) => (i === step ? (without(item, rest) ?? null) : item));
  // A name at a list: each of its items may be what is meant.
  const inItems = step === EACH ? rest : path;
  return value.map((item) => without(item, inItems)).filter((item) => item !== undefined);
}

function withoutInObject(value: JsonObject, step: PathStep, rest: readonly PathStep[]): JsonObject {
  if (step !== EACH && !Object.hasOwn(value, step)) return value;
  const names = step === EACH ? Object.keys(value) : [String(step)];
  const copy = new Map(Object.entries(value));
  for (const name of names) {
    const child = value[name];
    const left = child === undefined ? undefined : without(child, rest);
    if (left === undefined) copy.delete(name);
    else copy.set(name, left);
  }
  return Object.fromEntries(copy);
}
