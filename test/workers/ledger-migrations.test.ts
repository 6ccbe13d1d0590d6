// The schema: applied once, harmless to apply again, and the same whichever step an object comes from.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import type { Execution } from "../../src/core/execution.ts";
import { migrate } from "../../src/ledger/migrations.ts";
import { admission, admitNew, claimAll, finished, NOW } from "../contract/ledger/executions.ts";
import { openShard } from "./ledger-objects.ts";

describe("the ledger's migrations", () => {
  it("bring a fresh object to the newest step", async ({ expect }) => {
    const { shard } = openShard();
    await runInDurableObject(shard, (_object, { storage }) => {
      const steps = stepsOf(storage);
      expect(steps.length).toBeGreaterThan(0);
      expect(steps).toEqual(steps.map((_, index) => index + 1));
      expect(Object.keys(schemaOf(storage))).toEqual(
        expect.arrayContaining(["chunks", "due", "executions", "marks", "one_per_key"]),
      );
    });
  });

  it("change nothing when applied again, and keep what is stored", async ({ expect }) => {
    const { ledger, shard } = openShard();
    const execution = await admitNew(ledger);
    await runInDurableObject(shard, (_object, { storage }) => {
      const [steps, schema] = [stepsOf(storage), schemaOf(storage)];
      migrate(storage);
      migrate(storage);
      expect([stepsOf(storage), schemaOf(storage)]).toEqual([steps, schema]);
    });
    await evictDurableObject(shard);
    expect(await ledger.get(execution.id)).toEqual(execution);
    expect(await ledger.admit([admission()], execution.admittedAt)).toMatchObject({
      value: [{ outcome: "duplicate" }],
    });
  });

  it("let an execution from before the second step be read, claimed and saved", async ({ expect }) => {
    const { ledger, shard } = openShard();
    await runInDurableObject(shard, async (_object, { storage }) => {
      await storage.deleteAll();
      migrate(storage, 1);
      storage.sql.exec(`INSERT INTO executions (id, rule, source, record_id, dedupe_key, window_ends_at, run, delivery, due_at,
        started_at, purge_at, version, write_token, attributes, payload, progress, result)
        VALUES (1, 'old', 'stripe', '', 'key', ${NOW + 1}, 'running', 'none', ${NOW}, ${NOW}, NULL, 2, 'token',
        '{"engine":"default","windowMs":1,"onUncertainStart":"retry","admittedAt":${NOW},"event":{"id":"evt_1","source":"stripe"}}',
        '{"data":{},"start":null}',
        '{"runId":"run_1","reason":null,"startAttempts":1,"uncertainStarts":0,"expiresAt":null,"finishedAt":null,"endedAt":null,"deliveries":[],"timeline":[]}', NULL)`);
      migrate(storage);
    });
    const [execution] = await claimAll(ledger, NOW);
    expect(execution).toMatchObject({
      rule: "old",
      revision: 0,
      cancel: null,
      cancelRequest: null,
      onDuplicate: "skip",
    });
    expect(await ledger.requestCancel(execution?.id ?? "", "Ada", NOW)).toBe("requested");
    expect(await ledger.save(finished(execution as Execution))).toBe("saved");
  });

  it("come to the same schema from every earlier step", async ({ expect }) => {
    const { shard } = openShard();
    await runInDurableObject(shard, async (_object, { storage }) => {
      const [steps, schema] = [stepsOf(storage), schemaOf(storage)];
      for (const earlier of [0, ...steps]) {
        await storage.deleteAll();
        migrate(storage, earlier);
        expect(stepsOf(storage)).toEqual(steps.slice(0, earlier));
        migrate(storage);
        expect(schemaOf(storage), `from step ${earlier}`).toEqual(schema);
        expect(stepsOf(storage)).toEqual(steps);
      }
    });
  });
});

function stepsOf({ sql }: DurableObjectStorage): number[] {
  return sql
    .exec<{ id: number }>("SELECT id FROM _migrations ORDER BY id")
    .toArray()
    .map(({ id }) => id);
}

function schemaOf({ sql }: DurableObjectStorage): Record<string, string | null> {
  const parts = sql.exec<{ name: string; sql: string | null }>("SELECT name, sql FROM sqlite_master ORDER BY name");
  return Object.fromEntries(parts.toArray().map(({ name, sql: text }) => [name, text]));
}
