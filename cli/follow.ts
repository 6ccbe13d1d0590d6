// What comes new into a listing of the API, as it comes, each once. By polling: the bridge calls nobody here. Only the bridge's own times
// are compared, so it does not matter how this clock stands.
import { setTimeout as wait } from "node:timers/promises";
import { Stop } from "./bridge.ts";
import { say } from "./terminal.ts";

const POLL_MS = 1_000;

/** What was admitted at about the same time may be seen one after the other: so much is looked at again. */
const OVERLAP_MS = 30_000;

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface Listing<T> {
  /** The newest first. */
  page(query: { readonly since?: string; readonly cursor?: string; readonly limit: number }): Promise<Page<T>>;
  /** When the bridge has taken it, ISO 8601. */
  timeOf(item: T): string;
  /** An item is new where any of these is. */
  keysOf(item: T): readonly string[];
}

const LARGEST_PAGE = 200;

/** @returns a look at what is new since the last look, or since the time that is given; the oldest first */
export async function newcomers<T>(listing: Listing<T>, since: string | undefined): Promise<() => Promise<T[]>> {
  const { items: newest } = await listing.page({ limit: 1 });
  let mark = Date.parse(since ?? (newest[0] ? listing.timeOf(newest[0]) : new Date(0).toISOString()));
  const seen = new Map<string, number>();
  const look = async (from: number): Promise<T[]> => {
    const found: T[] = [];
    let cursor: string | undefined;
    do {
      const query = { since: new Date(Math.max(0, from)).toISOString(), limit: LARGEST_PAGE };
      const page = await listing.page(cursor === undefined ? query : { ...query, cursor });
      found.push(...page.items.filter((item) => listing.keysOf(item).some((key) => !seen.has(key))));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    for (const item of found) {
      const at = Date.parse(listing.timeOf(item));
      mark = Math.max(mark, at);
      for (const key of listing.keysOf(item)) seen.set(key, at);
    }
    for (const [key, at] of seen) if (at < mark - 2 * OVERLAP_MS) seen.delete(key);
    return found.toReversed();
  };
  // What was there before is not new; unless it is asked for.
  if (since === undefined && newest.length > 0) await look(mark - OVERLAP_MS);
  const floor = since === undefined ? 0 : Date.parse(since);
  return () => look(Math.max(floor, mark - OVERLAP_MS));
}

/** Again and again until the signal; a bridge that does not answer for a while is told once, and waited for. */
export async function repeatedly(stopping: AbortSignal, work: () => Promise<void>): Promise<void> {
  let away = false;
  while (!stopping.aborted) {
    try {
      await work();
      if (away) say("It answers again.");
      away = false;
    } catch (thrown) {
      if (!(thrown instanceof Stop) || thrown.exitCode !== 3) throw thrown;
      if (!away) say(`${thrown.message}\nWaiting for it.`);
      away = true;
    }
    await wait(POLL_MS, undefined, { signal: stopping }).catch(() => undefined);
  }
}
