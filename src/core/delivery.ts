// What is owed to a callback. Pure.

export const DELIVERY_STATES = ["due", "delivered", "exhausted", "unwanted"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What is owed to one callback. `exhausted` is a dead letter; `unwanted`: it does not want to know of such an end. */
export interface Delivery {
  readonly callback: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** When the next attempt is due, ms since the epoch; null before the end and when nothing is owed any more. */
  readonly nextAt: number | null;
}

/** @returns when the next attempt at any of them is due, ms since the epoch; null where nothing is owed */
export function nextDue(deliveries: readonly Delivery[]): number | null {
  const times = deliveries.flatMap(({ nextAt }) => (nextAt === null ? [] : [nextAt]));
  return times.length === 0 ? null : Math.min(...times);
}
