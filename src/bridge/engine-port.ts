// What the use cases need of an engine, and of the gate before it. Types only.
import type { RunStatus } from "../core/engine-config.ts";
import type { CallOutcome, Shut } from "../core/engine-gate.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Result } from "../core/result.ts";

/** Why an engine call did not give what was asked. The reason alone decides what follows. */
export type EngineFailure =
  /** The engine understood and refused: repeating it changes nothing. */
  | { readonly reason: "rejected"; readonly status: number; readonly detail: string }
  /** The engine does not accept our token. */
  | { readonly reason: "unauthorized"; readonly detail: string }
  | { readonly reason: "throttled"; readonly detail: string; readonly retryAfterMs?: number }
  /** The call had no effect for sure. */
  | { readonly reason: "unavailable"; readonly detail: string; readonly retryAfterMs?: number }
  /** The call may have had its effect. */
  | {
      readonly reason: "uncertain";
      readonly detail: string;
      /** The answer was there, and larger than is read. */
      readonly tooLarge?: true;
    };

export interface StartCall {
  readonly workflowDefinitionId: string;
  readonly locale: string;
  readonly parameters: JsonObject;
  /** ms since the epoch */
  readonly expiresAt: number | null;
  readonly recordId: string | null;
  /** Names the start itself: the same for every attempt of one execution, and for nothing else. */
  readonly startId?: string | undefined;
  /** The trace that the call belongs to, if there is one. */
  readonly traceparent?: string | undefined;
}

export interface Run {
  readonly runId: string;
  readonly status: RunStatus;
  /** ms since the epoch; null where the engine does not say */
  readonly expiresAt: number | null;
  /** Of a start: an earlier call had started it, and this one has found it under the name that we have given. */
  readonly existed?: boolean;
}

/** A workflow API. */
export interface Engine {
  /** How long a run just started is followed by early polls, ms. */
  readonly followForMs: number;
  /** An id that no run has: whoever asks for it finds out whether the engine works. */
  readonly absentRunId: string;
  start(call: StartCall): Promise<Result<Run, EngineFailure>>;
  /** @param workflow of the run, for engines whose paths name it */
  get(runId: string, workflow?: string): Promise<Result<Run, EngineFailure>>;
  cancel(runId: string, workflow?: string): Promise<Result<null, EngineFailure>>;
  result(runId: string, workflow?: string): Promise<Result<Json, EngineFailure>>;
  /** The answer that holds the result, as it comes and however large it is. */
  openResult(runId: string, workflow?: string): Promise<Result<ReadableStream<Uint8Array> | null, EngineFailure>>;
}

/** Permission to call an engine, one call after the other. */
export interface Entry {
  readonly open: true;
  readonly calls: number;
  /** How long it is good for, ms. */
  readonly forMs: number;
  /**
   * Gives it back and tells what came of the calls, in their order; nothing where none was made.
   * @returns whether the engine has pushed already that something has happened to the run that was started
   */
  leave(...outcomes: readonly CallOutcome[]): Promise<boolean>;
}

/** How an engine or a callback stands, for people. Times are ms since the epoch. */
export interface GateView {
  readonly breaker: "closed" | "open" | "half-open";
  readonly openedAt: number | null;
  readonly paused: { readonly why: "by-hand" | "unauthorized" | "disabled"; readonly since: number } | null;
  /** Since when nothing has succeeded; null where that is not so, or not counted. */
  readonly failingSince: number | null;
  readonly retryAt: number | null;
  readonly inFlight: number;
  /** Calls that may be made at once; null where their rate is not limited. */
  readonly tokens: number | null;
}

/**
 * Protects engines, and us from them: one gate per engine, shared by everyone. Who is about to call asks first and tells
 * afterwards. What turns is logged here. Protection never costs an event: where a gate cannot be reached, it is open.
 */
export interface EngineGate {
  /** Asks for permission for up to so many calls. */
  enter(engine: string, calls: number): Promise<Entry | Shut>;
  /** Goes by what was heard here last, without asking: for the calls that follow one that was permitted just now. */
  slipIn(engine: string): Entry | Shut;
  /**
   * Goes by what was heard here lately, asking for nothing but that from time to time. An engine that does not work is open to one
   * caller at a time, whose call is the probe.
   */
  glance(engine: string): Promise<Entry | Shut>;
  /** Whether the engine is shut; `probe` gives the caller the right to find out whether it still has to be. */
  inspect(engine: string): Promise<{ readonly shut: Shut | null; readonly probe: string | null }>;
  /** What came of a probe. @returns why the engine is shut after it */
  probed(engine: string, probe: string, outcome: CallOutcome): Promise<Shut | null>;
  /** Keeps for a while that a push about these runs has come, for whoever is just starting one of them. */
  keepPush(engine: string, runIds: readonly string[]): Promise<void>;
  /** null where the gate cannot be reached */
  view(engine: string): Promise<GateView | null>;
  /** @throws where the gate cannot be reached */
  pause(engine: string): Promise<void>;
  /** By hand: ends a pause, a wait and an outage, whatever they came from. @throws where the gate cannot be reached */
  resume(engine: string): Promise<void>;
}
