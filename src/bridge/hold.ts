// Carries out what a person decides about an execution that is held, and holds one that waits. Made against what stands in the
// ledger at that moment: whoever else changes the execution meanwhile is seen, and not undone.
import type { Execution } from "../core/execution.ts";
import { parked, type Release, released } from "../core/hold.ts";
import { err, ok, type Result } from "../core/result.ts";
import { advance } from "./advance.ts";
import type { Bridge } from "./ports.ts";

/** Others write seldom; after so many conflicts something else is wrong. */
const SAVE_TRIES = 4;

export type HoldRefusal = "unknown" | "not-held" | "not-waiting" | "changed-meanwhile";

/** @returns the execution as it is then, and what goes on after the answer */
export async function release(
  bridge: Bridge,
  id: string,
  decision: Release,
  by: string,
): Promise<Result<Execution, HoldRefusal>> {
  return change(bridge, id, "not-held", (execution) =>
    execution.run === "held" ? released(execution, decision, by, bridge.now()) : null,
  );
}

export async function hold(bridge: Bridge, id: string, by: string): Promise<Result<Execution, HoldRefusal>> {
  return change(bridge, id, "not-waiting", (execution) =>
    execution.run === "queued" ? parked(execution, by, bridge.now()) : null,
  );
}

/** After the answer: what was released is started, polled or told at once. The sweep makes up for whatever fails here. */
export async function goOn(bridge: Bridge, execution: Execution): Promise<void> {
  try {
    await advance(bridge, execution);
  } catch (thrown) {
    bridge.log("error", "fast-path.failed", { execution: execution.id, rule: execution.rule, error: String(thrown) });
  }
}

async function change(
  bridge: Bridge,
  id: string,
  unfit: HoldRefusal,
  made: (execution: Execution) => Execution | null,
): Promise<Result<Execution, HoldRefusal>> {
  for (let tries = 0; tries < SAVE_TRIES; tries++) {
    const execution = await bridge.ledger.get(id);
    if (!execution) return err("unknown");
    const changed = made(execution);
    if (!changed) return err(unfit);
    const outcome = await bridge.ledger.save(changed);
    if (outcome === "conflict") continue;
    bridge.log("info", "execution.decided", {
      execution: id,
      rule: execution.rule,
      from: execution.run,
      to: changed.run,
    });
    const saved = { ...changed, version: changed.version + 1 };
    return ok(outcome === "saved" ? saved : ((await bridge.ledger.get(id)) ?? saved));
  }
  return err("changed-meanwhile");
}
