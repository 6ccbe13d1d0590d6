// Where the parts of an event stand, compiled. Types only. `event-plan.ts` makes these from the configuration,
// `normalise` reads requests by them.
import type { PathStep } from "../../core/path.ts";
import type { PlainSelector, Selector } from "./selector.ts";

export type { PathStep } from "../../core/path.ts";

/** The compiled `event` part. Each list holds alternatives: the first that gives something is used. */
export interface EventPlan {
  readonly id: readonly Selector[];
  readonly type: readonly Selector[];
  readonly subject: readonly Selector[];
  readonly time: { readonly from: readonly PlainSelector[]; readonly unit: "s" | "ms" | "iso" } | null;
  readonly data: readonly (readonly PathStep[])[];
  readonly dedupeKey: readonly Selector[];
}
