// Which shard holds what, and the public ids that name a row in a shard. Pure. The one place that decides either.

/** The public id of an execution: the shard and the row, so that it can be found without a search. */
export interface Address {
  readonly shard: number;
  readonly row: number;
}

/** Row ids are ms since the epoch with room for a thousand in each. */
export const IDS_PER_MS = 1_000;

const PUBLIC_ID = /^exe_([0-9a-z]{1,3})_([0-9a-z]{1,11})$/;
const RADIX = 36;

export function publicId({ shard, row }: Address): string {
  return `exe_${shard.toString(RADIX)}_${row.toString(RADIX)}`;
}

/** @returns undefined where the text is no execution id */
export function addressOf(id: string): Address | undefined {
  const match = PUBLIC_ID.exec(id);
  if (!match) return undefined;
  const address = { shard: Number.parseInt(match[1] ?? "", RADIX), row: Number.parseInt(match[2] ?? "", RADIX) };
  return Number.isSafeInteger(address.row) && publicId(address) === id ? address : undefined;
}

/** What names a shard. */
export interface Sharded {
  readonly recordId: string | null;
  readonly rule: string;
  readonly dedupeKey: string;
  readonly cancel?: { readonly rule: string; readonly dedupeKey: string | null } | null;
}

/**
 * The shard of an execution: by its record, so that everything about one record meets in one place; by rule and dedupe
 * key where there is no record. A cancel goes where its target is. Stable for ever: a key that moved would be a key
 * forgotten.
 */
export function shardOf({ recordId, rule, dedupeKey, cancel }: Sharded, shards: number): number {
  if (recordId !== null) return hash(recordId) % shards;
  const named = cancel ? `${cancel.rule} ${cancel.dedupeKey ?? ""}` : `${rule} ${dedupeKey}`;
  return hash(named) % shards;
}

/** How many shards there are, and were before. */
export interface Layout {
  readonly shards: number;
  /** The latest first. */
  readonly formerShards: readonly number[];
}

/**
 * The shards that may have it: by today's layout first, then by those before, each shard once. While a layout is changed
 * whatever lives in a former home stays there.
 */
export function homesOf(what: Sharded, { shards, formerShards }: Layout): [number, ...number[]] {
  const today = shardOf(what, shards);
  const former = formerShards.map((count) => shardOf(what, count)).filter((shard) => shard !== today);
  return [today, ...new Set(former)];
}

/** How many shards are in use by any of the layouts. */
export function shardsInUse({ shards, formerShards }: Layout): number {
  return Math.max(shards, ...formerShards);
}

/** FNV-1a over UTF-16 units, then MurmurHash3's finalizer, without which the low bits of like keys are alike. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
