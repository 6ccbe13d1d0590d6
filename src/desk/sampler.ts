// Decides which of many like things are worth a write: the first few of each name, then none until an interval has
// passed. Lives as long as its isolate and is bounded; when it is full it lets nothing new through, so that a flood
// cannot buy writes with variety. Knows no clock.

/** Sources times reasons of refusal; both are few. */
const MAX_NAMES = 2_000;

export interface Sampler {
  /** @returns whether this one counts; of one name, `times` do within `everyMs` */
  take(name: string, now: number, everyMs: number, times?: number): boolean;
}

export function createSampler(): Sampler {
  const windows = new Map<string, { readonly from: number; readonly until: number; left: number }>();

  function makeRoom(now: number): boolean {
    if (windows.size < MAX_NAMES) return true;
    for (const [name, { until }] of windows) if (until <= now) windows.delete(name);
    return windows.size < MAX_NAMES;
  }

  return {
    take(name, now, everyMs, times = 1) {
      const window = windows.get(name);
      // A clock that was set back must not silence a name for as long as it was ahead.
      if (window && now >= window.from && now < window.until) return window.left-- > 0;
      if (!window && !makeRoom(now)) return false;
      windows.set(name, { from: now, until: now + everyMs, left: times - 1 });
      return true;
    },
  };
}
