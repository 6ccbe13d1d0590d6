// The guarantee: one bounded pass over everything that is due, started by the cron trigger every minute. What
// schedules have due comes first, and is then due like everything else. Passes may
// overlap, overrun or be killed at any point; leases and versions keep that harmless. One bad execution or one shard
// out of reach never stops the rest.
import type { Execution } from "../core/execution.ts";
import { advance } from "./advance.ts";
import { holdingPermits, type PassGates, shutEngines } from "./permits.ts";
import type { Bridge, DueCursor } from "./ports.ts";
import { probeEngines } from "./probe.ts";
import { fireSchedules } from "./schedules.ts";
import { tellSilence } from "./silence.ts";

/** So long that a pass ends before the next two begin. */
const SWEEP_BUDGET_MS = 50_000;

/** A Worker invocation may wait for the headers of six connections at a time; more would only queue. */
const CONCURRENCY = 6;

export interface SweepReport {
  readonly advanced: number;
  readonly conflicts: number;
  readonly faults: number;
  readonly purged: number;
  /** False where the budget ran out before everything due was seen. */
  readonly complete: boolean;
}

interface Pass extends PassGates {
  advanced: number;
  conflicts: number;
  faults: number;
  purged: number;
  complete: boolean;
}

/** @param budgetMs after this no new execution is taken up */
export async function sweep(bridge: Bridge, budgetMs = SWEEP_BUDGET_MS): Promise<SweepReport> {
  const begun = bridge.now();
  const pass: Pass = {
    until: begun + budgetMs,
    shutUntil: await probeEngines(bridge),
    waiting: new Map(),
    advanced: 0,
    conflicts: 0,
    faults: 0,
    purged: 0,
    complete: true,
  };
  pass.faults += await fireSchedules(bridge);
  const shards = shuffledShards(bridge);
  const due = dueExecutions(bridge, pass, shards);
  await Promise.all(Array.from({ length: CONCURRENCY }, () => work(bridge, pass, due)));
  await purge(bridge, pass, shards);
  await tellSilence(bridge);
  bridge.log(pass.complete ? "info" : "warn", "sweep.finished", {
    ...reportOf(pass),
    durationMs: bridge.now() - begun,
  });
  return reportOf(pass);
}

/** Starts at another shard each time, so that a pass that runs out of time does not always leave out the same ones. */
function shuffledShards(bridge: Bridge): number[] {
  const { shards } = bridge.ledger;
  const first = Math.floor(bridge.random() * shards);
  return Array.from({ length: shards }, (_, index) => (first + index) % shards);
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

function reportOf({ advanced, conflicts, faults, purged, complete }: Pass): SweepReport {
  return { advanced, conflicts, faults, purged, complete };
}
