// Makes a change to an execution beside whoever else writes it: what another has saved in between is read, and the change is made
// to that, so that nothing of theirs is undone.
import type { Execution } from "../core/execution.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Bridge } from "./ports.ts";

/** Saves that may meet someone else's: a sweep saves an execution once a minute at most. */
const SAVE_TRIES = 4;

/** `unfit`: there is nothing to be changed as it stands. `unknown`: it is gone. */
export type Unchanged = "unfit" | "unknown" | "changed-meanwhile";

/** @param change null where the execution, as it stands by then, is not to be changed */
export async function saveChange(
  { ledger }: Bridge,
  execution: Execution,
  change: (current: Execution) => Execution | null,
): Promise<Result<Execution, Unchanged>> {
  let current: Execution | null = execution;
  for (let tries = 0; current && tries < SAVE_TRIES; tries++) {
    const changed = change(current);
    if (!changed) return err("unfit");
    const outcome = await ledger.save(changed);
    const saved = { ...changed, version: changed.version + 1 };
    if (outcome === "saved") return ok(saved);
    current = await ledger.get(execution.id);
    // Who wants it canceled, and since when, stands in the ledger.
    if (outcome === "cancel-requested") return ok(current ?? saved);
  }
  return err(current ? "changed-meanwhile" : "unknown");
}
