// Runs by the engine's id, and who may tell their end: both are leases that nothing is written for.
import { it } from "vitest";
import {
  admission,
  admitNew,
  advance,
  claimedIds,
  finished,
  type LedgerUnderTest,
  MINUTE_MS,
  NOW,
  recordId,
  running,
  save,
} from "./executions.ts";

/** As long as a poll belongs to whoever has claimed it, and a little. */
const POLLED_MS = 50_000;

export function runsContract({ open }: LedgerUnderTest): void {
  it("are found by their engine and id, in whichever shard, and leased for a poll", async ({ expect }) => {
    const ledger = open();
    const one = await advance(ledger, await admitNew(ledger, admission({ recordId: recordId(1) })), (each) => ({
      ...running(each),
      runId: "run-a",
    }));
    const claim = (engine: string, runIds: string[], now = NOW) => ledger.claimRuns(engine, runIds, now);
    expect(await claim("default", ["run-x", "run-a"])).toEqual({ known: true, executions: [one] });
    expect(await claim("default", ["run-a"])).toEqual({ known: true, executions: [] });
    expect(await claim("other", ["run-a"], NOW + POLLED_MS)).toEqual({ known: false, executions: [] });
    expect(await claim("default", ["run-x"], NOW + POLLED_MS)).toEqual({ known: false, executions: [] });
    expect(await claim("default", ["run-a"], NOW + POLLED_MS)).toEqual({ known: true, executions: [one] });
    expect(await claimedIds(ledger, NOW + POLLED_MS + 1)).toEqual([]);
    await save(ledger, finished(one));
    expect(await claim("default", ["run-a"], NOW + 5 * MINUTE_MS)).toEqual({ known: false, executions: [] });
  });

  it("are told by one at a time, who has seen the last version", async ({ expect }) => {
    const ledger = open();
    const one = await advance(ledger, await admitNew(ledger), running);
    expect(await ledger.reserve({ ...one, version: one.version - 1 }, NOW)).toBe(false);
    expect(await ledger.reserve(one, NOW)).toBe(true);
    expect(await ledger.reserve(one, NOW + 1)).toBe(false);
    expect(await ledger.reserve(one, NOW + POLLED_MS)).toBe(true);
    const after = await save(ledger, running(one));
    expect(await ledger.reserve(one, NOW + POLLED_MS)).toBe(false);
    expect(await ledger.reserve(after, NOW + POLLED_MS)).toBe(true);
  });
}
