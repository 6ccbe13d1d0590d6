// Waiting that ends early where it is told to.

/** @param ms how long; @param over ends it at once */
export function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      over.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    over.addEventListener("abort", done, { once: true });
    if (over.aborted) done();
  });
}
