// Finds where a JSON text goes wrong. Pure, iterative, total. It runs only after JSON.parse has refused: the engine's
// own message gives no position for short texts and quotes the body, which may be personal data.

export interface JsonFault {
  /** In UTF-16 units from the start; the text's length when it ends too early. */
  readonly offset: number;
  readonly expected: string;
}

type State = "value" | "first-value" | "key" | "first-key" | "colon" | "after";

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS = ["true", "false", "null"];
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const FIRST_PRINTABLE = 0x20;

/** The first fault, or null when the text is JSON. */
export function findJsonFault(text: string): JsonFault | null {
  const open: ("{" | "[")[] = [];
  let state: State = "value";
  let at = 0;
  for (;;) {
    at = skipSpace(text, at);
    const char = text[at];
    const top = open.at(-1);
    if (state === "after" && top === undefined) {
      return char === undefined ? null : { offset: at, expected: "the end of the text" };
    }
    if (state === "after") {
      const close = top === "{" ? "}" : "]";
      if (char === ",") state = top === "{" ? "key" : "value";
      else if (char === close) open.pop();
      else return { offset: at, expected: `',' or '${close}'` };
      at += 1;
    } else if (state === "colon") {
      if (char !== ":") return { offset: at, expected: "':'" };
      state = "value";
      at += 1;
    } else if ((state === "first-key" && char === "}") || (state === "first-value" && char === "]")) {
      open.pop();
      state = "after";
      at += 1;
    } else if (state === "key" || state === "first-key") {
      if (char !== '"') return { offset: at, expected: "a property name in double quotes" };
      const end = endOfString(text, at);
      if (typeof end !== "number") return end;
      state = "colon";
      at = end;
    } else if (char === "{" || char === "[") {
      open.push(char);
      state = char === "{" ? "first-key" : "first-value";
      at += 1;
    } else {
      const end = char === '"' ? endOfString(text, at) : endOfScalar(text, at);
      if (typeof end !== "number") return end;
      state = "after";
      at = end;
    }
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\n" || text[at] === "\r" || text[at] === "\t") at += 1;
  return at;
}

/** A loop and not one regular expression: a long string would exhaust the expression's stack. */
function endOfString(text: string, quote: number): number | JsonFault {
  let at = quote + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (Number.isNaN(code)) return { offset: at, expected: "a closing double quote" };
    if (code < FIRST_PRINTABLE)
      return { offset: at, expected: "an escape such as \\n in place of a control character" };
    if (text[at] === '"') return at + 1;
    if (text[at] === "\\") {
      ESCAPE.lastIndex = at;
      if (!ESCAPE.test(text)) return { offset: at, expected: "a valid escape" };
      at = ESCAPE.lastIndex;
    } else {
      at += 1;
    }
  }
}

function endOfScalar(text: string, at: number): number | JsonFault {
  const word = WORDS.find((candidate) => text.startsWith(candidate, at));
  if (word !== undefined) return at + word.length;
  NUMBER.lastIndex = at;
  return NUMBER.test(text) ? NUMBER.lastIndex : { offset: at, expected: "a value" };
}
