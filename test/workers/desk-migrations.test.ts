// The schema of a desk: applied once, harmless to apply again, and the same whichever step an object comes from.
import { runInDurableObject } from "cloudflare:test";
import { it } from "vitest";
import { migrate } from "../../src/desk/migrations.ts";
import { NOW, openRoom } from "./desk-objects.ts";

it("migrating a desk again changes nothing, and every earlier step leads to the same schema", async ({ expect }) => {
  const stub = openRoom().stub("stripe");
  await stub.received(NOW);
  await runInDurableObject(stub, (_object, { storage }) => {
    const [steps, schema] = [stepsOf(storage), schemaOf(storage)];
    expect(steps).toEqual(steps.map((_, index) => index + 1));
    migrate(storage);
    expect([stepsOf(storage), schemaOf(storage)]).toEqual([steps, schema]);
  });
  expect((await stub.record()).lastEventAt).toBe(NOW);
  await runInDurableObject(stub, async (_object, { storage }) => {
    const [steps, schema] = [stepsOf(storage), schemaOf(storage)];
    for (const earlier of [0, ...steps]) {
      await storage.deleteAll();
      migrate(storage, earlier);
      expect(stepsOf(storage)).toEqual(steps.slice(0, earlier));
      migrate(storage);
      expect(schemaOf(storage)).toEqual(schema);
    }
  });
});

function stepsOf({ sql }: DurableObjectStorage): number[] {
  const rows = sql.exec<{ id: number }>("SELECT id FROM _migrations ORDER BY id").toArray();
  return rows.map(({ id }) => id);
}

function schemaOf({ sql }: DurableObjectStorage): Record<string, string | null> {
  const parts = sql.exec<{ name: string; sql: string | null }>("SELECT name, sql FROM sqlite_master ORDER BY name");
  return Object.fromEntries(parts.toArray().map(({ name, sql: text }) => [name, text]));
}
