// Kills the processes, and starts them again. Every kill is written down, since an answer that a killed bridge had just
// been given may not have been saved.
import { setTimeout as wait } from "node:timers/promises";
import type { Chance } from "./chance.ts";
import type { World } from "./world.ts";

export type Victim = "bridge" | "simulator" | "receiver";

export interface Kill {
  readonly victim: Victim;
  /** ms since the epoch */
  readonly at: number;
}

export interface Killer {
  readonly kills: readonly Kill[];
  kill(victim: Victim): Promise<void>;
  /** One of the three; the bridge as often as both others together. */
  killSomeone(): Promise<void>;
}

const DECK: readonly Victim[] = ["bridge", "simulator", "receiver", "bridge"];
const MAX_DOWN_MS = { bridge: 200, simulator: 400, receiver: 800 };

export function createKiller(world: World, chance: Chance): Killer {
  const kills: Kill[] = [];
  const deck: Victim[] = [];

  async function kill(victim: Victim): Promise<void> {
    kills.push({ victim, at: Date.now() });
    await world[victim].kill();
    await wait(chance.between(0, MAX_DOWN_MS[victim]));
    await world[victim].start();
  }
  return {
    kills,
    kill,
    async killSomeone() {
      if (deck.length === 0) deck.push(...DECK);
      await kill(deck.splice(chance.between(0, deck.length - 1), 1)[0] ?? "bridge");
    },
  };
}
