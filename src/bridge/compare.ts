// Compares what senders say that they have sent with what has arrived: some deliver only once, and any of them may give up while
// nobody answers. What is missing goes the way of everything else (normalise, rules, admit), so what did arrive is a duplicate
// and changes nothing, and what is delivered late is one as well. The ledger keeps a mark of how far each source is compared,
// which moves only when everything before it has been looked at.
import type { Admission } from "../core/admission.ts";
import { durationMs, MINUTE_MS } from "../core/duration.ts";
import type { InboundRequest } from "../core/event.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Compare } from "../core/source/compare.ts";
import { normalise } from "../sources/normalise.ts";
import type { Source } from "../sources/source.ts";
import { listedBySender } from "../sources/verify.ts";
import type { Bridge, Listed, ListFailure, SenderList } from "./ports.ts";

/** How far a source is compared, and when that was last tried. */
const MARK = "compared:";
const TRIED = "comparing:";

/** A page or a delivery is a call; a Worker may make a thousand, and the sweep wants most of them. */
const MAX_CALLS = 60;

/** What failed is tried again after so long, and not every minute. */
const RETRY_MS = 10 * MINUTE_MS;

export interface Compared {
  /** What the sender lists of the time that was compared. */
  readonly listed: number;
  /** How many executions were started that would not be there. */
  readonly missed: number;
  /** ms since the epoch: everything before it is compared. */
  readonly until: number;
  /** Whether there is more to be compared than one turn may ask for. */
  readonly complete: boolean;
}

/** Once with every sweep. A source that fails keeps no other from its turn. */
export async function compareSources(bridge: Bridge): Promise<void> {
  const compared = Object.entries(bridge.setup.config.sources).filter(([, { compare }]) => compare);
  if (compared.length === 0) return;
  try {
    const [marks, tried] = await Promise.all([bridge.ledger.marks(MARK), bridge.ledger.marks(TRIED)]);
    for (const [id, { compare, state }] of compared) {
      const now = bridge.now();
      const mark = marks.get(MARK + id);
      if (!compare || state === "paused") continue;
      const due = mark === undefined || now - durationMs(compare.grace) - mark >= durationMs(compare.every);
      if (due && now - (tried.get(TRIED + id) ?? 0) >= Math.min(durationMs(compare.every), RETRY_MS)) {
        await compareSource(bridge, id);
      }
    }
  } catch (thrown) {
    bridge.log("error", "compare.marks-unreachable", { error: String(thrown) });
  }
}

/** @returns null where the source is not compared, or is not there */
export async function compareSource(bridge: Bridge, id: string): Promise<Result<Compared, ListFailure> | null> {
  const source = bridge.setup.sources.get(id);
  const compare = bridge.setup.config.sources[id]?.compare;
  const list = bridge.listing?.(id);
  if (!source || !compare || !list) return null;
  const now = bridge.now();
  const compared = await upTo(bridge, source, list, compare).catch(
    (thrown: unknown) => err({ reason: "unavailable", detail: String(thrown) }) satisfies Result<never, ListFailure>,
  );
  const until = compared.ok ? compared.value.until : null;
  await bridge.ledger.setMarks(new Map([[TRIED + id, now], ...(until === null ? [] : [[MARK + id, until] as const])]));
  if (!compared.ok)
    bridge.log("warn", `compare.${compared.error.reason}`, { source: id, detail: compared.error.detail });
  else {
    const { listed, missed, complete } = compared.value;
    bridge.log("info", "compare.finished", {
      source: id,
      listed,
      missed,
      complete,
      until: new Date(compared.value.until).toISOString(),
    });
  }
  return compared;
}

/** How far a source is compared, ms since the epoch; null where it is not yet. */
export async function comparedUntil(bridge: Bridge, id: string): Promise<number | null> {
  return (await bridge.ledger.marks(MARK + id)).get(MARK + id) ?? null;
}

/** One turn: what it has found so far, and the calls that it may still make. */
interface Turn {
  readonly bridge: Bridge;
  readonly source: Source;
  readonly list: SenderList;
  listed: number;
  missed: number;
  calls: number;
}

type Found = Result<Compared, ListFailure>;

async function upTo(bridge: Bridge, source: Source, list: SenderList, { grace, lookBack }: Compare): Promise<Found> {
  const end = bridge.now() - durationMs(grace);
  const mark = await comparedUntil(bridge, source.id);
  const turn: Turn = { bridge, source, list, listed: 0, missed: 0, calls: MAX_CALLS };
  // What was sent before anybody wished for a comparison is not started now.
  if (mark === null || mark >= end) return ok(found(turn, mark ?? end, true));
  const from = Math.max(mark, bridge.now() - durationMs(lookBack));
  return list.bySpan ? bySpans(turn, from, end) : byWalk(turn, from, end);
}

function found({ listed, missed }: Turn, until: number, complete: boolean): Compared {
  return { listed, missed, until, complete };
}

/** Of a span that cannot be seen whole, a part is looked at. What is looked at twice is a duplicate then. */
async function bySpans(turn: Turn, begin: number, end: number): Promise<Found> {
  let from = begin;
  let stepMs = end - begin;
  while (from < end) {
    const to = Math.min(from + stepMs, end);
    const seen = await oneSpan(turn, from, to);
    if (!seen.ok) return from > begin ? ok(found(turn, from, false)) : seen;
    if (seen.value) from = to;
    else if (turn.calls <= 0) return ok(found(turn, from, false));
    else stepMs = Math.max(Math.floor(stepMs / 8), MIN_STEP_MS);
  }
  return ok(found(turn, end, true));
}

/** Stripe counts in seconds. */
const MIN_STEP_MS = 1_000;

/** Half of the calls may go into one span, so that what is cut smaller still has some. @returns whether it was seen whole */
async function oneSpan(turn: Turn, from: number, to: number): Promise<Result<boolean, ListFailure>> {
  let left = Math.max(Math.floor(turn.calls / 2), 1);
  let cursor: string | null = null;
  do {
    if (left-- <= 0 || turn.calls-- <= 0) return ok(false);
    const page: Awaited<ReturnType<SenderList["page"]>> = await turn.list.page(from, to, cursor);
    if (!page.ok) return page;
    const taken = await takeIn(turn, page.value.entries);
    if (!taken.ok) return taken;
    cursor = page.value.next;
  } while (cursor !== null);
  return ok(true);
}

/** Walks back to where the last turn ended, then takes in what was found, the oldest first, as far as the calls go. */
async function byWalk(turn: Turn, from: number, end: number): Promise<Found> {
  const entries: Listed[] = [];
  const arrived = new Set<string>();
  let cursor: string | null = null;
  let pages = MAX_CALLS / 2;
  do {
    // So far behind, nobody can say what is missing before the page that was reached: the mark stays.
    if (pages-- <= 0) break;
    turn.calls--;
    const page: Awaited<ReturnType<SenderList["page"]>> = await turn.list.page(from, end, cursor);
    if (!page.ok) return page;
    entries.push(...page.value.entries);
    for (const delivery of page.value.arrived ?? []) arrived.add(delivery);
    cursor = page.value.next;
  } while (cursor !== null);
  const whole = cursor === null;
  let until = from;
  for (const entry of entries.toSorted((a, b) => a.at - b.at)) {
    // Attempts at what has arrived, by this one or another, on whatever page; of the rest one is enough.
    if (entry.delivery !== undefined && arrived.has(entry.delivery)) continue;
    if (entry.delivery !== undefined) arrived.add(entry.delivery);
    if (turn.calls-- <= 0) return ok(found(turn, whole ? until : from, false));
    const taken = await takeIn(turn, [entry]);
    if (!taken.ok) return whole && until > from ? ok(found(turn, until, false)) : taken;
    until = entry.at;
  }
  return ok(found(turn, whole ? end : from, whole));
}

/** @returns nothing but whether it could be done; what was missed is counted in the turn */
async function takeIn(turn: Turn, entries: readonly Listed[]): Promise<Result<null, ListFailure>> {
  const { bridge, source } = turn;
  const admissions: Admission[] = [];
  for (const entry of entries) {
    const sent = await entry.request();
    if (!sent.ok) return sent;
    if (sent.value === null) continue;
    const request: InboundRequest = {
      method: "POST",
      url: `https://sender.invalid/${source.id}`,
      receivedAt: entry.at,
      ...sent.value,
    };
    const events = await normalise(listedBySender(request), source);
    if (!events.ok) {
      // It will never be anything else: it must not keep everything after it from being compared.
      bridge.log("warn", "compare.unreadable", { source: source.id, detail: events.error.message });
      continue;
    }
    for (const event of events.value) {
      for (const admission of await bridge.setup.rules.decide(event)) {
        // A list may hold what this source was never meant to get: what no rule takes leaves no trace.
        if (admission.over?.state !== "unmatched")
          admissions.push({ ...admission, deferred: true, foundMissing: true });
      }
    }
  }
  turn.listed += entries.length;
  if (admissions.length === 0) return ok(null);
  const admitted = await bridge.ledger.admit(admissions, bridge.now());
  if (!admitted.ok) return err({ reason: "unavailable", detail: admitted.error.detail });
  const missed = admitted.value.filter(({ outcome }) => outcome === "new").length;
  turn.missed += missed;
  // Told at once: should a later page fail, the next turn would find duplicates and say nothing.
  if (missed > 0) bridge.log("warn", "compare.missed", { source: source.id, missed });
  return ok(null);
}
