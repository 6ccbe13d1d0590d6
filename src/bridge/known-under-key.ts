// What the ledger has under a key that a rule has decided on, and what it would therefore answer to the admission. Reads only.
import { onRepeat, type Verdict } from "../core/dedupe.ts";
import type { Admission } from "../core/execution.ts";
import type { Bridge, ExecutionSummary } from "./ports.ts";

/** The executions of one record that are looked at: more have one record and rule only where it starts often. */
const MAX_LOOKED_AT = 200;

export interface KnownExecution {
  /** The newest execution under the key. */
  readonly execution: ExecutionSummary;
  /** Until when it has the key, ms since the epoch; then the key is forgotten. */
  readonly windowEndsAt: number;
  /** What the admission would come to. */
  readonly verdict: Verdict;
}

/**
 * @returns null where the key has none; undefined where it is not to be found at once: an execution without a record would
 *   have to be searched for in every shard
 */
export async function knownUnderKey(
  { ledger, now }: Bridge,
  { recordId, rule, dedupeKey, onDuplicate, event, over }: Admission,
): Promise<KnownExecution | null | undefined> {
  if (recordId === null) return undefined;
  const page = await ledger.list({ recordId, rule, limit: MAX_LOOKED_AT });
  const underKey = page.executions.filter((each) => each.dedupeKey === dedupeKey);
  const [execution] = underKey;
  if (!execution) return page.next === null ? null : undefined;

  const windowEndsAt = endOfWindow(execution);
  const isForgotten = windowEndsAt <= now();
  // What a shadow rule has only recorded stands in nobody's way but another shadow's.
  const isPassed = execution.run === "shadow" && over?.state !== "shadow";
  const sameEvent = underKey.some(
    (each) => each.run !== "shadow" && endOfWindow(each) > now() && each.event.dedupeKey === event.dedupeKey,
  );
  const verdict = isForgotten || isPassed ? "new" : onRepeat(onDuplicate, { run: execution.run, sameEvent });
  return { execution, windowEndsAt, verdict };
}

function endOfWindow({ admittedAt, windowMs }: ExecutionSummary): number {
  return admittedAt + windowMs;
}
