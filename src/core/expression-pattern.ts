// Regular expressions in linear time: JSONata's literals run on RE2, which never backtracks without end. Pure: no I/O.
// Here is what JSONata needs of a RegExp, over re2js.
import { RE2JS } from "re2js";
import type { Budget } from "./expression-budget.ts";

/** What JSONata's `RegexEngine` must give: it sets lastIndex, calls exec, and reads lastIndex to go on. */
interface JsonataPattern {
  lastIndex: number;
  exec(text: string): JsonataMatch | null;
}

type JsonataMatch = (string | undefined)[] & { index: number };

/** So many characters looked at take as long as one step, at the worst. */
const READS_PER_STEP = 16;

/** JSONata's tokenizer makes a RegExp of every literal; it is never run, and carries the compiled pattern's key. */
const compiled = new WeakMap<RegExp, RE2JS>();

/** Compiles a literal for RE2. Gives a sentence where that is not possible, undefined where it is. */
export function compilePattern(literal: unknown): string | undefined {
  // JSONata copies what stands left of ?: and ?? as JSON, in which a pattern is lost.
  if (!(literal instanceof RegExp)) return "a pattern cannot stand left of ?: or ??: give it a name by := before";
  try {
    // re2js would read a back-reference by name as the letter k.
    if (/(?<!\\)(\\\\)*\\k</.test(literal.source)) throw new Error("invalid escape sequence: `\\k`");
    compiled.set(literal, RE2JS.compile(RE2JS.translateRegExp(literal)));
    return undefined;
  } catch (thrown) {
    const detail = (thrown as Error).message.replace(/^error parsing regexp: /, "");
    return `patterns run in linear time, as RE2 does, without look-ahead, look-behind and back-references: ${detail}`;
  }
}

/** The `RegexEngine` of one evaluation: a constructor, called with the literals that were compiled before. */
export function patternEngine(budget: Budget): unknown {
  return function Pattern(literal: RegExp): JsonataPattern {
    const pattern = compiled.get(literal);
    if (!pattern) throw new Error("a pattern was not compiled");
    return {
      lastIndex: 0,
      exec(text) {
        const match = find(pattern, text, this.lastIndex, budget);
        this.lastIndex = match ? match.index + (match[0]?.length ?? 0) : 0;
        return match;
      },
    };
  };
}

function find(pattern: RE2JS, text: string, from: number, budget: Budget): JsonataMatch | null {
  // re2js takes String objects for texts.
  const counted = new CountedText(text, pattern.programSize(), budget) as unknown as string;
  const matcher = pattern.matcher(counted);
  if (!matcher.find(from)) return null;
  const groups: (string | undefined)[] = [];
  for (let group = 0; group <= matcher.groupCount(); group++) {
    const start = matcher.start(group);
    groups.push(start < 0 ? undefined : text.slice(start, matcher.end(group)));
  }
  return Object.assign(groups, { index: matcher.start(0) });
}

/**
 * A text that counts how often it is looked at. One match is linear, but all matches of a text need not be: each may look
 * on to the text's end before it settles for less.
 */
class CountedText extends String {
  #reads = 0;
  readonly #budget: Budget;
  readonly #stepsPerRound: number;

  constructor(text: string, programSize: number, budget: Budget) {
    super(text);
    this.#budget = budget;
    this.#stepsPerRound = 1 + programSize / 64;
  }

  override charCodeAt(index: number): number {
    this.#reads += 1;
    if (this.#reads % READS_PER_STEP === 0) this.#budget.spend(this.#stepsPerRound);
    return super.charCodeAt(index);
  }

  override indexOf(text: string, from = 0): number {
    const found = super.indexOf(text, from);
    this.#budget.handle(found < 0 ? this.slice(from) : this.slice(from, found));
    return found;
  }
}
