// Listings over several shards: what each is asked, and how their answers become one. Pure.
import type { ExecutionFilter, ExecutionPage, RuleCount } from "../bridge/ports.ts";
import type { CountRow, PageColumn, PageQuery } from "./query.ts";
import { addressOf, IDS_PER_MS } from "./shard.ts";

export interface PageEntry {
  readonly row: number;
  readonly shard: number;
  readonly summary: ExecutionPage["executions"][number];
}

/** One row more than is asked for, so that it is known whether there is another page. */
export function pageQuery(filter: ExecutionFilter, shard: number): PageQuery {
  const before = filter.before === undefined ? undefined : addressOf(filter.before);
  // Rows of several shards may have the same number: the shard decides between them.
  const unseen = before ? before.row + (shard < before.shard ? 1 : 0) : Number.MAX_SAFE_INTEGER;
  return {
    below: Math.min(unseen, (filter.until ?? Number.POSITIVE_INFINITY) * IDS_PER_MS),
    from: (filter.since ?? 0) * IDS_PER_MS,
    limit: filter.limit + 1,
    equal: equalities(filter),
  };
}

export function newestFirst(entries: readonly PageEntry[], limit: number): ExecutionPage {
  const sorted = entries.toSorted((a, b) => b.row - a.row || b.shard - a.shard).map(({ summary }) => summary);
  const executions = sorted.slice(0, limit);
  return { executions, next: sorted.length > limit ? (executions.at(-1)?.id ?? null) : null };
}

function equalities(filter: ExecutionFilter): (readonly [PageColumn, string])[] {
  const wanted: (readonly [PageColumn, string | undefined])[] = [
    ["record_id", filter.recordId],
    ["run", filter.state],
    ...callbackColumns(filter),
    ["rule", filter.rule],
    ["source", filter.source],
    ["attributes ->> '$.event.id'", filter.eventId],
    ["progress ->> '$.runId'", filter.runId],
  ];
  return wanted.flatMap(([column, value]) => (value === undefined ? [] : [[column, value] as const]));
}

function callbackColumns({ callback, delivery }: ExecutionFilter): [PageColumn, string | undefined][] {
  if (callback === undefined) return [["delivery", delivery]];
  return delivery === undefined ? [["callback", callback]] : [["callback state", `${callback} ${delivery}`]];
}

export function summed(rows: readonly CountRow[]): RuleCount[] {
  const counts = new Map<string, RuleCount>();
  for (const { rule, run, count } of rows) {
    const key = JSON.stringify([rule, run]);
    counts.set(key, { rule, state: run, count: (counts.get(key)?.count ?? 0) + count });
  }
  return [...counts.values()];
}
