// Notices a cron trigger that has stopped: each sweep leaves a mark, and requests look at it now and then. Whoever finds it
// old tells so and sweeps, so that work goes on as long as anything comes in.
import type { Bridge } from "./ports.ts";
import { sweep } from "./sweep.ts";

/** Cron triggers come every minute; one that is late or lost is no reason to worry. */
export const OVERDUE_AFTER_MS = 5 * 60_000;

/** How often an isolate looks: one call to one shard. */
const LOOK_EVERY_MS = 60_000;

/** What goes on after an answer is given 30 seconds. */
const BUDGET_MS = 20_000;

const SWEPT = "swept";

/** When a sweep last began, ms since the epoch; null where none has been seen yet. */
export async function sweptAt(bridge: Bridge): Promise<number | null> {
  return (await bridge.ledger.marks(SWEPT)).get(SWEPT) ?? null;
}

/** The cron trigger's sweep. A mark that cannot be left keeps nobody from sweeping. */
export async function scheduledSweep(bridge: Bridge): Promise<void> {
  try {
    await markSwept(bridge);
  } catch (thrown) {
    bridge.log("error", "sweep.marks-unreachable", { error: String(thrown) });
  }
  await sweep(bridge);
}

export interface Watchdog {
  /** Called with every request, after its answer; looks once a minute. Never fails. */
  watch(bridge: Bridge): Promise<void>;
}

/** One per isolate: it remembers when it has looked. */
export function createWatchdog(): Watchdog {
  let lookedAt: number | null = null;
  return {
    async watch(bridge) {
      const now = bridge.now();
      if (lookedAt !== null && now >= lookedAt && now - lookedAt < LOOK_EVERY_MS) return;
      lookedAt = now;
      try {
        await look(bridge, now);
      } catch (thrown) {
        bridge.log("error", "watchdog.failed", { error: String(thrown) });
      }
    },
  };
}

async function look(bridge: Bridge, now: number): Promise<void> {
  const last = await sweptAt(bridge);
  // Nothing has been swept yet: from now on it is waited for.
  if (last === null) return markSwept(bridge);
  if (now - last <= OVERDUE_AFTER_MS) return;
  bridge.log("error", "sweep.overdue", { sweptAt: new Date(last).toISOString(), overdueMs: now - last });
  // First, so that the next to look does not sweep as well.
  await markSwept(bridge);
  await sweep(bridge, BUDGET_MS);
}

function markSwept(bridge: Bridge): Promise<void> {
  return bridge.ledger.setMarks(new Map([[SWEPT, bridge.now()]]));
}
