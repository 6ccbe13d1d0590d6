// Names the one Durable Object that holds the simulator's state.
import type { SimulatorEnv } from "./env.ts";

const STATE_NAME = "simulator";

export function simulatorState(env: SimulatorEnv) {
  return env.STATE.getByName(STATE_NAME);
}
