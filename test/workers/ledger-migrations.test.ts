// The schema: applied once, harmless to apply again, and the same whichever step an object comes from.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { migrate } from "../../src/ledger/migrations.ts";
import { admission, admitNew } from "../contract/ledger/executions.ts";
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
