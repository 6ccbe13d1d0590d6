// The guarantee: one bounded pass over everything that is due, started by the cron trigger every minute. What
// schedules have due comes first, and is then due like everything else. The shards are shared out to several invocations
// (sweep-shards.ts), each with its own six connections; where one cannot be had, its share is done here.
import { compareSources } from "./compare.ts";
import { tellFullShards } from "./full-shards.ts";
import { workOnJobs } from "./jobs.ts";
import type { Bridge, ShardsOrder, ShardsReport } from "./ports.ts";
import { probeEngines } from "./probe.ts";
import { fireSchedules } from "./schedules.ts";
import { tellSilence } from "./silence.ts";
import { sweepShards } from "./sweep-shards.ts";

/** So long that a pass ends before the next two begin. */
const SWEEP_BUDGET_MS = 50_000;

export type SweepReport = ShardsReport;

/** @param budgetMs after this no new execution is taken up */
export async function sweep(bridge: Bridge, budgetMs = SWEEP_BUDGET_MS): Promise<SweepReport> {
  const begun = bridge.now();
  const shutUntil = [...(await probeEngines(bridge))];
  const missed = await fireSchedules(bridge);
  const order = { shards: shuffledShards(bridge), until: begun + budgetMs, shutUntil };
  const swept = await shareOut(bridge, order);
  const report = { ...swept, faults: swept.faults + missed };
  await workOnJobs(bridge, begun + budgetMs);
  await compareSources(bridge);
  await tellSilence(bridge);
  await tellFullShards(bridge);
  bridge.log(report.complete ? "info" : "warn", "sweep.finished", { ...report, durationMs: bridge.now() - begun });
  return report;
}

const NOTHING: ShardsReport = { advanced: 0, conflicts: 0, faults: 0, purged: 0, complete: true };

/** Starts at another shard each time, so that a pass that runs out of time does not always leave out the same ones. */
function shuffledShards(bridge: Bridge): number[] {
  const { shards } = bridge.ledger;
  const first = Math.floor(bridge.random() * shards);
  return Array.from({ length: shards }, (_, index) => (first + index) % shards);
}

/** Each share by an invocation of its own; what could not be given away, or was lost, is done here. */
async function shareOut(bridge: Bridge, order: ShardsOrder): Promise<ShardsReport> {
  const elsewhere = bridge.sweepElsewhere;
  if (!elsewhere) return sweepShards(bridge, order);
  const shares = sharesOf(order.shards, bridge.setup.config.ledger.sweepInvocations);
  if (shares.length === 1) return sweepShards(bridge, order);
  const left: number[] = [];
  const reports = await Promise.all(
    shares.map(async (shards) => {
      try {
        return await elsewhere({ ...order, shards });
      } catch (thrown) {
        bridge.log("error", "sweep.share-lost", { shards: shards.join(" "), error: String(thrown) });
        left.push(...shards);
        return NOTHING;
      }
    }),
  );
  // A lost invocation may have done anything: what is still due and leased to nobody is found again.
  const own = left.length > 0 ? await sweepShards(bridge, { ...order, shards: left }) : NOTHING;
  return [...reports, own].reduce(sum, NOTHING);
}

/** As many shares as there are invocations, but none without a shard. */
function sharesOf(shards: readonly number[], invocations: number): number[][] {
  const count = Math.min(invocations, shards.length);
  return Array.from({ length: count }, (_, share) => shards.filter((_shard, index) => index % count === share));
}

function sum(a: ShardsReport, b: ShardsReport): ShardsReport {
  return {
    advanced: a.advanced + b.advanced,
    conflicts: a.conflicts + b.conflicts,
    faults: a.faults + b.faults,
    purged: a.purged + b.purged,
    complete: a.complete && b.complete,
  };
}
