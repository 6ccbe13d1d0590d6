// The words of an expression's text, as JSONata's own tokenizer cuts them, without parsing it. Pure: no I/O. Needed where
// the tree does not help: before the parser runs, and to cut the text where the tree says that it can be cut.

export interface Token {
  readonly kind: "open" | "close" | "operator" | "operand" | "pattern";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** How many brackets are open around it; those of a pair stand at the depth around the pair. */
  readonly depth: number;
}

const BLANK = /(?:[ \t\n\r\v]|\/\*[\s\S]*?\*\/)+/y;
const QUOTED = /"(?:\\[\s\S]|[^"\\])*"?|'(?:\\[\s\S]|[^'\\])*'?|`[^`]*`?/y;
const NUMBER = /(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?/y;
const OPERATOR = /\.\.|:=|!=|>=|<=|\*\*|~>|\?:|\?\?|[.[\]{}(),@#;:?+\-*/%|=<>^&!~]/y;
const NAME = /[^ \t\n\r\v.[\]{}(),@#;:?+\-*/%|=<>^&!~]+/y;

/** Cuts a text into its words. A text that is no expression gives some words too; the parser tells what is wrong. */
export function scan(text: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  let at = 0;
  // Where an operand may follow, a slash begins a pattern, and `and`, `*` and `%` are operands.
  let expectsOperand = true;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const add = (kind: Token["kind"], word: string): void => {
    if (kind === "close") depth -= 1;
    tokens.push({ kind, text: word, start: at, end: at + word.length, depth });
    if (kind === "open") depth += 1;
    expectsOperand = kind === "open" || kind === "operator";
    at += word.length;
  };
  while (at < text.length) {
    at += take(BLANK)?.length ?? 0;
    if (at >= text.length) break;
    const operator = take(OPERATOR);
    if (operator === "/" && expectsOperand) add("pattern", patternAt(text, at));
    else if (operator !== undefined && "([{".includes(operator)) add("open", operator);
    else if (operator !== undefined && ")]}".includes(operator)) add("close", operator);
    else if (operator !== undefined)
      add(expectsOperand && /^[*%?]+$/.test(operator) ? "operand" : "operator", operator);
    else {
      const word = take(QUOTED) ?? take(NUMBER) ?? take(NAME) ?? text.slice(at, at + 1);
      add(!expectsOperand && /^(and|or|in)$/.test(word) ? "operator" : "operand", word);
    }
  }
  return tokens;
}

/** A pattern ends at the first slash that is neither escaped nor in brackets, and has the flags i and m after it. */
function patternAt(text: string, start: number): string {
  let depth = 0;
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "/" && depth === 0 && !isEscaped(text, at))
      return `${text.slice(start, at + 1)}${flagsAt(text, at + 1)}`;
    if (text.charAt(at - 1) === "\\") continue;
    if ("([{".includes(char)) depth += 1;
    if (")]}".includes(char)) depth -= 1;
  }
  return text.slice(start);
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charAt(at - backslashes - 1) === "\\") backslashes += 1;
  return backslashes % 2 === 1;
}

function flagsAt(text: string, at: number): string {
  return /^[im]*/.exec(text.slice(at, at + 16))?.[0] ?? "";
}
