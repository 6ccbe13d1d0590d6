// What the routes are given with each request, instead of the platform's Env. Types only.
import type { ConfigDesk } from "../bridge/configure.ts";
import type { Bridge, ConfigUnreachable, Misconfigured } from "../bridge/ports.ts";
import type { Result } from "../core/result.ts";
import type { Identity } from "../core/role.ts";

export interface HttpBindings {
  /** The bridge, or what keeps it from working: the faults of the configuration, or that it cannot be reached. */
  readonly bridge: Result<Bridge, Misconfigured | ConfigUnreachable>;
  /** Where the configuration is changed: there also while the bridge does not work. */
  readonly config: ConfigDesk;
  /** The bearer token of the operations API; without one the API is closed. */
  readonly adminToken: string | undefined;
  /** Keeps work going after the answer (the platform's waitUntil). */
  defer(work: Promise<unknown>): void;
}

export interface HttpEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Who asks; set for every route of the operations API. */
    identity: Identity;
  };
}
