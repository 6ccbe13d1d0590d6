// What the use cases need of the ledger. Types only.
import type { Event } from "../core/event.ts";
import type { Admission, DeliveryState, Execution, RunState } from "../core/execution.ts";
import type { Result } from "../core/result.ts";

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

/**
 * `conflict`: someone else has changed the execution since it was read, and nothing is saved. `cancel-requested`: it is
 * saved, and somebody wants it canceled.
 */
export type SaveOutcome = "saved" | "cancel-requested" | "conflict";

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
  /** Of all callbacks together: a dead letter outweighs what is still due, and that what is delivered. */
  readonly delivery?: DeliveryState;
  /** Only what is, or was, owed to this callback; with `delivery`, only what stands so with this very one. */
  readonly callback?: string;
  readonly rule?: string;
  readonly source?: string;
  readonly recordId?: string;
  /** The sender's own id of the event. */
  readonly eventId?: string;
  readonly runId?: string;
  /** Only executions admitted from then on, ms since the epoch. */
  readonly since?: number;
  /** Only executions admitted before then, ms since the epoch. */
  readonly until?: number;
  /** Only executions admitted before this one: the last id of the page before. */
  readonly before?: string;
  readonly limit: number;
}

/** What a start or a cancel is about: a key of a rule within a record, or all keys. */
export interface Target {
  readonly recordId: string | null;
  readonly rule: string;
  /** null: every key */
  readonly dedupeKey: string | null;
}

export interface ExecutionPage {
  readonly executions: readonly ExecutionSummary[];
  /** Give it as `before` for the next page; null where this is the last. */
  readonly next: string | null;
}

/** A part of the time that numbers are about: how many executions were admitted in it, and what has become of them. */
export interface StatsPart {
  /** When it begins, ms since the epoch. */
  readonly at: number;
  readonly admitted: number;
  readonly succeeded: number;
  /** Ended in any other way but canceled. */
  readonly failed: number;
}

/** How executions stand, of those admitted from a moment on: at most so many of each shard, the newest. */
export interface LedgerStats {
  /** How many were looked at, and whether there are more. */
  readonly looked: number;
  readonly complete: boolean;
  readonly states: Readonly<Record<string, number>>;
  /** Deliveries by callback, then by state. */
  readonly deliveries: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** From the admission to the answer of the start call, ms, in ascending order; a sample. */
  readonly startMs: readonly number[];
  /** From the end to its delivery, ms, in ascending order; a sample. */
  readonly deliveryMs: readonly number[];
  /** Executions for which something is due now, whenever they were admitted. */
  readonly backlog: number;
  /** When the oldest of them was due, ms since the epoch; null where nothing is. */
  readonly oldestDueAt: number | null;
  /** The time asked about in equal parts, the earliest first. */
  readonly series: readonly StatsPart[];
}

export interface RuleCount {
  /** "" for events that no rule took */
  readonly rule: string;
  readonly state: RunState;
  readonly count: number;
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
  save(execution: Execution): Promise<SaveOutcome>;
  /** Wants an execution canceled, which is done by whoever advances it. @param by who wants it, in words */
  requestCancel(id: string, by: string, now: number): Promise<"requested" | "over" | "unknown">;
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
  /** The same for several, in their order; those that are not there are left out. */
  getAll(ids: readonly string[]): Promise<Execution[]>;
  list(filter: ExecutionFilter): Promise<ExecutionPage>;
  /** How many executions of each rule stand in each state, of those admitted since (ms since the epoch). Reads all of them. */
  counts(since: number): Promise<RuleCount[]>;
  /** @param parts in how many of them the time is divided */
  stats(since: number, now: number, parts: number): Promise<LedgerStats>;
  /** For each target, what goes on of it, the newest first. */
  goingOn(targets: readonly Target[]): Promise<ExecutionSummary[][]>;
  /**
   * Whether an earlier end of the same record is still owed to this callback. By when they ended; of those that ended in the same
   * moment, the first that was admitted is the earlier.
   */
  owedBefore(execution: Execution, callback: string): Promise<boolean>;
  /** Erases what is kept about a record and is over; dedupe keys stay, as hashes. `left`: executions that still go on. */
  erase(recordId: string): Promise<{ readonly erased: number; readonly left: number }>;
  /** Deletes some of what has outlived its retention in one shard. @returns how many executions */
  purge(shard: number, now: number): Promise<number>;
  /** How much each shard holds, bytes, in the order of the shards. */
  sizes(): Promise<number[]>;
  /** How far repeated work has come, ms since the epoch, by the name of its mark: those with such a beginning. */
  marks(beginning: string): Promise<ReadonlyMap<string, number>>;
  /** Moves marks, forwards only, and forgets those that are null. */
  setMarks(marks: ReadonlyMap<string, number | null>): Promise<void>;
}
