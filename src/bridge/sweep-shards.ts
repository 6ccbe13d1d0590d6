// One invocation's share of a sweep: everything due in some shards, then some of their oldest rows. Invocations have six
// connections each, so a sweep that has much to do is shared by several. Shares may overlap, overrun or be killed at any
// point; leases and versions keep that harmless. One bad execution or one shard out of reach never stops the rest.
import type { Execution } from "../core/execution.ts";
import { advance } from "./advance.ts";
import { holdingPermits, type PassGates, shutEngines } from "./permits.ts";
import type { Bridge, DueCursor, ShardsOrder, ShardsReport } from "./ports.ts";

/** A Worker invocation may wait for the headers of six connections at a time; more would only queue. */
const CONCURRENCY = 6;

interface Pass extends PassGates {
  advanced: number;
  conflicts: number;
  faults: number;
  purged: number;
  complete: boolean;
}

export async function sweepShards(bridge: Bridge, order: ShardsOrder): Promise<ShardsReport> {
  const pass: Pass = {
    until: order.until,
    shutUntil: new Map(order.shutUntil),
    waiting: new Map(),
    advanced: 0,
    conflicts: 0,
    faults: 0,
    purged: 0,
    complete: true,
  };
  const due = dueExecutions(bridge, pass, order.shards);
  await Promise.all(Array.from({ length: CONCURRENCY }, () => work(bridge, pass, due)));
  await purge(bridge, pass, order.shards);
  const { advanced, conflicts, faults, purged, complete } = pass;
  return { advanced, conflicts, faults, purged, complete };
}

async function* dueExecutions(bridge: Bridge, pass: Pass, shards: readonly number[]): AsyncGenerator<Execution> {
  for (const shard of shards) {
    let after: DueCursor | null = null;
    do {
      if (isOver(bridge, pass)) return;
      const batch = await claim(bridge, pass, shard, after);
      for (const execution of batch.executions) {
        // What is left of the batch stays leased for a minute, and is then found by another pass.
        if (isOver(bridge, pass)) return;
        yield execution;
      }
      after = batch.next;
    } while (after);
  }
}

function isOver(bridge: Bridge, pass: Pass): boolean {
  if (bridge.now() <= pass.until) return false;
  pass.complete = false;
  return true;
}

async function claim(bridge: Bridge, pass: Pass, shard: number, after: DueCursor | null) {
  try {
    return await bridge.ledger.claim(shard, bridge.now(), after, shutEngines(pass, bridge.now()));
  } catch (thrown) {
    fault(bridge, pass, "sweep.shard-unreachable", { shard }, thrown);
    return { executions: [], next: null };
  }
}

async function work(bridge: Bridge, pass: Pass, due: AsyncGenerator<Execution>): Promise<void> {
  const permits = holdingPermits(bridge, pass);
  for (let next = await due.next(); !next.done; next = await due.next()) {
    const execution = next.value;
    try {
      if (await advance(permits.bridge, execution)) pass.advanced++;
      else pass.conflicts++;
    } catch (thrown) {
      fault(bridge, pass, "sweep.advance-failed", { execution: execution.id, rule: execution.rule }, thrown);
    }
  }
  await permits.close();
}

async function purge(bridge: Bridge, pass: Pass, shards: readonly number[]): Promise<void> {
  for (const shard of shards) {
    if (bridge.now() > pass.until) return;
    try {
      pass.purged += await bridge.ledger.purge(shard, bridge.now());
    } catch (thrown) {
      fault(bridge, pass, "sweep.purge-failed", { shard }, thrown);
    }
  }
}

function fault(
  bridge: Bridge,
  pass: Pass,
  name: string,
  fields: Record<string, string | number>,
  thrown: unknown,
): void {
  pass.faults++;
  bridge.log("error", name, { ...fields, error: String(thrown) });
}
