// How full a shard is. Pure. A Durable Object holds 10 GB; a shard that is full admits nothing more, so that it is told
// while there is time for more shards or a shorter retention.
// https://developers.cloudflare.com/durable-objects/platform/limits/

const GB = 1_000_000_000;

/** What a Durable Object can hold, bytes. */
export const SHARD_LIMIT_BYTES = 10 * GB;

const FILLING_FROM_BYTES = 5 * GB;
const NEARLY_FULL_FROM_BYTES = 8 * GB;

/** What to do about a shard that fills up. */
export const MORE_ROOM =
  "Raise ledger.shards, naming the number of today in ledger.formerShards, or shorten ledger.retention.";

export type Fullness = "ok" | "filling" | "nearly-full";

export function fullnessOf(bytes: number): Fullness {
  if (bytes >= NEARLY_FULL_FROM_BYTES) return "nearly-full";
  return bytes >= FILLING_FROM_BYTES ? "filling" : "ok";
}
