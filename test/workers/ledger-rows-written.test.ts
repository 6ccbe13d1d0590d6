// Rows written are what the ledger costs: every step of an execution has its exact price, and reading has none.
import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { attempted } from "../../src/core/attempt.ts";
import { type Execution, requeued, starting } from "../../src/core/execution.ts";
import { LEASE_MS } from "../../src/core/retry.ts";
import { migrate } from "../../src/ledger/migrations.ts";
import {
  admission,
  admitAll,
  admitDuplicate,
  admitNew,
  advance,
  claimAll,
  DAY_MS,
  delivered,
  finished,
  MINUTE_MS,
  NOW,
  parked,
  recordId,
  running,
  save,
  times,
  told,
  WINDOW_MS,
} from "../contract/ledger/executions.ts";
import { openShard } from "./ledger-objects.ts";
import { countRowsWritten } from "./rows-counted.ts";

const FAR = NOW + 400 * DAY_MS;

describe("rows written", () => {
  it("are counted as the platform bills them: a row of the table and one of each index", async ({ expect }) => {
    const { shard } = openShard();
    const written = await countRowsWritten(shard);
    await runInDurableObject(shard, (_object, { storage: { sql } }) => {
      sql.exec("CREATE TABLE counted (id INTEGER PRIMARY KEY, a TEXT, b TEXT)");
      sql.exec("CREATE INDEX counted_a ON counted (a)");
      written();
      sql.exec("INSERT INTO counted (a, b) VALUES ('x', 'y'), ('z', 'y')");
    });
    expect(written()).toBe(4);
  });

  it("by an execution on its happy path are six", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const written = await countRowsWritten(shard);
    const table: Record<string, number> = {};
    const fresh = await admitNew(ledger);
    table.admission = written();
    await admitDuplicate(ledger, admission());
    table.duplicate = written();
    const started = await save(ledger, running(fresh));
    table.started = written();
    await claimAll(ledger, NOW + LEASE_MS);
    await claimAll(ledger, NOW + 5 * MINUTE_MS);
    table.polls = written();
    await save(ledger, told(started));
    table["ended and delivered"] = written();
    await ledger.purge(0, NOW);
    table["purge of nothing"] = written();
    await ledger.purge(0, FAR);
    table.purge = written();
    expect(table).toEqual({
      admission: 3,
      duplicate: 0,
      started: 1,
      polls: 0,
      "ended and delivered": 1,
      "purge of nothing": 0,
      purge: 1,
    });
    expect(Object.values(table).reduce((sum, rows) => sum + rows, 0)).toBeLessThanOrEqual(6);
  });

  it("are as many for each of a hundred executions admitted in one call", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const written = await countRowsWritten(shard);
    await admitAll(
      ledger,
      times(100, (n) => admission({ recordId: recordId(n) })),
    );
    expect(written()).toBe(300);
  });

  it("off the happy path are two for each step that moves the due time", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const written = await countRowsWritten(shard);
    const table: Record<string, number> = {};
    const priced = async (name: string, step: Promise<Execution>): Promise<Execution> => {
      const after = await step;
      table[name] = written();
      return after;
    };
    const queued = await priced("admission to the queue", admitNew(ledger, admission({ onUncertainStart: "hold" })));
    const intent = await priced("intent to start", save(ledger, starting(queued, NOW + 1)));
    const throttled = { at: NOW, step: "start", outcome: "throttled" } as const;
    await priced("back to the queue", save(ledger, requeued(intent, throttled, 10_000)));
    const [claimed] = await claimAll(ledger, NOW + DAY_MS);
    table.lease = written();
    const started = await advance(
      ledger,
      starting(claimed as Execution, NOW + DAY_MS),
      (execution) => execution,
      running,
    );
    written();
    const failed = { delivered: false, detail: "503", durationMs: 1 } as const;
    const end = attempted(finished(started), "crm", failed, NOW, 0);
    const owed = await priced("ended, callback failed", save(ledger, end));
    await priced("delivered later", save(ledger, delivered(owed)));
    const again = await priced("admission after the window", admitNew(ledger, admission(), NOW + WINDOW_MS));
    await priced("held", save(ledger, parked(again)));
    expect(table).toEqual({
      "admission to the queue": 3,
      "intent to start": 2,
      "back to the queue": 2,
      lease: 2,
      "ended, callback failed": 2,
      "delivered later": 1,
      "admission after the window": 5,
      held: 1,
    });
  });

  it("are none for reading, for a walk that finds nothing, and for waking up", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const { id } = await advance(ledger, await admitNew(ledger), running, told);
    const written = await countRowsWritten(shard);
    await ledger.get(id);
    await ledger.list({ limit: 10 });
    await ledger.list({ limit: 10, recordId: recordId(1) });
    await claimAll(ledger, FAR);
    await runInDurableObject(shard, (_object, { storage }) => migrate(storage));
    expect(written()).toBe(0);
  });

  it("are none for a save that is refused", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const fresh = await admitNew(ledger);
    await save(ledger, running(fresh));
    const written = await countRowsWritten(shard);
    await ledger.save(running(fresh));
    await ledger.save({ ...running(fresh), version: 2, run: "queued" });
    expect(written()).toBe(0);
  });

  it("are one more for each mebibyte begun of a value that does not fit into its row", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const written = await countRowsWritten(shard);
    const large = "x".repeat(3.9 * 1024 * 1024);
    const fresh = await admitNew(ledger, admission({ data: large }));
    expect(written()).toBe(3 + 4);
    const started = await save(ledger, running(fresh));
    expect(written()).toBe(1);
    const owed = await save(ledger, finished(started, NOW, large));
    expect(written()).toBe(2 + 4);
    const failed = { delivered: false, detail: "503", durationMs: 1 } as const;
    const again = await save(ledger, attempted(owed, "crm", failed, NOW, 0));
    expect(written(), "an attempt does not write the result again").toBe(2);
    await save(ledger, delivered(again));
    expect(written()).toBe(1 + 4);
    await ledger.purge(0, FAR);
    expect(written()).toBe(1 + 4);
  });

  it("are none for a large result that is delivered by the time it is saved", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const started = await save(ledger, running(await admitNew(ledger)));
    const written = await countRowsWritten(shard);
    await save(ledger, delivered(finished(started, NOW, "x".repeat(3.9 * 1024 * 1024))));
    expect(written(), "but the execution's own").toBe(1);
    expect((await ledger.get(started.id))?.result).toBeUndefined();
  });
});
