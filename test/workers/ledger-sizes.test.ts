// The platform's limits, which the local runtime does not enforce: 2 MB to a row, 32 MiB to a call.
import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import type { DueCursor, Ledger } from "../../src/bridge/ports.ts";
import { note, type TimelineEntry } from "../../src/core/execution.ts";
import {
  admission,
  admitNew,
  advance,
  finished,
  MINUTE_MS,
  NOW,
  running,
  times,
} from "../contract/ledger/executions.ts";
import { openShard, type ShardStub } from "./ledger-objects.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const MAX_ROW_BYTES = 2_000_000;
const MAX_CALL_BYTES = 32 * MIB;

describe("a row", { timeout: 30_000 }, () => {
  it.for([1, 899 * KIB, 900 * KIB - 3, 900 * KIB - 2, 900 * KIB - 1, 901 * KIB, 1000 * KIB, 2 * MIB, 10 * MIB])(
    "stays below 2 MB with a payload and a result of %d bytes each",
    async (bytes, { expect }) => {
      const { ledger, shard } = openShard();
      const large = "x".repeat(bytes);
      const fresh = await admitNew(ledger, admission({ data: large }));
      await advance(ledger, fresh, running, (started) => finished(started, NOW, large));
      expect(await largestRow(shard, "executions")).toBeLessThan(MAX_ROW_BYTES);
      expect(await largestRow(shard, "chunks")).toBeLessThan(MAX_ROW_BYTES);
      expect((await ledger.get(fresh.id))?.event.data === large).toBe(true);
    },
  );

  it("stays below 2 MB with characters of several bytes and the longest timeline", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const large = "€".repeat((899 * KIB) / 3);
    const fresh = await admitNew(ledger, admission({ data: large }));
    const entry: TimelineEntry = { at: NOW, step: "callback", outcome: "failed", detail: "€".repeat(300) };
    const noted = times(150, () => entry).reduce(note, running(fresh));
    await advance(
      ledger,
      noted,
      (execution) => execution,
      (execution) => finished(execution, NOW, large),
    );
    const row = await largestRow(shard, "executions");
    expect(row).toBeGreaterThan(2 * 899 * KIB);
    expect(row).toBeLessThan(MAX_ROW_BYTES);
  });
});

describe("a claim", { timeout: 30_000 }, () => {
  it("of many large executions comes in parts of about 8 MB, and misses none", async ({ expect }) => {
    const { ledger } = openShard();
    await oweResults(ledger, 7, "x".repeat(3.9 * MIB));
    const parts = await claimInParts(ledger);
    expect(parts.reduce((sum, { ids }) => sum + ids.length, 0)).toBe(7);
    expect(new Set(parts.flatMap(({ ids }) => ids)).size).toBe(7);
    for (const { bytes } of parts) expect(bytes).toBeLessThan(8 * MIB);
  });

  it("of many middling payloads comes in parts too", async ({ expect }) => {
    const { ledger } = openShard();
    for (const n of times(24, (each) => each)) {
      await admitNew(ledger, admission({ dedupeKey: `sub_${n}`, data: "x".repeat(850 * KIB) }));
    }
    const parts = await claimInParts(ledger);
    expect(parts.reduce((sum, { ids }) => sum + ids.length, 0)).toBe(24);
    for (const { bytes } of parts) expect(bytes).toBeLessThan(8 * MIB);
  });

  it("of the largest results there are fits into a call", async ({ expect }) => {
    const { ledger } = openShard();
    // What an engine may give is 10 MiB; a text that is not Latin takes two bytes a character in a call.
    await oweResults(ledger, 2, "€".repeat(1.3 * MIB));
    await oweResults(ledger, 2, "x".repeat(10 * MIB - 2), 2);
    const parts = await claimInParts(ledger);
    expect(parts.reduce((sum, { ids }) => sum + ids.length, 0)).toBe(4);
    for (const { units } of parts) expect(units * 2).toBeLessThan(MAX_CALL_BYTES);
  });
});

async function oweResults(ledger: Ledger, count: number, result: string, from = 0): Promise<void> {
  for (const n of times(count, (each) => each + from)) {
    const fresh = await admitNew(ledger, admission({ dedupeKey: `sub_${n}` }));
    await advance(ledger, fresh, running, (started) => finished(started, NOW, result));
  }
}

/** What each call of one walk carried: in bytes of UTF-8, and in UTF-16 units. */
async function claimInParts(ledger: Ledger): Promise<{ ids: string[]; bytes: number; units: number }[]> {
  const parts: { ids: string[]; bytes: number; units: number }[] = [];
  let after: DueCursor | null = null;
  do {
    const { executions, next } = await ledger.claim(0, NOW + 2 * MINUTE_MS, after);
    const text = JSON.stringify(executions);
    const bytes = new TextEncoder().encode(text).byteLength;
    parts.push({ ids: executions.map(({ id }) => id), bytes, units: text.length });
    after = next;
  } while (after);
  return parts;
}

function largestRow(shard: ShardStub, table: "executions" | "chunks"): Promise<number> {
  return runInDurableObject(shard, (_object, { storage: { sql } }) => {
    const columns = sql.exec<{ name: string }>(`SELECT name FROM pragma_table_info('${table}')`).toArray();
    const size = columns.map(({ name }) => `coalesce(length(CAST(${name} AS BLOB)), 0)`).join(" + ");
    return sql.exec<{ bytes: number }>(`SELECT coalesce(max(${size}), 0) AS bytes FROM ${table}`).one().bytes;
  });
}
