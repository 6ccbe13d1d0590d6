// How many executions of each rule stand in which state: over all shards, and since a moment.
import { it } from "vitest";
import {
  admission,
  admitAll,
  admitNew,
  type LedgerUnderTest,
  MINUTE_MS,
  NOW,
  recordId,
  running,
  save,
  times,
} from "./executions.ts";

export function countsContract({ open }: LedgerUnderTest): void {
  it("counts by rule and state, over all shards", async ({ expect }) => {
    const ledger = open();
    await admitAll(
      ledger,
      times(9, (n) => admission({ recordId: recordId(n) })),
    );
    const shadow = { rule: "looks-on", callbacks: [], over: { state: "shadow", reason: null } } as const;
    await admitAll(
      ledger,
      times(5, (n) => admission({ ...shadow, recordId: recordId(n) })),
    );
    await save(ledger, running(await admitNew(ledger, admission({ recordId: recordId(100) }))));
    const counts = await ledger.counts(0);
    expect(counts.toSorted((a, b) => a.count - b.count)).toEqual([
      { rule: "kyb-on-subscription", state: "running", count: 1 },
      { rule: "looks-on", state: "shadow", count: 5 },
      { rule: "kyb-on-subscription", state: "starting", count: 9 },
    ]);
  });

  it("counts what was admitted from a moment on, that moment included", async ({ expect }) => {
    const ledger = open();
    await admitNew(ledger, admission({ dedupeKey: "before" }), NOW - 1);
    await admitNew(ledger, admission({ dedupeKey: "then" }), NOW);
    await admitNew(ledger, admission({ dedupeKey: "after" }), NOW + MINUTE_MS);
    expect(await ledger.counts(NOW)).toEqual([{ rule: "kyb-on-subscription", state: "starting", count: 2 }]);
    expect(await ledger.counts(NOW + 2 * MINUTE_MS)).toEqual([]);
  });
}
