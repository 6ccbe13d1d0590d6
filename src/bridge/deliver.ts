// Sends an execution's end to every callback that is due. Callbacks do not wait for each other; what came of each
// attempt goes into the execution and its timeline.
import { attempted, type Delivery, type Execution } from "../core/execution.ts";
import { messageBody, messageId } from "../core/message.ts";
import type { Bridge } from "./ports.ts";

/** @returns the very execution it was given where nothing is due */
export async function deliverDue(bridge: Bridge, execution: Execution): Promise<Execution> {
  const now = bridge.now();
  const due = execution.deliveries.filter((delivery) => isDue(delivery, now));
  if (due.length === 0) return execution;

  const body = messageBody(execution);
  const attempts = await Promise.all(
    due.map(async ({ callback }) => {
      const outcome = await bridge.callbacks.send({ id: messageId(execution, callback), callback, body });
      return { callback, outcome };
    }),
  );
  let after = execution;
  for (const { callback, outcome } of attempts) {
    after = attempted(after, callback, outcome, bridge.now(), bridge.random());
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

function isDue({ state, nextAt }: Delivery, now: number): boolean {
  return state === "due" && nextAt !== null && nextAt <= now;
}
