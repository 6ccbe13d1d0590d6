// The clock of the tests: it stands still until someone sleeps or advances it. Nothing really waits.

/** 2026-11-23T09:20:00Z, in ms: a whole minute, so that polls by age are easy to foresee. */
export const NOW = 1_795_425_600_000;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export interface FakeClock {
  now(): number;
  advance(ms: number): void;
  /** Moves the clock and lets everyone else go on before the sleeper does. */
  sleep(ms: number): Promise<void>;
}

export function createFakeClock(start: number = NOW): FakeClock {
  let now = start;
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
    async sleep(ms) {
      now += ms;
      await yieldToOthers();
    },
  };
}

/** Enough turns of the microtask queue for other asynchronous work of the test to take its next step. */
async function yieldToOthers(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
