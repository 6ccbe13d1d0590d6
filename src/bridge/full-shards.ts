// Tells of shards that fill up, long before one is full: then it would admit nothing more, and its senders would be turned
// away. Runs with one sweep in ten, since it asks every shard.
import { MINUTE_MS } from "../core/duration.ts";
import { fullnessOf, MORE_ROOM, SHARD_LIMIT_BYTES } from "../core/shard-size.ts";
import type { Bridge } from "./ports.ts";

const EVERY_MINUTES = 10;

export async function tellFullShards(bridge: Bridge): Promise<void> {
  if (Math.floor(bridge.now() / MINUTE_MS) % EVERY_MINUTES !== 0) return;
  try {
    const sizes = await bridge.ledger.sizes();
    for (const [shard, bytes] of sizes.entries()) {
      const fullness = fullnessOf(bytes);
      if (fullness === "ok") continue;
      const fields = { shard, bytes, limitBytes: SHARD_LIMIT_BYTES, advice: MORE_ROOM };
      bridge.log(fullness === "filling" ? "warn" : "error", `ledger.shard-${fullness}`, fields);
    }
  } catch (thrown) {
    bridge.log("error", "sweep.sizes-unknown", { error: String(thrown) });
  }
}
