// Polls are not written down: in which minutes a running execution is due follows from its age alone.
import { it } from "vitest";
import type { Ledger } from "../../../src/bridge/ports.ts";
import type { Execution } from "../../../src/core/execution.ts";
import {
  admission,
  admitNew,
  claimAll,
  claimedIds,
  DAY_MS,
  finished,
  HOUR_MS,
  type LedgerUnderTest,
  MINUTE_MS,
  NOW,
  recordId,
  running,
  save,
  times,
} from "./executions.ts";

export function pollContract({ open }: LedgerUnderTest): void {
  it("gives a young one every minute", async ({ expect }) => {
    const ledger = open();
    await startOne(ledger);
    expect(await pollsIn(ledger, NOW + MINUTE_MS, 19)).toBe(19);
  });

  it("gives one of an hour and forty minutes once in ten minutes", async ({ expect }) => {
    const ledger = open();
    for (const n of [1, 2, 3, 4, 5]) await startOne(ledger, n);
    expect(await pollsIn(ledger, NOW + 100 * MINUTE_MS, 10)).toBe(5);
  });

  it.for([10 * HOUR_MS, 3 * DAY_MS, 29 * DAY_MS])("gives one of %d ms once an hour", async (age, { expect }) => {
    const ledger = open();
    await startOne(ledger);
    expect(await pollsIn(ledger, NOW + age, 60)).toBe(1);
    expect(await pollsIn(ledger, NOW + age + HOUR_MS, 60)).toBe(1);
  });

  it("never leaves one alone for longer than a tenth of its age", { timeout: 30_000 }, async ({ expect }) => {
    const ledger = open();
    await startOne(ledger);
    let polledAt = 0;
    for (let age = 1; age <= 700; age++) {
      if ((await claimedIds(ledger, NOW + age * MINUTE_MS)).length === 0) continue;
      expect(age - polledAt, `minutes without a poll, at the age of ${age}`).toBeLessThanOrEqual(Math.max(1, age / 10));
      polledAt = age;
    }
    expect(polledAt).toBeGreaterThan(640);
  });

  it("spreads those that were started together over the minutes", async ({ expect }) => {
    const ledger = open();
    for (const n of times(60, (each) => each)) {
      await save(ledger, running(await admitNew(ledger, admission({ recordId: recordId(n) }), NOW + n)));
    }
    const perMinute: number[] = [];
    for (const minute of times(60, (each) => each)) {
      perMinute.push((await claimedIds(ledger, NOW + 10 * HOUR_MS + minute * MINUTE_MS)).length);
    }
    expect(perMinute.reduce((sum, count) => sum + count, 0)).toBe(60);
    expect(Math.max(...perMinute)).toBeLessThanOrEqual(3);
  });

  it("gives it to one caller in a minute, wherever in the minute they ask", async ({ expect }) => {
    const ledger = open();
    const { id } = await startOne(ledger);
    const minute = NOW + 5 * MINUTE_MS;
    expect(await claimedIds(ledger, minute + 1)).toEqual([id]);
    expect(await claimedIds(ledger, minute + 1)).toEqual([]);
    expect(await claimedIds(ledger, minute + 30_000)).toEqual([]);
    expect(await claimedIds(ledger, minute + MINUTE_MS)).toEqual([id]);
  });

  it("leaves it as it was, so that whoever has read it before may still save", async ({ expect }) => {
    const ledger = open();
    const before = await startOne(ledger);
    expect(await claimAll(ledger, NOW + 2 * MINUTE_MS)).toEqual([before]);
    expect(await ledger.get(before.id)).toEqual(before);
    expect(await ledger.save(finished(before))).toBe("saved");
  });

  it("does not poll what has ended meanwhile", async ({ expect }) => {
    const ledger = open();
    const before = await startOne(ledger, 1, []);
    await save(ledger, finished(before));
    expect(await pollsIn(ledger, NOW + MINUTE_MS, 5)).toBe(0);
  });

  it("gives many running ones of one shard in one walk, each once", async ({ expect }) => {
    const ledger = open();
    for (const n of times(60, (each) => each)) {
      await save(ledger, running(await admitNew(ledger, admission({ dedupeKey: `sub_${n}` }))));
    }
    const ids = await claimedIds(ledger, NOW + 2 * MINUTE_MS);
    expect(ids).toHaveLength(60);
    expect(new Set(ids).size).toBe(60);
  });
}

async function startOne(ledger: Ledger, n = 1, callbacks: readonly string[] = ["crm"]): Promise<Execution> {
  return save(ledger, running(await admitNew(ledger, admission({ recordId: recordId(n), callbacks }))));
}

/** How often the ledger gives something in so many minutes, asked once in each. */
async function pollsIn(ledger: Ledger, from: number, minutes: number): Promise<number> {
  let polls = 0;
  for (const minute of times(minutes, (each) => each)) {
    polls += (await claimedIds(ledger, from + minute * MINUTE_MS)).length;
  }
  return polls;
}
