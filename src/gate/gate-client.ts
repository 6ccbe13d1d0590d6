// The gates of the engines as the use cases see them: finds each engine's object, tells what turns, and stays out of the
// way. A gate that does not answer within a second is open: protection must never cost an event. What an isolate has
// heard lately is not asked again.
import type { EngineGate, Entry, Log } from "../bridge/ports.ts";
import { type CallOutcome, type GateLimits, PERMIT_MS, type Shut, type Turn } from "../core/engine-gate.ts";
import { callWithin } from "../durable/call.ts";
import type { EngineGateObject, Turned } from "./engine-gate-object.ts";
import type { GateMemory } from "./gate-memory.ts";

/** An object answers within milliseconds, or some hundred when it wakes. */
const CALL_TIMEOUT_MS = 1_000;

/** What no engine limits, nobody needs to ask for again soon. */
const SHORT_WAITS: readonly Shut["reason"][] = ["rate", "busy"];

export interface EngineGateDeps {
  /** What is protected: it names the objects, and stands before the names of lines in the log. */
  readonly kind: "engine" | "callback";
  readonly namespace: DurableObjectNamespace<EngineGateObject>;
  /** The isolate's own. */
  readonly memory: GateMemory;
  /** undefined where the configuration has no such engine: then there is nothing to protect. */
  limits(engine: string): GateLimits | undefined;
  /** An id that no one else has. */
  token(): string;
  readonly log: Log;
  now(): number;
}

type Stub = DurableObjectStub<EngineGateObject>;

const LEVELS: Readonly<Record<Turn, "info" | "warn" | "error">> = {
  paused: "warn",
  unauthorized: "error",
  disabled: "error",
  resumed: "info",
  opened: "error",
  closed: "info",
};

export function createEngineGate({ kind, namespace, memory, limits, token, log, now }: EngineGateDeps): EngineGate {
  function call<T>(engine: string, method: (stub: Stub) => Promise<T>): Promise<T> {
    return callWithin(CALL_TIMEOUT_MS, () => namespace.getByName(`${kind}/${engine}`), method);
  }

  /** @returns undefined where the gate cannot be reached: the bridge goes on without it */
  async function attempt<T>(engine: string, method: (stub: Stub, limits: GateLimits) => Promise<T>) {
    const known = limits(engine);
    if (!known || memory.isUnreachable(engine, now())) return undefined;
    try {
      return await call(engine, (stub) => method(stub, known));
    } catch (thrown) {
      if (memory.unreachable(engine, now()))
        log("error", "gate.unreachable", { [kind]: engine, error: String(thrown) });
      return undefined;
    }
  }

  function tell(engine: string, { turned, shut }: Turned): Shut | null {
    memory.heard(engine, shut, now());
    for (const turn of turned) {
      const fields = shut === null ? { [kind]: engine } : { [kind]: engine, waitMs: shut.waitMs };
      log(LEVELS[turn], `${kind}.${turn}`, fields);
    }
    return shut;
  }

  async function leave(engine: string, id: string, outcomes: readonly CallOutcome[]): Promise<boolean> {
    const plain = outcomes.map(plainOf);
    const told = await attempt(engine, async (stub, known) => stub.leave(now(), known, id, plain));
    if (told) tell(engine, told);
    return told?.pushed ?? false;
  }

  function entry(calls: number, leaving: Entry["leave"]): Entry {
    return { open: true, calls, forMs: PERMIT_MS, leave: leaving };
  }

  async function look(engine: string) {
    const id = token();
    const answer = await attempt(engine, async (stub) => stub.inspect(now(), id));
    memory.heard(engine, answer?.shut ?? null, now());
    return { shut: answer?.shut ?? null, probe: answer?.probe ? id : null, failing: answer?.failing ?? false };
  }

  /** Whose call is the probe. */
  function probing(engine: string, id: string): Entry {
    return entry(1, async (outcome) => {
      if (!outcome) return false;
      const told = await attempt(engine, async (stub, known) => stub.probed(now(), id, plainOf(outcome), known));
      if (told) tell(engine, told);
      memory.glanced(engine, outcome.reason !== "answered", now());
      return false;
    });
  }

  return {
    async enter(engine, wanted) {
      const shut = memory.shut(engine, now());
      if (shut) return shut;
      const id = token();
      const unasked = memory.takeUnasked(engine);
      const answer = await attempt(engine, async (stub, known) => stub.enter(now(), known, id, wanted, unasked));
      if (!answer) return entry(wanted, async () => false);
      if (answer.open) {
        memory.heard(engine, null, now());
        return entry(answer.calls, (...outcomes) => leave(engine, id, outcomes));
      }
      if (!SHORT_WAITS.includes(answer.reason)) memory.heard(engine, answer, now());
      return answer;
    },

    slipIn(engine) {
      const shut = memory.believedShut(engine, now());
      if (shut) return shut;
      return entry(1, async (...outcomes) => {
        memory.unasked(engine, callsOf(outcomes));
        // Only what may turn the gate is worth a call; the others are counted with the next one.
        const bad = outcomes.filter(({ reason }) => reason !== "answered");
        const uncounted = bad.map((each) => ({ ...each, calls: 0 }));
        return bad.length > 0 && leave(engine, token(), uncounted);
      });
    },

    async glance(engine) {
      if (!memory.isFresh(engine, now())) {
        const { probe, failing } = await look(engine);
        memory.glanced(engine, failing, now());
        if (probe !== null) return probing(engine, probe);
      }
      const shut = memory.believedShut(engine, now());
      if (shut) return shut;
      return entry(1, async (...outcomes) => {
        const bad = outcomes.some(({ reason }) => reason !== "answered");
        if (!bad && !memory.isFailing(engine)) return false;
        memory.glanced(engine, bad, now());
        return leave(engine, token(), outcomes);
      });
    },

    async inspect(engine) {
      const { shut, probe } = await look(engine);
      return { shut, probe };
    },

    async probed(engine, probe, outcome) {
      const told = await attempt(engine, async (stub) => stub.probed(now(), probe, plainOf(outcome)));
      return told ? tell(engine, told) : null;
    },

    async keepPush(engine, runIds) {
      await attempt(engine, async (stub) => stub.keepPush(now(), runIds));
    },

    async view(engine) {
      return (await attempt(engine, async (stub, known) => stub.view(now(), known))) ?? null;
    },

    async pause(engine) {
      tell(engine, await call(engine, async (stub) => stub.pause(now())));
    },

    async resume(engine) {
      tell(engine, await call(engine, async (stub) => stub.resume(now())));
    },
  };
}

function callsOf(outcomes: readonly CallOutcome[]): number {
  return outcomes.reduce((sum, { calls = 1 }) => sum + calls, 0);
}

/** A failure's words are of no use to the gate, and need not leave the Worker. */
function plainOf({ reason, calls = 1, retryAfterMs, runId }: CallOutcome): CallOutcome {
  return {
    reason,
    calls,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(runId === undefined ? {} : { runId }),
  };
}
