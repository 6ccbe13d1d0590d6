// How calls to engines ask their gates. Alone, a call asks before and tells afterwards. The early polls of the fast path
// go by what is known here, and a worker of the sweep holds a permit for many calls, so that a gate costs a request for
// some calls and not two for each.
import type { CallOutcome, Shut } from "../core/engine-gate.ts";
import { err, type Result } from "../core/result.ts";
import type { Bridge, EngineFailure, EngineGate, Entry } from "./ports.ts";

/** Calls of a worker for which the gate is asked once. */
const CALLS_PER_PERMIT = 20;

/** So many workers may wait for one engine's next call: the others go on with what other engines have to do. */
const MAX_WAITING = 3;

/** What a call tells of its engine. A refusal is an answer too. */
export function outcomeOf(called: Result<unknown, EngineFailure>, calls = 1): CallOutcome {
  if (called.ok || called.error.reason === "rejected") return { reason: "answered", calls };
  const { reason } = called.error;
  return "retryAfterMs" in called.error
    ? { reason, calls, retryAfterMs: called.error.retryAfterMs }
    : { reason, calls };
}

/** Why a call was not made, for people. */
export function waitingFor({ reason }: Shut): string {
  switch (reason) {
    case "paused":
      return "the engine is paused by hand";
    case "disabled":
      return "it is disabled";
    case "unauthorized":
      return "the engine is paused: it does not accept our token";
    case "throttled":
      return "the engine has asked us to wait";
    case "breaker-open":
      return "the engine does not work: it is probed every minute";
    case "rate":
      return "the engine's rate limit is used up";
    case "busy":
      return "as many calls as the engine may have are under way";
  }
}

/** One call under a permit of its own. Where the engine is shut it is not made, which is told as unavailable. */
export async function permitted<T>(
  { gate }: Bridge,
  engine: string,
  call: () => Promise<Result<T, EngineFailure>>,
): Promise<Result<T, EngineFailure>> {
  const entry = await gate.enter(engine, 1);
  if (!entry.open) return err({ reason: "unavailable", detail: waitingFor(entry) });
  const answer = await call();
  await entry.leave(outcomeOf(answer));
  return answer;
}

/** The bridge for calls that follow one that was permitted just now. */
export function slippingIn(bridge: Bridge): Bridge {
  const { gate } = bridge;
  return { ...bridge, gate: { ...gate, enter: async (engine) => gate.slipIn(engine) } };
}

/** Which engines are not to be called in this pass, and until when (ms since the epoch), and who waits for which. */
export interface PassGates {
  readonly until: number;
  readonly shutUntil: Map<string, number>;
  readonly waiting: Map<string, number>;
}

/** Engines whose executions are better left alone: they could not be started now. */
export function shutEngines({ shutUntil, waiting }: PassGates, now: number): string[] {
  const shut = [...shutUntil].filter(([, until]) => now < until);
  const crowded = [...waiting].filter(([, count]) => count >= MAX_WAITING);
  return [...new Set([...shut, ...crowded].map(([engine]) => engine))];
}

interface Held {
  readonly entry: Entry;
  readonly until: number;
  answered: number;
}

/** The bridge for one worker of the sweep, who makes one call after the other. `close` gives its permits back. */
export function holdingPermits(bridge: Bridge, pass: PassGates): { readonly bridge: Bridge; close(): Promise<void> } {
  const held = new Map<string, Held>();

  async function giveBack(engine: string, bad: readonly CallOutcome[] = []): Promise<void> {
    const permit = held.get(engine);
    held.delete(engine);
    if (!permit) return;
    const good: CallOutcome[] = permit.answered > 0 ? [{ reason: "answered", calls: permit.answered }] : [];
    await permit.entry.leave(...good, ...bad);
  }

  /** Bad news goes to the gate at once: it may keep everyone else from calling. */
  function use(engine: string, permit: Held): Entry {
    return {
      ...permit.entry,
      calls: 1,
      async leave(...outcomes) {
        for (const { reason, calls = 1 } of outcomes) if (reason === "answered") permit.answered += calls;
        const bad = outcomes.filter(({ reason }) => reason !== "answered");
        if (bad.length > 0) await giveBack(engine, bad);
        return false;
      },
    };
  }

  async function enter(engine: string): Promise<Entry | Shut> {
    const known = held.get(engine);
    if (known && known.answered < known.entry.calls && bridge.now() < known.until) return use(engine, known);
    await giveBack(engine);
    for (;;) {
      const entry = await bridge.gate.enter(engine, CALLS_PER_PERMIT);
      if (entry.open) {
        // The last call begins early enough to end within the permit's time.
        const permit = { entry, until: bridge.now() + entry.forMs / 2, answered: 0 };
        held.set(engine, permit);
        return use(engine, permit);
      }
      if (!(await waited(engine, entry))) return entry;
    }
  }

  /** The sweep goes at the pace of the engine's limits; what is shut for another reason is left to a later pass. */
  async function waited(engine: string, { reason, waitMs }: Shut): Promise<boolean> {
    const waiting = pass.waiting.get(engine) ?? 0;
    if (reason !== "rate" && reason !== "busy") pass.shutUntil.set(engine, bridge.now() + waitMs);
    else if (waiting < MAX_WAITING && bridge.now() + waitMs <= pass.until) {
      pass.waiting.set(engine, waiting + 1);
      await bridge.sleep(waitMs);
      pass.waiting.set(engine, (pass.waiting.get(engine) ?? 1) - 1);
      return true;
    }
    return false;
  }

  const gate: EngineGate = { ...bridge.gate, enter };
  return {
    bridge: { ...bridge, gate },
    async close() {
      for (const engine of [...held.keys()]) await giveBack(engine);
    },
  };
}
