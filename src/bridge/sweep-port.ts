// How a sweep is shared by several invocations of the Worker. Types only; plain data, since it goes from one invocation to
// another.

/** What one invocation is to do of a sweep. */
export interface ShardsOrder {
  readonly shards: readonly number[];
  /** After this no new execution is taken up, ms since the epoch. */
  readonly until: number;
  /** The engines that are shut, and until when, ms since the epoch. */
  readonly shutUntil: readonly (readonly [string, number])[];
}

/** What came of it. */
export interface ShardsReport {
  readonly advanced: number;
  readonly conflicts: number;
  readonly faults: number;
  readonly purged: number;
  /** False where the budget ran out before everything due was seen. */
  readonly complete: boolean;
}

/** Has an order carried out by an invocation of its own. Throws where there is none to be had, or where it was lost. */
export type SweepElsewhere = (order: ShardsOrder) => Promise<ShardsReport>;
