// What the simulator's wrangler.toml binds. Types only; written by hand because the generated Env of the project
// belongs to the bridge, which is another Worker.
import type { SimulatorState } from "./state.ts";

export interface SimulatorEnv {
  readonly STATE: DurableObjectNamespace<SimulatorState>;
  /** "true" opens the control API. */
  readonly SIMULATOR_CONTROL?: string;
  /** The only credential to accept, without "Bearer". The setting `token` takes precedence. */
  readonly SIMULATOR_TOKEN?: string;
}
