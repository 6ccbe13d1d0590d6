// Finds the rules that may take an event: by source and type, exact or by prefix, so that an event costs what its
// candidates cost, not what all rules cost. Pure.
import type { Event } from "./event.ts";

export interface Indexed {
  /** Where it stands in the configuration. */
  readonly position: number;
  readonly config: { readonly source: string; readonly on: readonly string[] };
}

export class TypeIndex<Rule extends Indexed> {
  readonly #exact = new Map<string, Rule[]>();
  readonly #prefix = new Map<string, Rule[]>();
  /** The lengths of each source's prefixes: only these are tried, however long a type an event brings. */
  readonly #prefixLengths = new Map<string, Set<number>>();

  add(rule: Rule): void {
    const { source, on } = rule.config;
    for (const pattern of on) {
      const isPrefix = pattern.endsWith("*");
      const type = isPrefix ? pattern.slice(0, -1) : pattern;
      append(isPrefix ? this.#prefix : this.#exact, indexKey(source, type), rule);
      if (isPrefix) {
        const lengths = this.#prefixLengths.get(source) ?? new Set();
        this.#prefixLengths.set(source, lengths.add(type.length));
      }
    }
  }

  /** In the order of the configuration. */
  candidates(event: Pick<Event, "source" | "type">): Rule[] {
    const found = new Set(this.#exact.get(indexKey(event.source, event.type)));
    for (const length of this.#prefixLengths.get(event.source) ?? []) {
      if (length > event.type.length) continue;
      for (const rule of this.#prefix.get(indexKey(event.source, event.type.slice(0, length))) ?? []) found.add(rule);
    }
    return [...found].sort((a, b) => a.position - b.position);
  }
}

/** Whether a type is one of these, the same said without an index. */
export function takesType(on: readonly string[], type: string): boolean {
  return on.some((pattern) => (pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern));
}

function append<Rule>(map: Map<string, Rule[]>, key: string, rule: Rule): void {
  const rules = map.get(key);
  if (rules) rules.push(rule);
  else map.set(key, [rule]);
}

function indexKey(source: string, type: string): string {
  return `${source} ${type}`;
}
