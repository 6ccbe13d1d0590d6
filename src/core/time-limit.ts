// Waiting, and bounds on it. Pure but for the timers, which the platform keeps.

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
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException(`timed out after ${timeoutMs} ms`, "TimeoutError")), timeoutMs);
  });
  try {
    // A race listens to both, so neither can be an unhandled rejection.
    return await Promise.race([work, expired]);
  } finally {
    if (timer !== undefined) clearTimeout(timer);
  }
}
