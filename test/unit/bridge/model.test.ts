// The bridge against a model of the world, in memory: whatever happens, in whatever order, nothing is lost and nothing doubled.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemoryLedger } from "../../fakes/memory-ledger.ts";
import { happenings, lived } from "../../model/commands.ts";
import { createWorld } from "../../model/world.ts";

const RUNS = Number(process.env.MODEL_RUNS ?? 150);

describe("whatever happens", { timeout: 120_000 }, () => {
  test("every event that was accepted is started once, ends, and is told; or is held, or in the dead letters", async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (commands) => {
        const world = createWorld({ ledger: createMemoryLedger({ shards: 3 }) });
        expect(await lived(world, commands)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});
