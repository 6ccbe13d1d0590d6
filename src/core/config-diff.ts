// How two configurations differ, told so that a person can follow it. Pure. Entries of a list that have ids (rules) are
// compared by id, so that one that is moved or edited does not shift all others; any other list is one value.
import { isJsonObject, type Json } from "./json.ts";

export interface Difference {
  /** Where, such as `rules[kyb-on-subscription].start.locale`; empty for the document as a whole. */
  readonly path: string;
  readonly kind: "added" | "removed" | "changed" | "moved";
  /** What was there before; of an entry that moved, its position. Absent where it is added. */
  readonly from?: Json;
  /** What is there now; of an entry that moved, its position. Absent where it is removed. */
  readonly to?: Json;
}

type Entries = ReadonlyMap<string, Json>;

/** @returns nothing where the two say the same, in whatever order their keys stand */
export function differences(before: Json, after: Json, path = ""): Difference[] {
  if (isJsonObject(before) && isJsonObject(after)) {
    const pathOfKey = (key: string): string => (path === "" ? key : `${path}.${key}`);
    return entriesApart(new Map(Object.entries(before)), new Map(Object.entries(after)), pathOfKey);
  }
  const [old, now] = [byId(before), byId(after)];
  if (old && now) {
    const pathOfId = (id: string): string => `${path}[${id}]`;
    return [...entriesApart(old, now, pathOfId), ...moves(old, now, pathOfId)];
  }
  return same(before, after) ? [] : [{ path, kind: "changed", from: before, to: after }];
}

function entriesApart(before: Entries, after: Entries, pathOf: (key: string) => string): Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key): Difference[] => {
    const [from, to] = [before.get(key), after.get(key)];
    const path = pathOf(key);
    if (from === undefined) return to === undefined ? [] : [{ path, kind: "added", to }];
    return to === undefined ? [{ path, kind: "removed", from }] : differences(from, to, path);
  });
}

function same(before: Json, after: Json): boolean {
  if (!Array.isArray(before) || !Array.isArray(after)) return before === after;
  return before.length === after.length && before.every((value, at) => differences(value, after[at]).length === 0);
}

/** A list by the ids of its entries, in its order; undefined where they do not all have one of their own. */
function byId(list: Json): Entries | undefined {
  if (!Array.isArray(list)) return undefined;
  const entries = new Map<string, Json>();
  for (const entry of list as readonly Json[]) {
    if (!isJsonObject(entry) || typeof entry.id !== "string" || entries.has(entry.id)) return undefined;
    entries.set(entry.id, entry);
  }
  return entries;
}

/** Which of the entries that both have stand elsewhere: as few as explain the order, so that one that moved is one. */
function moves(before: Entries, after: Entries, pathOf: (id: string) => string): Difference[] {
  const [oldAt, newAt] = [positions(before), positions(after)];
  const common = [...after.keys()].filter((id) => oldAt.has(id));
  const kept = longestRise(common.map((id) => oldAt.get(id) ?? 0));
  return common.flatMap((id): Difference[] => {
    const [from = 0, to = 0] = [oldAt.get(id), newAt.get(id)];
    return kept.has(from) ? [] : [{ path: pathOf(id), kind: "moved", from, to }];
  });
}

function positions(entries: Entries): ReadonlyMap<string, number> {
  return new Map([...entries.keys()].map((id, at) => [id, at]));
}

/** The longest subsequence that rises (patience sorting): the numbers that need not move for all to be in order. */
function longestRise(numbers: readonly number[]): ReadonlySet<number> {
  // For each length the smallest end of a rise of that length, and before each number the one that it follows.
  const ends: number[] = [];
  const follows = new Map<number, number | undefined>();
  for (const number of numbers) {
    const at = firstNotBelow(ends, number);
    follows.set(number, ends[at - 1]);
    ends[at] = number;
  }
  const rise = new Set<number>();
  for (let number = ends.at(-1); number !== undefined; number = follows.get(number)) rise.add(number);
  return rise;
}

function firstNotBelow(sorted: readonly number[], number: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
