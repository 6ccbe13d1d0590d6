// The cron trigger. While webhooks come in it is fired at the real time, often, and several times at once. In between
// time travels, so that retries which are hours away come due: but only after the bridge was killed and while nothing is
// sent, because a lease says "within a minute", and a jump in time would break it for a call that is under way.
import { setTimeout as wait } from "node:timers/promises";
import type { Chance } from "./chance.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;
const MAX_AT_ONCE = 3;

export interface Cron {
  stop(): Promise<void>;
}

/** Fires sweeps at the real time until stopped. */
export function startCron(world: World, chance: Chance): Cron {
  let over = false;
  const firing = (async () => {
    while (!over) {
      await sweepAtOnce(world, chance, Date.now());
      await wait(chance.between(200, 1_500));
    }
  })();
  return {
    async stop() {
      over = true;
      await firing;
    },
  };
}

async function sweepAtOnce(world: World, chance: Chance, at: number): Promise<void> {
  await Promise.all(Array.from({ length: chance.between(1, MAX_AT_ONCE) }, () => world.sweep(at)));
}

/** Minutes from now at which the sweeps of one journey live: a few in a row, then some after longer jumps. */
const JOURNEY_MINUTES = [2, 3, 5, 8, 12, 40, 41, 160, 161];

/** @param kills how often `disturb` is called in the midst of sweeps */
export async function travel(world: World, chance: Chance, kills: number, disturb: () => Promise<void>): Promise<void> {
  const disturbed = new Set<number>();
  while (disturbed.size < kills) disturbed.add(chance.between(0, JOURNEY_MINUTES.length - 1));
  for (const [step, minutes] of JOURNEY_MINUTES.entries()) {
    const sweeps = sweepAtOnce(world, chance, Date.now() + minutes * MINUTE_MS);
    if (disturbed.has(step)) {
      await wait(chance.between(5, 120));
      await disturb();
    }
    await sweeps;
  }
}

/** A run is polled once an hour at the least: an hour of minutes in a row meets everyone. */
const MINUTES_IN_A_ROW = 60;
const LOOK_EVERY_MINUTES = 4;
/** In steps up to the longest wait between two callbacks; start calls are given up at 72 h. */
const DRAIN_FROM_HOURS = [0, 1, 3, 6, 12, 24, 36, 48, 66];

/** With all faults over, sweeps on and on until nothing is left to do, or for almost three days. */
export async function drain(world: World, remaining: () => Promise<"steps" | "callbacks" | "nothing">): Promise<void> {
  for (const hours of DRAIN_FROM_HOURS) {
    for (let minute = 1; minute <= MINUTES_IN_A_ROW; minute++) {
      const at = Date.now() + (hours * 60 + minute) * MINUTE_MS;
      if (!(await world.sweep(at))) throw new Error("a sweep failed though nobody was killed any more");
      if (minute % LOOK_EVERY_MINUTES > 0) continue;
      const left = await remaining();
      if (left === "nothing") return;
      if (left === "callbacks") break;
    }
  }
}
