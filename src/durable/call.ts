// Calls a Durable Object, again where the runtime says that the call may be repeated. The objects' methods are idempotent,
// so repeating is harmless; an overloaded object is left alone. Knows nothing of what is called.

import { pause, within } from "../core/time-limit.ts";

/** Waits before the second and the third try, ms: an object that is being moved is back within a fraction of a second. */
const BACKOFF_MS = [20, 150];

/**
 * @param stub gives a new stub: one that has thrown may be broken for good, so each try takes another
 * @throws what the last try has thrown
 */
export async function callObject<Stub, T>(stub: () => Stub, method: (stub: Stub) => Promise<T>): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await method(stub());
    } catch (thrown) {
      const backoff = BACKOFF_MS[tried];
      if (backoff === undefined || !isRetryable(thrown)) throw thrown;
      await pause(backoff);
    }
  }
}

/** The same within a time, ms, whatever it takes. @throws also where the time is over */
export function callWithin<Stub, T>(
  timeoutMs: number,
  stub: () => Stub,
  method: (stub: Stub) => Promise<T>,
): Promise<T> {
  return within(timeoutMs, callObject(stub, method));
}

/** The runtime marks errors after which a call may be repeated; an overloaded object must be left alone. */
function isRetryable(thrown: unknown): boolean {
  if (typeof thrown !== "object" || thrown === null) return false;
  const { retryable, overloaded, durableObjectReset } = thrown as Record<string, unknown>;
  return overloaded !== true && (retryable === true || durableObjectReset === true);
}
