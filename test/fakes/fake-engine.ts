// An engine that answers from a script and writes down what it was asked. Where the script is silent it is a good
// engine: every start gives a new run, which stays running until the test says otherwise.
import type { Engine, EngineFailure, Run, StartCall } from "../../src/bridge/ports.ts";
import type { Json } from "../../src/core/json.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import type { FakeClock } from "./fake-clock.ts";

export type Operation = "start" | "get" | "cancel" | "result";

export interface EngineCall {
  readonly operation: Operation;
  readonly at: number;
  /** What `start` was given. */
  readonly start?: StartCall;
  /** What the other operations were given. */
  readonly runId?: string;
}

/** The answers of one operation: values, or functions where the answer depends on the call. */
type Script<T> = (Result<T, EngineFailure> | ((call: EngineCall) => Result<T, EngineFailure>))[];

export interface FakeEngine extends Engine {
  readonly calls: readonly EngineCall[];
  of(operation: Operation): EngineCall[];
  /** Each is given once, in order; then the engine is good again. */
  readonly script: {
    readonly start: Script<Run>;
    readonly get: Script<Run>;
    readonly cancel: Script<null>;
    readonly result: Script<Json>;
  };
  /** Called instead of the script's default: the engine's standing behaviour. */
  otherwise: {
    start(call: EngineCall): Result<Run, EngineFailure>;
    get(call: EngineCall): Result<Run, EngineFailure>;
    result(call: EngineCall): Result<Json, EngineFailure>;
  };
  /** How long each call takes on the fake clock, ms. */
  latencyMs: number;
  /** Calls under way now, and the most there have been. */
  readonly load: { current: number; peak: number };
}

export function createFakeEngine(clock: FakeClock, followForMs = 0): FakeEngine {
  const calls: EngineCall[] = [];
  const load = { current: 0, peak: 0 };
  const script: FakeEngine["script"] = { start: [], get: [], cancel: [], result: [] };
  let runs = 0;

  async function answer<T>(
    call: EngineCall,
    scripted: Script<T>,
    otherwise: (call: EngineCall) => Result<T, EngineFailure>,
  ): Promise<Result<T, EngineFailure>> {
    calls.push(call);
    load.current++;
    load.peak = Math.max(load.peak, load.current);
    await clock.sleep(engine.latencyMs);
    load.current--;
    const next = scripted.shift() ?? otherwise;
    return typeof next === "function" ? next(call) : next;
  }

  const engine: FakeEngine = {
    followForMs,
    absentRunId: "no-run",
    calls,
    script,
    load,
    latencyMs: 0,
    of: (operation) => calls.filter((call) => call.operation === operation),
    otherwise: {
      start: () => ok(running(`run-${++runs}`)),
      get: ({ runId }) => ok(running(runId ?? "")),
      result: () => ok({ verdict: "approved" }),
    },
    start: (start) =>
      answer({ operation: "start", at: clock.now(), start }, script.start, (call) => engine.otherwise.start(call)),
    get: (runId) =>
      answer({ operation: "get", at: clock.now(), runId }, script.get, (call) => engine.otherwise.get(call)),
    cancel: (runId) => answer({ operation: "cancel", at: clock.now(), runId }, script.cancel, () => ok(null)),
    openResult: async (runId) => {
      const answer = await engine.result(runId);
      return answer.ok ? ok(new Response(JSON.stringify(answer.value)).body) : answer;
    },
    result: (runId) =>
      answer({ operation: "result", at: clock.now(), runId }, script.result, (call) => engine.otherwise.result(call)),
  };
  return engine;
}

export function running(runId: string, expiresAt: number | null = null): Run {
  return { runId, status: "running", expiresAt };
}

export function finished(runId: string, status: Run["status"] = "succeeded"): Run {
  return { runId, status, expiresAt: null };
}

/** Failures of every class, as an engine client gives them. */
export const FAILURES = {
  rejected: err({ reason: "rejected", status: 400, detail: "start: HTTP 400: no such definition" }),
  notFound: err({ reason: "rejected", status: 404, detail: "HTTP 404" }),
  unauthorized: err({ reason: "unauthorized", detail: "HTTP 401" }),
  throttled: err({ reason: "throttled", detail: "HTTP 429", retryAfterMs: 90_000 }),
  unavailable: err({ reason: "unavailable", detail: "HTTP 503" }),
  uncertain: err({ reason: "uncertain", detail: "no answer within 10000 ms" }),
} as const satisfies Record<string, Result<never, EngineFailure>>;
