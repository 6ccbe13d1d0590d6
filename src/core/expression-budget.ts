// What one evaluation of an expression may cost: steps, open calls, the size of lists and of values. Pure: it counts, and
// reads no clock, so that the same event always gives the same answer, on any machine.
import { ExpressionError } from "./expression-fault.ts";

/** Characters of an expression's text. Longer ones belong into the workflow; the parser's own cost stays small. */
export const MAX_EXPRESSION_CHARS = 10_000;
/** Levels of an expression's tree, and of brackets in its text. JSONata recurses over both. */
export const MAX_NESTING = 200;
/** Steps of one evaluation. A step takes some microseconds, so this is some tenths of a second of a Worker. */
export const MAX_STEPS = 100_000;
/** Calls that are open at once, counted in nodes of the tree. Each holds memory; a list literal opens all its entries. */
export const MAX_OPEN_CALLS = 6_000;
/** Entries of a list that an expression makes by `[…]`, `..` or $append, each of which copies the whole list. */
export const MAX_LIST_ENTRIES = 10_000;
/** Characters, as JSON, of a value that an expression makes or gives: twice the largest body that is read by default. */
export const MAX_VALUE_CHARS = 2_000_000;
/** Levels of objects and lists in a value that an expression makes or gives. */
export const MAX_VALUE_LEVELS = 500;

/** So many entries of a list, or characters of a text, take as long to handle as one step. */
const ENTRIES_PER_STEP = 16;
const CHARS_PER_STEP = 256;

/** Counts for one evaluation. Every method throws an ExpressionError once a bound is reached. */
export class Budget {
  #steps = 0;
  #sizes: WeakMap<object, number> | undefined;

  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw new ExpressionError(`took more than ${MAX_STEPS} steps`);
  }

  /** JSONata evaluates the members of a list side by side: when one has failed, the others end at their next step. */
  close(): void {
    this.#steps = Number.POSITIVE_INFINITY;
  }

  /** Pays for handling a value: nothing for a small one, in proportion for a long text or list. */
  handle(value: unknown): void {
    if (typeof value === "string") {
      if (value.length >= CHARS_PER_STEP) this.spend(value.length / CHARS_PER_STEP);
    } else if (Array.isArray(value) && value.length >= ENTRIES_PER_STEP) {
      this.spend(value.length / ENTRIES_PER_STEP);
    }
  }

  /**
   * Checks a value that the expression has made. Parts may be shared, and shared again: forty doublings of a list take
   * no memory, but nobody could ever write them out. So it is the JSON that counts. Each part is looked at only once.
   */
  made(value: unknown): void {
    if (this.size(value) > MAX_VALUE_CHARS + 2) throw tooLarge();
  }

  /** Characters of a value as JSON, about. */
  size(value: unknown, level = 0): number {
    if (typeof value === "string") return value.length + 2;
    if (typeof value !== "object" || value === null) return 5;
    this.#sizes ??= new WeakMap();
    const known = this.#sizes.get(value);
    if (known !== undefined) return known;
    if (level > MAX_VALUE_LEVELS) throw tooDeep();
    const keys = Object.keys(value);
    this.spend(keys.length / ENTRIES_PER_STEP);
    let size = 2;
    for (const key of keys) {
      const named = Array.isArray(value) ? 1 : key.length + 4;
      size += named + this.size((value as Record<string, unknown>)[key], level + 1);
    }
    this.#sizes.set(value, size);
    return size;
  }
}

export function checkLength(entries: number): void {
  if (entries > MAX_LIST_ENTRIES) throw listTooLong();
}

export function listTooLong(position?: number): ExpressionError {
  return new ExpressionError(`made a list of more than ${MAX_LIST_ENTRIES} entries`, position);
}

export function checkChars(chars: number): void {
  if (chars > MAX_VALUE_CHARS) throw tooLarge();
}

export function tooLarge(): ExpressionError {
  return new ExpressionError(`made a value of more than ${MAX_VALUE_CHARS} characters`);
}

export function tooDeep(): ExpressionError {
  return new ExpressionError(`made a value of more than ${MAX_VALUE_LEVELS} levels`);
}
