// The events that the ledger has, the newest first, each of them once: however many rules took it, however often it was
// delivered or replayed. Reads only, and no payloads.
import type { ExecutionSummary, Ledger } from "./ports.ts";

/** A page is asked of every shard, whose rows are held together until the newest are known. */
const MAX_PAGE = 200;
const MAX_ROWS_PER_PAGE = 16_000;

/** Records looked at for one list of events: an event of many rules, or one that was often replayed, has many. */
const MAX_RECORDS = 10_000;

/** Half of what the platform grants a request. */
const MAX_SHARD_CALLS = 5_000;

export interface RecordedRange {
  readonly source?: string;
  /** ms since the epoch; what was recorded before is left out. */
  readonly sinceAt?: number;
  /** ms since the epoch; what was recorded after it is left out. */
  readonly untilAt: number;
  /** How many events at most. */
  readonly limit: number;
}

export interface RecordedEvents {
  /** What is recorded of each event, the newest first. */
  readonly events: readonly (readonly ExecutionSummary[])[];
  /** False where so much is recorded of few events that there may be more of them. */
  readonly complete: boolean;
}

export async function recordedEvents(
  ledger: Ledger,
  { source, sinceAt = 0, untilAt, limit }: RecordedRange,
): Promise<RecordedEvents> {
  const events = new Map<string, ExecutionSummary[]>();
  const pageSize = Math.min(MAX_PAGE, Math.floor(MAX_ROWS_PER_PAGE / ledger.shards));
  const filter = { limit: pageSize, ...(source === undefined ? {} : { source }) };
  const maxPages = Math.min(MAX_RECORDS / pageSize, MAX_SHARD_CALLS / ledger.shards);
  let before: string | null = null;
  for (let pages = 0; pages < maxPages; pages++) {
    const page = await ledger.list({ ...filter, ...(before === null ? {} : { before }) });
    for (const record of page.executions) {
      if (record.admittedAt > untilAt || record.run === "alert") continue;
      if (record.admittedAt < sinceAt) return { events: [...events.values()], complete: true };
      const key = keyOf(record);
      const known = events.get(key);
      if (known) known.push(record);
      else if (events.size === limit) return { events: [...events.values()], complete: true };
      else events.set(key, [record]);
    }
    before = page.next;
    if (before === null) return { events: [...events.values()], complete: true };
  }
  return { events: [...events.values()], complete: false };
}

function keyOf({ event }: ExecutionSummary): string {
  return JSON.stringify([event.source, event.id, event.dedupeKey]);
}
