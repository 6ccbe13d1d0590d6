// How the bridge stands, in numbers: for the API, and as metrics. Reads only, and a bounded part of the ledger.
import type { Gauge } from "../core/open-metrics.ts";
import type { Bridge, LedgerStats } from "./ports.ts";
import { sweptAt } from "./watchdog.ts";

export interface Statistics extends LedgerStats {
  /** ms since the epoch */
  readonly since: number;
  readonly sweptAt: number | null;
}

/** @param parts in how many of them the time since then is divided */
export async function statistics(bridge: Bridge, since: number, parts = 1): Promise<Statistics> {
  const [stats, swept] = await Promise.all([bridge.ledger.stats(since, bridge.now(), parts), sweptAt(bridge)]);
  return { ...stats, since, sweptAt: swept };
}

/** @param sorted in ascending order @returns null where there is nothing */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? null;
}

export function gaugesOf(stats: Statistics, now: number): Gauge[] {
  const seconds = (at: number | null): number => (at === null ? 0 : Math.max(now - at, 0) / 1_000);
  const quantiles = (sorted: readonly number[]) =>
    [0.5, 0.95].flatMap((share) => {
      const ms = percentile(sorted, share);
      return ms === null ? [] : [{ labels: { quantile: String(share) }, value: ms / 1_000 }];
    });
  const deliveries = Object.entries(stats.deliveries).flatMap(([callback, states]) =>
    Object.entries(states).map(([state, value]) => ({ labels: { callback, state }, value })),
  );
  return [
    {
      name: "hookspan_executions",
      help: "Executions admitted within the last hour, by state.",
      samples: Object.entries(stats.states).map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      name: "hookspan_deliveries",
      help: "Deliveries of their ends, by callback and state; exhausted are dead letters.",
      samples: deliveries,
    },
    {
      name: "hookspan_backlog",
      help: "Executions for which a step or a delivery is due now.",
      samples: [{ value: stats.backlog }],
    },
    {
      name: "hookspan_oldest_due_seconds",
      unit: "seconds",
      help: "For how long the oldest of them has been due.",
      samples: [{ value: seconds(stats.oldestDueAt) }],
    },
    {
      name: "hookspan_last_sweep_seconds",
      unit: "seconds",
      help: "How long ago the last sweep began.",
      samples: stats.sweptAt === null ? [] : [{ value: seconds(stats.sweptAt) }],
    },
    {
      name: "hookspan_start_seconds",
      unit: "seconds",
      help: "From the webhook to the answer of the start call.",
      samples: quantiles(stats.startMs),
    },
    {
      name: "hookspan_delivery_seconds",
      unit: "seconds",
      help: "From the end to its delivery.",
      samples: quantiles(stats.deliveryMs),
    },
  ];
}
