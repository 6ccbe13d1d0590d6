// What the use cases need of the outside world, declared by them and implemented by the adapters. Types only.
import type { ConfigFault } from "../core/check-config.ts";
import type { BridgeConfig } from "../core/config.ts";
import type { RunStatus } from "../core/engine-config.ts";
import type { Event } from "../core/event.ts";
import type { Admission, AttemptOutcome, DeliveryState, Execution, RunState } from "../core/execution.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Result } from "../core/result.ts";
import type { RuleSet } from "../core/rule.ts";
import type { Source } from "../sources/source.ts";

export type { Source } from "../sources/source.ts";

/** The ledger could not be reached or did not answer: nothing is known to be stored. */
export interface LedgerUnavailable {
  readonly reason: "ledger-unavailable";
  readonly detail: string;
}

/** An execution without its payloads, as listings and receipts need it. */
export interface ExecutionSummary extends Omit<Execution, "event" | "start" | "result"> {
  readonly event: Omit<Event, "data">;
}

/** The answer to one admission: the fresh execution, or the one that the key already has. */
export type Admitted =
  | { readonly outcome: "new"; readonly execution: Execution }
  | { readonly outcome: "duplicate"; readonly execution: ExecutionSummary };

/** Where a walk over the due executions of one shard stands. */
export interface DueCursor {
  readonly dueAt: number;
  readonly row: number;
}

export interface ClaimedBatch {
  readonly executions: readonly Execution[];
  /** null where the walk has reached its end */
  readonly next: DueCursor | null;
}

export interface ExecutionFilter {
  readonly state?: RunState;
  readonly delivery?: DeliveryState;
  readonly rule?: string;
  readonly source?: string;
  readonly recordId?: string;
  /** Only executions admitted before this one: the last id of the page before. */
  readonly before?: string;
  readonly limit: number;
}

export interface ExecutionPage {
  readonly executions: readonly ExecutionSummary[];
  /** Give it as `before` for the next page; null where this is the last. */
  readonly next: string | null;
}

/** Tracks executions and recognises duplicates. Every method may be called twice with the same arguments. */
export interface Ledger {
  readonly shards: number;
  /** Answers only when every admission is durable; repeating it after a failure is harmless. */
  admit(admissions: readonly Admission[], now: number): Promise<Result<Admitted[], LedgerUnavailable>>;
  /** Leases what is due in one shard to the caller, from the cursor on. */
  claim(shard: number, now: number, after: DueCursor | null): Promise<ClaimedBatch>;
  /** Stores the execution, unless someone else has changed it since it was read. */
  save(execution: Execution): Promise<"saved" | "conflict">;
  get(id: string): Promise<Execution | null>;
  list(filter: ExecutionFilter): Promise<ExecutionPage>;
  /** Deletes some of what has outlived its retention in one shard. @returns how many executions */
  purge(shard: number, now: number): Promise<number>;
}

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
  | { readonly reason: "uncertain"; readonly detail: string };

export interface StartCall {
  readonly workflowDefinitionId: string;
  readonly locale: string;
  readonly parameters: JsonObject;
  /** ms since the epoch */
  readonly expiresAt: number | null;
  readonly recordId: string | null;
}

export interface Run {
  readonly runId: string;
  readonly status: RunStatus;
  /** ms since the epoch; null where the engine does not say */
  readonly expiresAt: number | null;
}

/** A workflow API. */
export interface Engine {
  /** How long a run just started is followed by early polls, ms. */
  readonly followForMs: number;
  start(call: StartCall): Promise<Result<Run, EngineFailure>>;
  get(runId: string): Promise<Result<Run, EngineFailure>>;
  cancel(runId: string): Promise<Result<null, EngineFailure>>;
  result(runId: string): Promise<Result<Json, EngineFailure>>;
}

/** One message to one callback. */
export interface CallbackMessage {
  /** The same for every attempt, so that the receiver can recognise a repetition. */
  readonly id: string;
  readonly callback: string;
  readonly body: string;
}

export interface CallbackSender {
  send(message: CallbackMessage): Promise<AttemptOutcome>;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** One wide line per unit of work. Never a payload, never a secret. */
export type Log = (level: "info" | "warn" | "error", name: string, fields: LogFields) => void;

/** A configuration that has been read, checked and compiled. */
export interface Setup {
  readonly config: BridgeConfig;
  readonly rules: RuleSet;
  readonly sources: ReadonlyMap<string, Source>;
}

/** Everything that the use cases work with. */
export interface Bridge {
  readonly setup: Setup;
  readonly ledger: Ledger;
  readonly callbacks: CallbackSender;
  engine(id: string): Engine | undefined;
  /** The values of a source's secrets, in the order of the configuration. */
  secrets(names: readonly string[]): string[];
  /** ms since the epoch */
  now(): number;
  /** from 0 up to 1 */
  random(): number;
  sleep(ms: number): Promise<void>;
  readonly log: Log;
}

/** What stands in the way of work: the configuration is refused, with every fault. */
export interface Misconfigured {
  readonly faults: readonly ConfigFault[];
}
