// One claimed execution, one step further: start, or poll and fetch the result, and call back at the end. Repeatable at
// any point: what was learnt is saved under the version that was read, so that of two who advance the same execution
// one wins. Two callers share this file: the fast path (`follow`) and the sweep (`advance`).
import { type Execution, isEnded, starting } from "../core/execution.ts";
import { callCancel, unstarted } from "./cancel.ts";
import { deliverDue, waitsToBeKept } from "./deliver.ts";
import { slippingIn } from "./permits.ts";
import { poll } from "./poll.ts";
import type { Bridge, Entry } from "./ports.ts";
import { callStart, putBack, stillWaiting, workerLost } from "./start.ts";

/** Waits between the early polls of the fast path, ms. Short workflows are called back within seconds. */
const EARLY_POLL_WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * The fast path, after the sender has been answered: starts a fresh execution at once and follows it for a while.
 * Leaves everything that takes longer, and every retry, to the sweep.
 */
export async function follow(bridge: Bridge, fresh: Execution): Promise<void> {
  const until = bridge.now() + (bridge.engine(fresh.engine)?.followForMs ?? 0);
  let execution = fresh.run === "starting" ? await startFresh(bridge, fresh) : await advance(bridge, fresh);
  if (execution && isUnheededCancel(execution)) execution = await advance(bridge, execution);
  for (const wait of EARLY_POLL_WAITS_MS) {
    if (execution?.run !== "running" || bridge.now() + wait > until) return;
    await bridge.sleep(wait);
    execution = await advance(slippingIn(bridge), execution);
  }
}

/** The admission was the intent: the call is made at once, unless the engine is shut. */
async function startFresh(bridge: Bridge, fresh: Execution): Promise<Execution | null> {
  const entry = await bridge.gate.enter(fresh.engine, 1);
  if (entry.open) return begin(bridge, fresh, entry);
  return settle(bridge, fresh, putBack(fresh, entry, bridge.now(), bridge.random()));
}

/** The fast path of a cancel: what it was applied to is canceled at the engine at once. */
export async function followCancel(bridge: Bridge, cancel: Execution): Promise<void> {
  for (const { id } of cancel.canceled) await heedCancel(bridge, id);
}

/** Carries out what is wanted of an execution: that it be canceled. */
export async function heedCancel(bridge: Bridge, id: string): Promise<void> {
  const execution = await bridge.ledger.get(id);
  if (execution && isUnheededCancel(execution)) await advance(bridge, execution);
}

/** Whether a step can be made now that a cancel asks for; one at its start call belongs to whoever makes the call. */
function isUnheededCancel({ run, cancelRequest, cancelAnsweredAt }: Execution): boolean {
  return cancelRequest !== null && cancelAnsweredAt === null && (run === "queued" || run === "running");
}

/**
 * Advances an execution that is leased to the caller.
 *
 * @returns the execution afterwards, or null where someone else has advanced it meanwhile
 */
export async function advance(bridge: Bridge, execution: Execution): Promise<Execution | null> {
  switch (execution.run) {
    case "queued":
      return execution.cancelRequest
        ? settle(bridge, execution, unstarted(bridge, execution))
        : start(bridge, execution);
    case "starting": {
      const known = workerLost(execution, bridge.now());
      if (known.run !== "queued") return settle(bridge, execution, known);
      return known.cancelRequest ? settle(bridge, execution, unstarted(bridge, known)) : start(bridge, known);
    }
    case "running":
      return settle(bridge, execution, await askEngine(bridge, execution));
    default:
      return settle(bridge, execution, execution);
  }
}

/** How the run stands; before that, where somebody wants it, to cancel it. */
async function askEngine(bridge: Bridge, execution: Execution): Promise<Execution> {
  return poll(bridge, isUnheededCancel(execution) ? await callCancel(bridge, execution) : execution);
}

/** The intent is durable before the call: whoever finds it afterwards knows that the call may have been made. */
async function start(bridge: Bridge, execution: Execution): Promise<Execution | null> {
  const entry = await bridge.gate.enter(execution.engine, 1);
  if (!entry.open) return settle(bridge, execution, stillWaiting(execution, bridge.now()));
  const intent = await save(bridge, starting(execution, bridge.now()));
  // Wanted in the very moment in which the start was decided: it is the cancel that was first.
  if (intent && !intent.cancelRequest) return begin(bridge, intent, entry);
  await entry.leave();
  return intent && settle(bridge, intent, unstarted(bridge, intent));
}

/** What came of the call is saved before anyone else is told of it: a Worker lost in between leaves a doubt. */
async function begin(bridge: Bridge, intent: Execution, entry: Entry): Promise<Execution | null> {
  const { learnt, outcome } = await callStart(bridge, intent);
  let saved: Execution | null = null;
  let pushed = false;
  try {
    saved = await settle(bridge, intent, learnt);
  } finally {
    pushed = await entry.leave(outcome);
  }
  return pushed && saved?.run === "running" ? advance(slippingIn(bridge), saved) : saved;
}

/** Delivers what is due and saves what has changed, in one write where the end and its delivery come together. */
async function settle(bridge: Bridge, before: Execution, learnt: Execution): Promise<Execution | null> {
  // The sweep, the fast path and a push may see the same end at the same time: one of them tells it.
  const tells = before.run === "running" && isEnded(learnt) && learnt.deliveries.length > 0;
  if (tells && !(await bridge.ledger.reserve(before, bridge.now()))) return null;
  const after = isEnded(learnt) ? await deliverDue(bridge, learnt, isEnded(before)) : learnt;
  if (after === before) return before;
  const saved = await save(bridge, after);
  if (saved && saved.run !== before.run) {
    bridge.log("info", "execution.advanced", {
      execution: saved.id,
      rule: saved.rule,
      engine: saved.engine,
      from: before.run,
      to: saved.run,
      runId: saved.runId,
      recordId: saved.recordId,
      ageMs: bridge.now() - saved.admittedAt,
    });
  }
  const more = saved && isEnded(saved) && !isEnded(before) && waitsToBeKept(bridge, saved, bridge.now());
  return more ? settle(bridge, saved, saved) : saved;
}

async function save(bridge: Bridge, execution: Execution): Promise<Execution | null> {
  const outcome = await bridge.ledger.save(execution);
  if (outcome === "saved") return { ...execution, version: execution.version + 1 };
  // Who wants it canceled, and since when, stands in the ledger.
  if (outcome === "cancel-requested") return bridge.ledger.get(execution.id);
  bridge.log("warn", "execution.conflict", { execution: execution.id, rule: execution.rule, run: execution.run });
  return null;
}
