// What a rule decided about an event: the ledger admits it, or reports the execution that the key already has. Pure types.
import type { DuplicatePolicy } from "./dedupe.ts";
import type { Event } from "./event.ts";
import type { JsonObject } from "./json.ts";

/** What the start call will say, apart from the times, which are resolved when it is made. */
export interface StartRequest {
  readonly workflowDefinitionId: string;
  readonly locale: string;
  readonly parameters: JsonObject;
  readonly expiresInMs: number | null;
}

/** Which executions a cancel rule is about: those of this rule for the admission's record, or the one with this key. */
export interface CancelTarget {
  readonly rule: string;
  /** null: every active one */
  readonly dedupeKey: string | null;
}

/** Where an execution comes from that a person has asked for. */
export interface Replay {
  /** The execution that was replayed. */
  readonly of: string;
  readonly intent: "re-evaluate" | "restart";
  /** The same when the request is repeated: then nothing new is started. */
  readonly once: string;
}

/** What a rule decided about an event; the ledger admits it or reports the duplicate. */
export interface Admission {
  /** "" where no rule took the event */
  readonly rule: string;
  /** The revision of the configuration that decided it; 0 where the configuration is kept nowhere. */
  readonly revision: number;
  readonly engine: string;
  readonly event: Event;
  readonly recordId: string | null;
  readonly dedupeKey: string;
  readonly windowMs: number;
  readonly onDuplicate: DuplicatePolicy;
  readonly onUncertainStart: "retry" | "hold";
  readonly callbacks: readonly string[];
  /** null for cancels, and where the rule's expressions failed */
  readonly start: StartRequest | null;
  /** null for starts */
  readonly cancel: CancelTarget | null;
  /** Over from the beginning, and why; null where something is to be done. */
  readonly over: {
    readonly state: "invalid" | "shadow" | "unmatched" | "alert";
    readonly reason: string | null;
  } | null;
  readonly replay?: Replay;
  /** Payloads are dropped once it is over and delivered. Left out where they are kept. */
  readonly dropPayload?: true;
  /** Left to the sweep from the beginning: nobody goes on with it after the answer. */
  readonly deferred?: boolean;
}
