// What the routes are given with each request, instead of the platform's Env. Types only.
import type { Bridge, ConfigDesk, Misconfigured } from "../bridge/ports.ts";
import type { Result } from "../core/result.ts";

export interface HttpBindings {
  /** The bridge, or every fault of the configuration that keeps it from working. */
  readonly bridge: Result<Bridge, Misconfigured>;
  /** Where configurations other than the one in force are read. */
  readonly config: ConfigDesk;
  /** The bearer token of the operations API; without one the API is closed. */
  readonly adminToken: string | undefined;
  /** Keeps work going after the answer (the platform's waitUntil). */
  defer(work: Promise<unknown>): void;
}

export interface HttpEnv {
  Bindings: HttpBindings;
}
