// Sends an execution's end to every callback that is due and may be called now. Callbacks do not wait for each other; what came
// of each attempt goes into the execution and its timeline. What cannot be sent now is looked at again later, and not counted.
import { type AttemptOutcome, attempted, notDelivered, postponed, unwanted } from "../core/attempt.ts";
import type { Callback } from "../core/callback.ts";
import { MINUTE_MS } from "../core/duration.ts";
import type { CallOutcome, Shut } from "../core/engine-gate.ts";
import type { Delivery, Execution } from "../core/execution.ts";
import { messageId } from "../core/message.ts";
import type { Bridge } from "./ports.ts";
import { linkFor } from "./result-link.ts";

/** A callback that is shut is looked at again after a quarter of the time that the end has waited already, within these. */
const POSTPONE_MS = { min: MINUTE_MS, max: 30 * MINUTE_MS };

/** What waits for its turn in the record is looked at by the next sweep. */
const TURN_MS = 20_000;

const WAITS = Symbol("waits");

type Tried = AttemptOutcome | { readonly [WAITS]: number };

/**
 * @param kept whether the end stands in the ledger already: an ordered callback is told of no other
 * @returns the very execution it was given where nothing is due
 */
export async function deliverDue(bridge: Bridge, execution: Execution, kept = true): Promise<Execution> {
  const now = bridge.now();
  const due = execution.deliveries.filter((delivery) => isDue(delivery, now)).map(({ callback }) => callback);
  if (due.length === 0) return execution;

  const { callbacks } = bridge.setup;
  const wanted = due.filter((callback) => callbacks.get(callback)?.wants(execution) ?? true);
  const ready = wanted.filter((callback) => kept || !callbacks.get(callback)?.config.ordered);
  const tried = await Promise.all(
    ready.map(async (callback) => ({ callback, outcome: await attempt(bridge, execution, callback) })),
  );
  let after = unwanted(
    execution,
    due.filter((callback) => !wanted.includes(callback)),
  );
  for (const { callback, outcome } of tried) {
    if (WAITS in outcome) after = postponed(after, callback, bridge.now() + outcome[WAITS]);
    else after = told(bridge, after, callback, outcome);
  }
  return after;
}

/** Whether there is something that can be sent only now that the end is kept. */
export function waitsToBeKept({ setup }: Bridge, { deliveries }: Execution, now: number): boolean {
  return deliveries.some((each) => isDue(each, now) && setup.callbacks.get(each.callback)?.config.ordered === true);
}

function told(bridge: Bridge, execution: Execution, callback: string, outcome: AttemptOutcome): Execution {
  const delaysMs = bridge.setup.callbacks.get(callback)?.delaysMs;
  const after = attempted(execution, callback, outcome, bridge.now(), bridge.random(), delaysMs);
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
  return after;
}

async function attempt(bridge: Bridge, execution: Execution, callback: string): Promise<Tried> {
  const known = bridge.setup.callbacks.get(callback);
  // It may have been renamed, or be back with the next revision: tried again like every failure.
  if (!known) return notDelivered(`the configuration has no callback "${callback}"`);
  const address = await known.address(execution, await linkFor(bridge, execution, known.config));
  // The execution will never say anything else; once the callback is mended, a person sends it again.
  if (!address.ok) return { ...notDelivered(address.error), final: true };
  if (known.config.ordered && (await bridge.ledger.owedBefore(execution, callback))) return { [WAITS]: TURN_MS };

  const entry = await enter(bridge, known, callback);
  if (!entry.open) return shut(entry, bridge.now() - (execution.endedAt ?? bridge.now()));
  const outcome = await bridge.callbacks.send({
    id: messageId(execution, callback),
    callback,
    ...address.value,
    traceparent: execution.event.traceparent,
  });
  await entry.leave(outcomeOf(outcome));
  return outcome;
}

/** Where nothing is limited the gate is only looked at from time to time: a delivery costs no request then. */
function enter({ callbackGate }: Bridge, { config }: Callback, callback: string) {
  const limited = config.rateLimit !== undefined || config.maxConcurrent !== undefined;
  return limited ? callbackGate.enter(callback, 1) : callbackGate.glance(callback);
}

function shut({ reason, waitMs }: Shut, waitedMs: number): Tried {
  if (reason === "disabled") {
    return { ...notDelivered("the callback is disabled: resume it, and send this again"), final: true };
  }
  if (reason === "rate" || reason === "busy") return { [WAITS]: waitMs };
  const patience = Math.min(Math.max(waitedMs / 4, POSTPONE_MS.min), POSTPONE_MS.max);
  return { [WAITS]: reason === "throttled" ? Math.max(waitMs, 0) : patience };
}

/** What an attempt tells of its callback. */
function outcomeOf(outcome: AttemptOutcome): CallOutcome {
  if (outcome.delivered) return { reason: "answered" };
  const { status, retryAfterMs } = outcome;
  if (status === 410) return { reason: "gone" };
  if (retryAfterMs !== undefined) return { reason: "throttled", retryAfterMs };
  return { reason: status !== undefined && status < 500 ? "refused" : "unavailable" };
}

function isDue({ state, nextAt }: Delivery, now: number): boolean {
  return state === "due" && nextAt !== null && nextAt <= now;
}
