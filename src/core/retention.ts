// How long an ended execution is kept. Pure.
import type { LedgerSettings } from "./config.ts";
import { durationMs } from "./duration.ts";
import type { RunState } from "./run-state.ts";

/** Events that no rule took are kept to look at and to try rules on, not to be answerable for: a week, if nothing else is said. */
const UNMATCHED_RETENTION = "7d";

/** @returns ms after its end */
export function retentionMs({ retention, retentionOf }: LedgerSettings, run: RunState): number {
  const own = (retentionOf as Readonly<Partial<Record<RunState, string>>>)[run];
  return durationMs(own ?? (run === "unmatched" ? UNMATCHED_RETENTION : retention));
}
