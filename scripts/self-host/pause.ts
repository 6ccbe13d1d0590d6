// Waiting that ends early where it is told to.
import { setTimeout as wait } from "node:timers/promises";

/** @param ms how long; @param over ends it at once */
export function pause(ms: number, over: AbortSignal): Promise<void> {
  return wait(ms, undefined, { signal: over }).catch(() => undefined);
}
