// What the use cases need of the outside world, declared by them and implemented by the adapters. Types only.
import type { ConfigFault } from "../core/check-config.ts";
import type { BridgeConfig } from "../core/config.ts";
import type { RunStatus } from "../core/engine-config.ts";
import type { CallOutcome, Shut } from "../core/engine-gate.ts";
import type { Event } from "../core/event.ts";
import type { Admission, AttemptOutcome, DeliveryState, Execution, RunState } from "../core/execution.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Result } from "../core/result.ts";
import type { RuleSet } from "../core/rule.ts";
import type { EnginePush } from "../sources/engine-push.ts";
import type { KeyFetcher } from "../sources/families/key-fetcher.ts";
import type { Source } from "../sources/source.ts";

export type { KeyFault, KeyFetcher, KeyRequest } from "../sources/families/key-fetcher.ts";
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

export interface ClaimedRuns {
  readonly known: boolean;
  readonly executions: readonly Execution[];
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
  /**
   * Leases what is due in one shard to the caller, from the cursor on. Left alone are those that wait for their start at
   * one of the engines in `shut`, unless they have waited for too long: a lease is a write.
   */
  claim(shard: number, now: number, after: DueCursor | null, shut?: readonly string[]): Promise<ClaimedBatch>;
  /** Stores the execution, unless someone else has changed it since it was read. */
  save(execution: Execution): Promise<"saved" | "conflict">;
  /**
   * Only one at a time may tell the end of a run that several may see ending: the sweep, the fast path, a push.
   * @returns whether it is the caller, for about a minute and as long as nobody has changed the execution
   */
  reserve(execution: Execution, now: number): Promise<boolean>;
  /**
   * The running executions of this engine that have one of these runs, leased to the caller for a poll. `known` also
   * where somebody else is polling.
   */
  claimRuns(engine: string, runIds: readonly string[], now: number): Promise<ClaimedRuns>;
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

/** How an engine stands, for people. Times are ms since the epoch. */
export interface GateView {
  readonly breaker: "closed" | "open" | "half-open";
  readonly openedAt: number | null;
  readonly paused: { readonly why: "by-hand" | "unauthorized"; readonly since: number } | null;
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

/** A request that did not become an event that a rule took: what someone needs to know who sets a sender up. */
export interface Note {
  /** When it came, ms since the epoch. */
  readonly at: number;
  /** Why, in the words of the log: `no-match`, `stale`, `unsupported-content-type`, `unmatched`. */
  readonly reason: string;
  /** Facts about it, such as the measured clock skew. Never a secret, never a payload. */
  readonly detail: string;
}

/** What is known of a source beyond its configuration. */
export interface SourceRecord {
  /** When the last event was accepted, ms since the epoch, to about a minute; null where none has been yet. */
  readonly lastEventAt: number | null;
  /** Since when it is silent, ms since the epoch; null where it is not, or where nobody watches for it. */
  readonly silentSince: number | null;
  /** Whether a handshake has captured its secret. */
  readonly captured: boolean;
  /** The newest first; sampled and bounded. */
  readonly refused: readonly Note[];
  /** Events that no rule took, the newest first; sampled and bounded. */
  readonly unmatched: readonly Note[];
}

/** What a look at a source's silence has found. */
export interface Watch {
  /** What is to be told, once: that it has fallen silent, or that it was heard again. */
  readonly turned: "silent" | "heard" | null;
  /** The last sign of life before the silence, ms since the epoch; null where it is not silent. */
  readonly silentSince: number | null;
}

/**
 * Keeps what is known of each source: when it was last heard of, what was refused, the secret that a handshake captured.
 * A flood of refusals costs no writes: notes are sampled before they leave the isolate, and bounded where they are kept.
 * Noting never fails: a desk out of reach costs a note. The other methods throw then, and the request is to be repeated.
 */
export interface SourceDesk {
  /** Notes that an event was accepted. */
  received(source: string, at: number): Promise<void>;
  refused(source: string, note: Note): Promise<void>;
  unmatched(source: string, note: Note): Promise<void>;
  /** The secret that a handshake captured; null where none was, or where it cannot be read with the key of today. */
  capturedSecret(source: string): Promise<string | null>;
  /** Keeps a captured secret, encrypted. Refused where there is one already: nobody may replace it. */
  capture(source: string, secret: string): Promise<"captured" | "refused">;
  /** Forgets the captured secret, so that the handshake can be repeated. */
  release(source: string): Promise<void>;
  record(source: string): Promise<SourceRecord>;
  /** Looks whether nothing has been heard of the source for longer than `expectEveryMs`, and remembers what it answers. */
  watch(source: string, now: number, expectEveryMs: number): Promise<Watch>;
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
  readonly desk: SourceDesk;
  readonly gate: EngineGate;
  /** Fetches the public keys of senders whose keys stand at a URL. */
  readonly keys: KeyFetcher;
  engine(id: string): Engine | undefined;
  /** How the engine's pushes are read; undefined where it may not push. */
  push(engine: string): EnginePush | undefined;
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
