// How evenly the ledger's own placing (src/ledger/shard.ts) spreads keys of several shapes over shards. Pure computing, seeded.
import { DEFAULT_RECORD_NAMESPACE, deriveRecordId } from "../src/core/record-id.ts";
import { type Sharded, shardOf } from "../src/ledger/shard.ts";
import { type Random, seeded } from "./seeded.ts";

const SEED = 20_261_126;

/** A kind of key: the n-th of it. */
export interface Shape {
  readonly name: string;
  key(n: number, random: Random): Sharded;
}

const RULE = "kyb-on-subscription";
const HOT_PREFIX = "https://shop.example.com/tenants/the-largest-tenant-of-all/orders/2026/11/26/";

/**
 * Records that senders name by a UUID, records derived from something else (always a UUIDv5, see record-id.ts), and keys without a
 * record, which are hashed as they are: these are the hard ones.
 */
export const SHAPES: readonly Shape[] = [
  { name: "record: random UUIDs", key: (_n, random) => ofRecord(randomUuid(random)) },
  { name: "record: UUIDs that begin with the time", key: (n, random) => ofRecord(timedUuid(n, random)) },
  {
    name: "record: derived from e-mail addresses",
    key: (n) => ofRecord(deriveRecordId(DEFAULT_RECORD_NAMESPACE, email(n)) ?? ""),
  },
  { name: "no record: sequential ids", key: (n) => withoutRecord(`evt_${n}`) },
  { name: "no record: e-mail addresses", key: (n) => withoutRecord(email(n)) },
  { name: "no record: one hot prefix of 77 characters", key: (n) => withoutRecord(`${HOT_PREFIX}${n}`) },
];

function ofRecord(recordId: string): Sharded {
  return { recordId, rule: RULE, dedupeKey: "" };
}

function withoutRecord(dedupeKey: string): Sharded {
  return { recordId: null, rule: RULE, dedupeKey };
}

const FIRST_NAMES = ["anna", "bartek", "chiara", "dmitri", "emma", "finn", "grace", "hiro"];
const DOMAINS = ["gmail.com", "outlook.com", "example.com", "firma.pl"];

function email(n: number): string {
  return `${FIRST_NAMES[n % FIRST_NAMES.length]}.${Math.floor(n / 8)}@${DOMAINS[(n >>> 3) % DOMAINS.length]}`;
}

export function randomUuid(random: Random): string {
  const [a, b, c] = [hex8(random), hex8(random), hex8(random)];
  return `${hex8(random)}-${a.slice(0, 4)}-4${a.slice(5)}-a${b.slice(1, 4)}-${b.slice(4)}${c}`;
}

/** As UUIDv7 is made: a thousand in each ms, so that many have the first twelve digits in common. */
function timedUuid(n: number, random: Random): string {
  const time = (1_795_000_000_000 + Math.floor(n / 1_000)).toString(16).padStart(12, "0");
  const [a, b] = [hex8(random), hex8(random)];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${a.slice(5)}-a${b.slice(1, 4)}-${hex8(random)}${b.slice(4)}`;
}

function hex8(random: Random): string {
  return Math.floor(random() * 4_294_967_296)
    .toString(16)
    .padStart(8, "0");
}

/** @returns for each number of shards, how many of the keys each shard has */
export function placed(shape: Shape, keys: number, shardCounts: readonly number[]): Uint32Array[] {
  const random = seeded(SEED);
  const counts = shardCounts.map((shards) => new Uint32Array(shards));
  for (let n = 0; n < keys; n++) {
    const key = shape.key(n, random);
    for (const held of counts) {
      const shard = shardOf(key, held.length);
      held[shard] = (held[shard] ?? 0) + 1;
    }
  }
  return counts;
}

export interface Spread {
  readonly min: number;
  readonly max: number;
  /** The fullest shard over the mean. */
  readonly maxToMean: number;
  /** Around the mean, which is known, so over all shards and not over one less. */
  readonly deviation: number;
  /** What a fair coin with as many sides would give: √(n p (1 − p)). */
  readonly binomial: number;
  /** How often a fair placing would be at most as uneven, 0 to 1: suspicious only near 0 or 1. NaN for one shard. */
  readonly percentile: number;
}

export function spreadOf(counts: Uint32Array): Spread {
  const shards = counts.length;
  const keys = counts.reduce((a, b) => a + b, 0);
  const mean = keys / shards;
  const squares = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0);
  const max = counts.reduce((a, b) => Math.max(a, b), 0);
  return {
    min: counts.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    max,
    maxToMean: max / mean,
    deviation: Math.sqrt(squares / shards),
    binomial: Math.sqrt(mean * (1 - 1 / shards)),
    percentile: shards === 1 ? Number.NaN : chiSquarePercentile(squares / mean, shards - 1),
  };
}

/** Wilson and Hilferty's approximation: the cube root of χ² over its degrees of freedom is nearly normal. */
export function chiSquarePercentile(chiSquare: number, degrees: number): number {
  const step = 2 / (9 * degrees);
  return normalPercentile((Math.cbrt(chiSquare / degrees) - (1 - step)) / Math.sqrt(step));
}

/** Zelen and Severo's approximation (Abramowitz and Stegun 26.2.17), to seven digits. */
function normalPercentile(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z > 0 ? 1 - tail : tail;
}
