// Carries out what a person decides about an execution that is held, and holds one that waits. Made against what stands in the
// ledger at that moment: whoever else changes the execution meanwhile is seen, and not undone.
import type { Execution } from "../core/execution.ts";
import { parked, type Release, released } from "../core/hold.ts";
import { err, type Result } from "../core/result.ts";
import { advance } from "./advance.ts";
import type { Bridge } from "./ports.ts";
import { saveChange } from "./save-change.ts";

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
  const execution = await bridge.ledger.get(id);
  if (!execution) return err("unknown");
  const saved = await saveChange(bridge, execution, made);
  if (!saved.ok) return err(saved.error === "unfit" ? unfit : saved.error);
  const { rule, run } = execution;
  bridge.log("info", "execution.decided", { execution: id, rule, from: run, to: saved.value.run });
  return saved;
}
