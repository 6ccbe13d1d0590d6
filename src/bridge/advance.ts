// One claimed execution, one step further: start, or poll and fetch the result, and call back at the end. Repeatable at
// any point: what was learnt is saved under the version that was read, so that of two who advance the same execution
// one wins. Two callers share this file: the fast path (`follow`) and the sweep (`advance`).
import { type Execution, isEnded, starting } from "../core/execution.ts";
import { deliverDue } from "./deliver.ts";
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

/**
 * Advances an execution that is leased to the caller.
 *
 * @returns the execution afterwards, or null where someone else has advanced it meanwhile
 */
export async function advance(bridge: Bridge, execution: Execution): Promise<Execution | null> {
  switch (execution.run) {
    case "queued":
      return start(bridge, execution);
    case "starting": {
      const known = workerLost(execution, bridge.now());
      return known.run === "queued" ? start(bridge, known) : settle(bridge, execution, known);
    }
    case "running":
      return settle(bridge, execution, await poll(bridge, execution));
    default:
      return settle(bridge, execution, execution);
  }
}

/** The intent is durable before the call: whoever finds it afterwards knows that the call may have been made. */
async function start(bridge: Bridge, execution: Execution): Promise<Execution | null> {
  const entry = await bridge.gate.enter(execution.engine, 1);
  if (!entry.open) return settle(bridge, execution, stillWaiting(execution, bridge.now()));
  const intent = await save(bridge, starting(execution, bridge.now()));
  if (intent) return begin(bridge, intent, entry);
  await entry.leave();
  return null;
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
  const after = isEnded(learnt) ? await deliverDue(bridge, learnt) : learnt;
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
  return saved;
}

async function save(bridge: Bridge, execution: Execution): Promise<Execution | null> {
  const outcome = await bridge.ledger.save(execution);
  if (outcome === "saved") return { ...execution, version: execution.version + 1 };
  bridge.log("warn", "execution.conflict", { execution: execution.id, rule: execution.rule, run: execution.run });
  return null;
}
