// The bridge against the same model of the world as in memory, here over real Durable Objects: the ledger's shards and the engine's
// gate, which lose their memory when they are evicted.
import { evictDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, it } from "vitest";
import { happenings, lived } from "../model/commands.ts";
import { createWorld } from "../model/world.ts";
import { openGates } from "./gates.ts";
import { openLedger, ownShards } from "./ledger-objects.ts";

const SHARDS = 3;
const RUNS = 12;

describe("whatever happens over real objects", { timeout: 120_000 }, () => {
  it("every event that was accepted is started once, ends, and is told; or is held, or in the dead letters", async ({
    expect,
  }) => {
    await fc.assert(
      fc.asyncProperty(happenings, async (commands) => {
        const namespace = ownShards();
        const room = openGates();
        const world = createWorld({
          ledger: openLedger(namespace, SHARDS),
          gate: room.gate,
          async evict() {
            const stubs = Array.from({ length: SHARDS }, (_, shard) => namespace.getByName(`ledger/${shard}`));
            // One that has not been used yet has no memory to lose.
            for (const stub of stubs) await evictDurableObject(stub).catch(mustNotRun);
            await evictDurableObject(room.stub()).catch(mustNotRun);
          },
        });
        expect(await lived(world, commands)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});

function mustNotRun(thrown: unknown): void {
  if (!String(thrown).includes("not currently running")) throw thrown;
}
