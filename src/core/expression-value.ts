// The plain JSON of what an expression gives. Pure: copies, so that neither JSONata's marks on its lists nor a part of the
// event itself gets out, and refuses what JSON cannot hold.
import { checkChars, MAX_VALUE_LEVELS, tooDeep } from "./expression-budget.ts";
import { ExpressionError } from "./expression-fault.ts";
import type { Json } from "./json.ts";

/**
 * A copy of the value as JSON would carry it: members without a value are left out, entries without one are null.
 *
 * @throws ExpressionError for functions, numbers that are none, and more characters or levels than a value may have
 */
export function plainJson(value: unknown): Json | undefined {
  if (value === undefined) return undefined;
  return new Copy().of(value, 0);
}

class Copy {
  #chars = 0;

  of(value: unknown, level: number): Json {
    if (typeof value === "string") {
      this.#count(value.length + 2);
      return value;
    }
    if (typeof value === "number") return this.#number(value);
    if (typeof value === "boolean" || value === null || value === undefined) {
      this.#count(5);
      return value ?? null;
    }
    if (isFunction(value)) {
      throw new ExpressionError("the expression gives a function, not a value: is a pair of () missing?");
    }
    if (level >= MAX_VALUE_LEVELS) throw tooDeep();
    this.#count(2);
    // By index: a list of JSONata's has more properties than its entries.
    if (Array.isArray(value)) return Array.from(value, (entry: unknown) => this.#entry(entry, level));
    // Defined, not assigned: a member may be called __proto__.
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([key, member]) => [key, this.#member(key, member, level)]));
  }

  #entry(entry: unknown, level: number): Json {
    this.#count(1);
    return this.of(entry, level + 1);
  }

  #member(key: string, member: unknown, level: number): Json {
    this.#count(key.length + 4);
    return this.of(member, level + 1);
  }

  #number(value: number): number {
    if (!Number.isFinite(value)) {
      throw new ExpressionError("the expression gives a number that JSON cannot hold: is something divided by zero?");
    }
    this.#count(8);
    return value + 0; // JSON has no -0.
  }

  #count(chars: number): void {
    this.#chars += chars;
    checkChars(this.#chars);
  }
}

/** JSONata's own functions are objects that hold one; an event's data, which may be named alike, holds none. */
function isFunction(value: unknown): boolean {
  if (typeof value === "function") return true;
  if (typeof value !== "object" || value === null) return false;
  const marked = "_jsonata_function" in value || "_jsonata_lambda" in value;
  return marked && Object.values(value).some((member) => typeof member === "function");
}
