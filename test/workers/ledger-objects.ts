// The real ledger in workerd, a fresh one for each test: storage is isolated per test file only, so every ledger takes
// Durable Objects under names of its own.
import { env } from "cloudflare:workers";
import type { Ledger } from "../../src/bridge/ports.ts";
import { createLedger } from "../../src/ledger/ledger-client.ts";
import type { LedgerShard } from "../../src/ledger/ledger-shard.ts";

export type ShardStub = DurableObjectStub<LedgerShard>;
export type Shards = DurableObjectNamespace<LedgerShard>;

export const RETENTION_MS = 30 * 86_400_000;

let opened = 0;

/** The namespace, with every name in a room of its own. */
export function ownShards(): Shards {
  const room = opened++;
  return fakeNamespace((name) => env.LEDGER.getByName(`room ${room}/${name}`));
}

/** All that the ledger's client asks of a namespace. */
export function fakeNamespace(getByName: (name: string) => unknown): Shards {
  return { getByName } as unknown as Shards;
}

export function openLedger(
  namespace: Shards = ownShards(),
  shards = 4,
  { formerShards = [] as readonly number[], revision = 0 } = {},
): Ledger {
  return createLedger({
    namespace,
    settings: {
      shards,
      retention: "30d",
      retentionOf: {},
      keepPayloads: true,
      formerShards: [...formerShards],
      sweepInvocations: 1,
    },
    revision,
    token: () => crypto.randomUUID(),
  });
}

/** A ledger of one shard, and the shard. */
export function openShard(): { readonly ledger: Ledger; readonly shard: ShardStub; readonly namespace: Shards } {
  const namespace = ownShards();
  return { ledger: openLedger(namespace, 1), shard: namespace.getByName("ledger/0"), namespace };
}
