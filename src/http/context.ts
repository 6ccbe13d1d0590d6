// What the routes are given with each request, instead of the platform's Env. Types only.
import type { ConfigDesk } from "../bridge/configure.ts";
import type { Access, Bridge, ConfigUnreachable, Log, Misconfigured } from "../bridge/ports.ts";
import type { Json } from "../core/json.ts";
import type { Result } from "../core/result.ts";
import type { Identity } from "../core/role.ts";

export interface HttpBindings {
  /** The bridge, or what keeps it from working: the faults of the configuration, or that it cannot be reached. */
  readonly bridge: Result<Bridge, Misconfigured | ConfigUnreachable>;
  /** Where the configuration is changed: there also while the bridge does not work. */
  readonly config: ConfigDesk;
  /** The bearer token of the operations API; without one the API is closed. */
  readonly adminToken: string | undefined;
  /** Named tokens, and the record of changes. */
  readonly access: Access;
  /** Who asks, where this Worker's own dashboard asks for them. No request from outside can say so. */
  readonly signedIn?: Identity;
  /** By which the log knows the request, and whoever asks about it. */
  readonly requestId: string;
  readonly log: Log;
  /** ms since the epoch */
  now(): number;
  /** Keeps work going after the answer (the platform's waitUntil). */
  defer(work: Promise<unknown>): void;
}

/** Never a payload, never a secret. */
export interface Change {
  readonly before?: Json;
  readonly after?: Json;
}

export interface HttpEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Who asks; set for every route of the operations API. */
    identity: Identity;
    /** The request has only asked what would be done. */
    looked: true | undefined;
    /** What the request has changed, for the record: set by the route, where there is something to say. */
    change: Change | undefined;
  };
}
