// The shape of a preset: everything about one sender, as data. Types only.
import type { BodyKind, EventSelectors, Verification } from "../../core/source.ts";

export interface Preset {
  readonly title: string;
  /** What the operator should know: which secret it is, and what the scheme does not protect. */
  readonly description: string;
  /** The sender's own page about its scheme. */
  readonly docs: string;
  readonly verify: Verification;
  readonly accept: readonly BodyKind[];
  readonly jsonField?: string;
  readonly event: EventSelectors;
}
