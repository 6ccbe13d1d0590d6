// Sends an execution's end to every callback that is due. Callbacks do not wait for each other; what came of each
// attempt goes into the execution and its timeline.
import { type AttemptOutcome, attempted, unwanted } from "../core/attempt.ts";
import type { Delivery, Execution } from "../core/execution.ts";
import { messageId } from "../core/message.ts";
import type { Bridge } from "./ports.ts";

/** @returns the very execution it was given where nothing is due */
export async function deliverDue(bridge: Bridge, execution: Execution): Promise<Execution> {
  const now = bridge.now();
  const { callbacks } = bridge.setup;
  const due = execution.deliveries.filter((delivery) => isDue(delivery, now)).map(({ callback }) => callback);
  if (due.length === 0) return execution;

  const wanted = due.filter((callback) => callbacks.get(callback)?.wants(execution) ?? true);
  const attempts = await Promise.all(
    wanted.map(async (callback) => ({ callback, outcome: await attempt(bridge, execution, callback) })),
  );
  let after = unwanted(
    execution,
    due.filter((callback) => !wanted.includes(callback)),
  );
  for (const { callback, outcome } of attempts) {
    const delaysMs = callbacks.get(callback)?.delaysMs;
    after = attempted(after, callback, outcome, bridge.now(), bridge.random(), delaysMs);
    const delivery = after.deliveries.find((each) => each.callback === callback);
    bridge.log(outcome.delivered ? "info" : "warn", "callback.attempted", {
      execution: execution.id,
      rule: execution.rule,
      callback,
      attempt: delivery?.attempts,
      state: delivery?.state,
      status: outcome.status,
      durationMs: outcome.durationMs,
    });
  }
  return after;
}

async function attempt(bridge: Bridge, execution: Execution, callback: string): Promise<AttemptOutcome> {
  const known = bridge.setup.callbacks.get(callback);
  // It may have been renamed, or be back with the next revision: tried again like every failure.
  if (!known) return failed(`the configuration has no callback "${callback}"`);
  const address = await known.address(execution);
  // The execution will never say anything else; once the callback is mended, a person sends it again.
  if (!address.ok) return { ...failed(address.error), final: true };
  return bridge.callbacks.send({ id: messageId(execution, callback), callback, ...address.value });
}

function failed(detail: string) {
  return { delivered: false, detail, durationMs: 0 } as const;
}

function isDue({ state, nextAt }: Delivery, now: number): boolean {
  return state === "due" && nextAt !== null && nextAt <= now;
}
