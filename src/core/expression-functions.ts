// JSONata's own functions, bounded: each call pays for what it reads and gives, and those that could make much of little, or
// answer differently on another machine, are checked before or replaced. Pure: no I/O.
import { type Budget, checkChars, checkLength } from "./expression-budget.ts";
import { REFUSED_FUNCTIONS } from "./expression-check.ts";
import { ExpressionError } from "./expression-fault.ts";
import { plainJson } from "./expression-value.ts";
import type { Json } from "./json.ts";

/** What JSONata passes as `this`. */
interface Focus {
  readonly environment: { readonly base: { readonly budget: Budget } };
}

type Implementation = (this: Focus, ...values: unknown[]) => unknown;
type Guard = (original: Implementation, focus: Focus, values: unknown[], budget: Budget) => unknown;

/** A function as JSONata's environment holds it. JSONata writes the place of the call into it. */
interface NativeFunction {
  readonly _jsonata_function: true;
  readonly implementation: Implementation;
  readonly signature?: unknown;
}

/** A text that may be a time, and a picture of it: JSONata makes a regular expression of the picture. */
const MAX_TIMESTAMP_CHARS = 100;
/** Neighbours in a picture without a mark between them, as in [Y][M]. Each tries again at every digit of the text. */
const MAX_JOINED_PARTS = 4;

const GUARDS: Readonly<Record<string, Guard>> = {
  string: measured,
  clone: (_original, _focus, [value]) => plainJson(value),
  pad(original, focus, values) {
    checkChars(Math.abs(Number(values[1])));
    return original.apply(focus, values);
  },
  join(original, focus, values) {
    const [texts, separator] = values;
    if (Array.isArray(texts)) checkChars(totalChars(texts) + String(separator ?? "").length * texts.length);
    return original.apply(focus, values);
  },
  replace,
  append(original, focus, values) {
    checkLength(values.reduce<number>((sum, value) => sum + (Array.isArray(value) ? value.length : 1), 0));
    return original.apply(focus, values);
  },
  sort(original, focus, values, budget) {
    const [list, comparator] = values;
    if (!Array.isArray(list) || list.length < 2) return original.apply(focus, values);
    // JSONata's own merge copies the rest of a list for each of its entries.
    budget.spend(list.length ** 2 / 1_024);
    const ofOneType = ["number", "string"].some((type) => list.every((entry) => typeof entry === type));
    if (comparator !== undefined || !ofOneType) return original.apply(focus, values);
    return list.toSorted((a, b) => (a > b ? 1 : a < b ? -1 : 0));
  },
  distinct(original, focus, values, budget) {
    const [list] = values;
    if (!Array.isArray(list)) return original.apply(focus, values);
    measured(() => undefined, focus, values, budget);
    // JSONata's own compares each entry with each.
    const firsts = new Map<string, unknown>();
    for (const entry of list) {
      const text = canonical(entry);
      if (!firsts.has(text)) firsts.set(text, entry);
    }
    return sameKind(list, [...firsts.values()]);
  },
  toMillis(original, focus, [text, picture]) {
    for (const each of [text, picture]) {
      if (String(each ?? "").length > MAX_TIMESTAMP_CHARS) throw new ExpressionError("a time is too long to be read");
    }
    const joined = String(picture ?? "").match(/\](?=[0-9A-Za-z]*\[)/g)?.length ?? 0;
    if (joined > MAX_JOINED_PARTS) throw new ExpressionError("a picture of a time needs marks between its parts");
    // Without a zone, JavaScript takes the machine's own.
    const zoned = typeof text === "string" && /T[0-9:.]+$/.test(text) && picture === undefined ? `${text}Z` : text;
    return original.apply(focus, [zoned, picture]);
  },
  // JSONata looks for Node's Buffer or a browser's window, and a Worker has neither.
  base64encode: (_original, _focus, [text]) => bytesOf(text, btoa),
  base64decode: (_original, _focus, [text]) => bytesOf(text, atob),
};

const guarded = new Map<Implementation, Implementation>();

/** The function to bind in place of JSONata's own, for one evaluation; undefined where there is none of that name. */
export function boundedFunction(name: string, original: unknown): NativeFunction | undefined {
  if (typeof original !== "object" || original === null || !("_jsonata_function" in original)) return undefined;
  const native = original as NativeFunction;
  let implementation = guarded.get(native.implementation);
  if (!implementation) {
    implementation = guard(name, native.implementation);
    guarded.set(native.implementation, implementation);
  }
  return { ...native, implementation };
}

function guard(name: string, original: Implementation): Implementation {
  const check = Object.hasOwn(GUARDS, name) ? GUARDS[name] : undefined;
  const refused = Object.hasOwn(REFUSED_FUNCTIONS, name);
  function bounded(this: Focus, ...values: unknown[]): unknown {
    if (refused) throw new ExpressionError(`$${name} is refused`);
    const { budget } = this.environment.base;
    budget.spend(1);
    for (const value of values) budget.handle(value);
    const result = check ? check(original, this, values, budget) : original.apply(this, values);
    if (result instanceof Promise) return result.then((value) => paid(value, budget));
    return paid(result, budget);
  }
  // JSONata reads how many parameters a function has, and, to apply it in part, their names out of its text.
  Object.defineProperty(bounded, "length", { value: original.length });
  Object.defineProperty(bounded, "toString", { value: () => original.toString() });
  return bounded;
}

function paid(value: unknown, budget: Budget): unknown {
  budget.handle(value);
  if (typeof value === "string") checkChars(value.length);
  return value;
}

function measured(original: Implementation, focus: Focus, values: unknown[], budget: Budget): unknown {
  const [value] = values;
  if (typeof value === "object" && value !== null) {
    budget.made(value);
    budget.spend(budget.size(value) / 256);
  }
  return original.apply(focus, values);
}

/** Counts what each match adds, before the text is made. */
function replace(original: Implementation, focus: Focus, values: unknown[], budget: Budget): unknown {
  const [text, pattern, replacement, limit] = values;
  if (typeof text !== "string") return original.apply(focus, values);
  let chars = text.length;
  const add = (more: number): void => {
    chars += more;
    checkChars(chars);
  };
  if (typeof pattern === "string" && pattern !== "" && typeof replacement === "string") {
    add(Math.min(text.split(pattern).length - 1, Number(limit ?? Number.POSITIVE_INFINITY)) * replacement.length);
    return original.apply(focus, values);
  }
  if (typeof pattern !== "function") return original.apply(focus, values);
  // Each $ in the replacement may stand for the whole match.
  const references = typeof replacement === "string" ? replacement.split("$").length - 1 : 0;
  const perMatch = typeof replacement === "string" ? replacement.length : 0;
  const counting =
    (matcher: (...args: unknown[]) => unknown) =>
    async (...args: unknown[]) => {
      budget.spend(1);
      const match = (await matcher(...args)) as { match?: unknown; next?: (...args: unknown[]) => unknown } | undefined;
      if (typeof match !== "object" || match === null || typeof match.next !== "function") return match;
      add(perMatch + references * String(match.match).length);
      return { ...match, next: counting(match.next) };
    };
  const replacer = async (...args: unknown[]) => {
    const made = await (replacement as (...args: unknown[]) => unknown)(...args);
    add(typeof made === "string" ? made.length : 0);
    return made;
  };
  const counted = typeof replacement === "function" ? replacer : replacement;
  return original.apply(focus, [text, counting(pattern as (...args: unknown[]) => unknown), counted, limit]);
}

function totalChars(texts: readonly unknown[]): number {
  return texts.reduce<number>((sum, text) => sum + (typeof text === "string" ? text.length : 0), 0);
}

/** One text for all values that JSONata holds for equal: the order of an object's members does not count. */
function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const members = Object.entries(value as Record<string, Json>).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}

/** JSONata marks its sequences, which collapse where one entry is left. */
function sameKind(list: readonly unknown[] & { sequence?: boolean }, entries: unknown[]): unknown[] {
  return list.sequence === true ? Object.assign(entries, { sequence: true }) : entries;
}

function bytesOf(text: unknown, convert: (text: string) => string): string | undefined {
  if (text === undefined) return undefined;
  try {
    return convert(String(text));
  } catch {
    throw new ExpressionError("base64 holds bytes: characters beyond ÿ must be encoded by $encodeUrlComponent before");
  }
}
