// What goes on right after an answer: executions that are new or owed again are taken up at once. Nobody is left to tell, and
// the sweep makes up for whatever fails here.
import type { Execution } from "../core/execution.ts";
import { follow, followCancel } from "./advance.ts";
import type { Bridge } from "./ports.ts";

/** Whether the fast path takes it up: what is leased to it, and the cancels to be carried out. */
export function isTakenUp(execution: Execution, now: number): boolean {
  return isLeased(execution, now) || execution.run === "applied";
}

function isLeased({ dueAt }: Execution, now: number): boolean {
  return dueAt !== null && dueAt > now;
}

export async function takeUp(bridge: Bridge, execution: Execution): Promise<void> {
  try {
    if (execution.run === "applied") await followCancel(bridge, execution);
    if (isLeased(execution, bridge.now())) await follow(bridge, execution);
  } catch (thrown) {
    bridge.log("error", "fast-path.failed", { execution: execution.id, rule: execution.rule, error: String(thrown) });
  }
}
