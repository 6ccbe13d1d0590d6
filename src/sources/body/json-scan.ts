// One look over a JSON text before it is parsed. Pure, iterative. It need not understand more than strings, brackets
// and numbers: JSON.parse does, afterwards, and what this says of a broken text does not matter.

export interface JsonScan {
  readonly isTooDeep: boolean;
  /** Where the numbers stand that JSON.parse would change: start, end, start, end, … */
  readonly inexact: readonly number[];
}

/** The largest numbers that are surely kept have fewer characters than 2^53, which has 16 digits, or an exponent. */
const MIN_LONG_CHARS = 16;
const INTEGER = /^-?\d+$/;
const NUMBER_CHAR = /[^0-9.eE+-]/g;

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export function scanJson(text: string, maxDepth: number): JsonScan {
  const inexact: number[] = [];
  let depth = 0;
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
    } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const end = endOfNumber(text, i);
      if (isInexact(text, i, end)) inexact.push(i, end);
      i = end;
    } else {
      if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth += 1;
      else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth -= 1;
      if (depth > maxDepth) return { isTooDeep: true, inexact };
      i += 1;
    }
  }
  return { isTooDeep: false, inexact };
}

/** Makes strings of the numbers in these places. Keeps JSON that is well formed well formed: numbers are only values. */
export function quoted(text: string, places: readonly number[]): string {
  const pieces: string[] = [];
  let from = 0;
  for (const at of places) {
    pieces.push(text.slice(from, at));
    from = at;
  }
  pieces.push(text.slice(from));
  return pieces.join('"');
}

/** Integers beyond 2^53, and what is too large for a number at all. A fraction is only ever an approximation. */
function isInexact(text: string, start: number, end: number): boolean {
  const number = text.slice(start, end);
  if (number.length < MIN_LONG_CHARS && !/e/i.test(number)) return false;
  const value = Number(number);
  return !Number.isFinite(value) || (INTEGER.test(number) && !Number.isSafeInteger(value));
}

function endOfNumber(text: string, start: number): number {
  NUMBER_CHAR.lastIndex = start;
  return NUMBER_CHAR.exec(text)?.index ?? text.length;
}

/** Behind the closing quote; the text's end when there is none. */
function endOfString(text: string, quote: number): number {
  for (let at = text.indexOf('"', quote + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
  return text.length;
}
