// The only place of the simulator that reads the clock, makes an id or rolls a die. Everything else is told.

/** What a call takes from the world around it. */
export interface Moment {
  /** ms since the epoch, before the simulator's clock offset is added. */
  readonly now: number;
  /** A fresh UUID, for the execution that the call may start. */
  readonly id: string;
  /** A random number in [0, 1), which decides on faults with a probability. */
  readonly roll: number;
}

/** The present moment. */
export function presentMoment(): Moment {
  return { now: Date.now(), id: crypto.randomUUID(), roll: Math.random() };
}
