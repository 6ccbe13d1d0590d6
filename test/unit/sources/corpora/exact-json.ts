// Reads JSON so that no digit is lost, by the reviver's own look at the source text: an oracle for our reader, which works
// in another way. Pure.

/** Integers that a number cannot hold become text, with their digits as they stand. */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, (_key, value, context?: { readonly source?: string }) => {
    const source = context?.source;
    const isInexact = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
    return isInexact && source !== undefined ? source : value;
  });
}

/** The text of the value of `name` in the outermost object, as it stands. */
export function rawMember(text: string, name: string): string {
  const start = text.indexOf(`"${name}": `) + name.length + '"": '.length;
  // The shortest text from there on that ends at a bracket and is JSON: strings may hold brackets of their own.
  for (let end = text.indexOf("}", start) + 1; end > 0; end = text.indexOf("}", end) + 1) {
    const candidate = text.slice(start, end);
    if (count(candidate, "{") === count(candidate, "}") && isJson(candidate)) return candidate;
  }
  throw new Error(`There is no object under ${name}.`);
}

/** How many numbers of the text JSON.parse would change. */
export function countInexact(text: string): number {
  let inexact = 0;
  JSON.parse(text, (_key, value) => {
    if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) inexact += 1;
    return value;
  });
  return inexact;
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
