// Waiting, and bounds on it. Pure but for the timer, which the platform's AbortSignal keeps.

/** Waits, so that what was just in trouble has a moment to recover. */
export async function pause(ms: number): Promise<void> {
  const signal = AbortSignal.timeout(ms);
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

/**
 * Bounds how long something is waited for. The work itself goes on: what matters is that nobody hangs on it.
 *
 * @throws a TimeoutError where `work` has not settled in time; what it comes to later is ignored
 */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(timeoutMs);
  const expired = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  // A race listens to both, so neither can be an unhandled rejection.
  return Promise.race([work, expired]);
}
