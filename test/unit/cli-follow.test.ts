// What tail and listen follow: each item once, none passed over, nothing from before the beginning.
import { describe, expect, it } from "vitest";
import { type Listing, newcomers } from "../../cli/follow.ts";

const START = Date.UTC(2026, 10, 23, 12);

interface Item {
  readonly id: string;
  readonly at: number;
}

/** As the API lists: the newest first, from `since` on, in pages of two. */
function listing(items: Item[]): Listing<Item> {
  return {
    async page({ since, cursor, limit }) {
      const from = since === undefined ? 0 : Date.parse(since);
      const all = items.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).filter(({ at }) => at >= from);
      const begin = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1;
      const found = all.slice(begin, begin + Math.min(limit, 2));
      return { items: found, next: begin + found.length < all.length ? (found.at(-1)?.id ?? null) : null };
    },
    timeOf: ({ at }) => new Date(at).toISOString(),
    keysOf: ({ id }) => [id],
  };
}

const ids = (found: readonly Item[]): string[] => found.map(({ id }) => id);
const item = (id: string, seconds: number): Item => ({ id, at: START + seconds * 1_000 });

describe("newcomers", () => {
  it("are what has come since the first look, the oldest first, each once, over all pages", async () => {
    const items = [item("a", 0), item("b", 1)];
    const look = await newcomers(listing(items), undefined);
    expect(ids(await look())).toEqual([]);
    items.push(item("c", 2), item("d", 3), item("e", 4), item("f", 5), item("g", 6));
    expect(ids(await look())).toEqual(["c", "d", "e", "f", "g"]);
    expect(ids(await look())).toEqual([]);
  });

  it("are found though others with a later time were seen first", async () => {
    const items = [item("a", 0)];
    const look = await newcomers(listing(items), undefined);
    items.push(item("late", 20));
    expect(ids(await look())).toEqual(["late"]);
    items.push(item("early", 5));
    expect(ids(await look())).toEqual(["early"]);
    expect(ids(await look())).toEqual([]);
  });

  it("begin where they are asked to, and with nothing before it, however often is looked", async () => {
    const items = [item("before", -10), item("after", 5)];
    const look = await newcomers(listing(items), new Date(START).toISOString());
    expect(ids(await look())).toEqual(["after"]);
    expect(ids(await look())).toEqual([]);
    items.push(item("new", 6));
    expect(ids(await look())).toEqual(["new"]);
  });

  it("are everything where there was nothing", async () => {
    const items: Item[] = [];
    const look = await newcomers(listing(items), undefined);
    items.push(item("first", 0));
    expect(ids(await look())).toEqual(["first"]);
  });
});
