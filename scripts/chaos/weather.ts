// What goes wrong without anybody being killed: the faults of the engine and of the receiver, changing all the time.
import { setTimeout as wait } from "node:timers/promises";
import type { Chance } from "./chance.ts";
import type { ReceiverFaults } from "./receiver-process.ts";
import type { World } from "./world.ts";

/** Each is a list of the simulator's fault rules (src/simulator/README.md). */
const ENGINE_WEATHERS: Readonly<Record<string, readonly object[]>> = {
  calm: [],
  slow: [{ operation: "*", fault: "latency", ms: 300, probability: 0.2 }],
  throttled: [{ operation: "*", fault: "throttle", retryAfter: "2", probability: 0.3 }],
  // 503 says "not processed" (RFC 9110), so a fault that lies about it is none of HTTP's.
  failing: [
    { operation: "*", fault: "error-before", status: 503, probability: 0.1 },
    { operation: "*", fault: "error-before", status: 500, probability: 0.05 },
    { operation: "start", fault: "error-after", status: 502, probability: 0.05 },
  ],
  breaking: [
    { operation: "start", fault: "reset-after", probability: 0.1 },
    { operation: "start", fault: "reset-after", cut: "in-body", probability: 0.05 },
    { operation: "*", fault: "reset-before", probability: 0.05 },
  ],
  // Longer than the bridge waits: the run is there, and its answer comes too late.
  lagging: [{ operation: "start", fault: "latency", ms: 12_000, probability: 0.005 }],
};

const RECEIVER_WEATHERS: readonly ReceiverFaults[] = [
  {},
  { 500: 0.15, reset: 0.1 },
  { 429: 0.15, 503: 0.1 },
  { late: 0.03, 500: 0.05 },
];

const ALL_OVER: ReceiverFaults = {};

export interface Weather {
  /** No fault any more, for certain: both sides have said so. */
  clear(): Promise<void>;
}

export function startWeather(world: World, chance: Chance): Weather {
  let over = false;
  const changing = (async () => {
    while (!over) {
      const engine = ENGINE_WEATHERS[chance.pick(Object.keys(ENGINE_WEATHERS))] ?? [];
      const receiver = chance.pick(RECEIVER_WEATHERS);
      // Whoever is dead just now keeps the weather that it had, or comes back without any.
      await Promise.allSettled([setEngine(world, engine), setReceiver(world, receiver)]);
      await wait(chance.between(300, 1_200));
    }
  })();
  return {
    async clear() {
      over = true;
      await changing;
      await setEngine(world, []);
      await setReceiver(world, ALL_OVER);
    },
  };
}

async function setEngine({ control }: World, rules: readonly object[]): Promise<void> {
  await control.noFaults();
  if (rules.length > 0) await control.faults(...rules);
}

async function setReceiver({ receiverUrl }: World, faults: ReceiverFaults): Promise<void> {
  await fetch(`${receiverUrl}/faults`, { method: "PUT", body: JSON.stringify(faults) });
}
