// What the use cases need of the outside world, declared by them and implemented by the adapters. Types only.

import type { AttemptOutcome } from "../core/attempt.ts";
import type { Callback } from "../core/callback.ts";
import type { ConfigFault } from "../core/check-config.ts";
import type { BridgeConfig } from "../core/config.ts";
import type { Json } from "../core/json.ts";
import type { RuleSet } from "../core/rule.ts";
import type { Schedule } from "../core/schedule.ts";
import type { EnginePush } from "../sources/engine-push.ts";
import type { KeyFetcher } from "../sources/families/key-fetcher.ts";
import type { Source } from "../sources/source.ts";
import type { Engine, EngineGate } from "./engine-port.ts";
import type { Jobs } from "./jobs-port.ts";
import type { Ledger } from "./ledger-port.ts";
import type { SenderList } from "./listing-port.ts";
import type { SweepElsewhere } from "./sweep-port.ts";

export type { KeyFault, KeyFetcher, KeyRequest } from "../sources/families/key-fetcher.ts";
export type { Source } from "../sources/source.ts";
export type * from "./access-port.ts";
export type * from "./engine-port.ts";
export type * from "./jobs-port.ts";
export type * from "./ledger-port.ts";
export type * from "./listing-port.ts";
export type * from "./sweep-port.ts";

/** One message to one callback. */
export interface CallbackMessage {
  /** The same for every attempt, so that the receiver can recognise a repetition. */
  readonly id: string;
  readonly callback: string;
  readonly url: string;
  readonly body: string;
  /** The trace that it belongs to, if there is one. */
  readonly traceparent?: string | undefined;
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
  /** The number of its document; 0 where that is kept nowhere. */
  readonly revision: number;
  readonly config: BridgeConfig;
  readonly rules: RuleSet;
  readonly sources: ReadonlyMap<string, Source>;
  readonly callbacks: ReadonlyMap<string, Callback>;
  /** Those that are enabled. */
  readonly schedules: readonly Schedule[];
}

/** Everything that the use cases work with. */
export interface Bridge {
  readonly setup: Setup;
  /** What a revision of the configuration said; null where it is not kept (any more), or cannot be read today. */
  setupOf(revision: number): Promise<Setup | null>;
  readonly ledger: Ledger;
  readonly jobs: Jobs;
  readonly callbacks: CallbackSender;
  readonly desk: SourceDesk;
  readonly gate: EngineGate;
  /** The same for callbacks: which of them is not to be called now. */
  readonly callbackGate: EngineGate;
  /** Fetches the public keys of senders whose keys stand at a URL. */
  readonly keys: KeyFetcher;
  engine(id: string): Engine | undefined;
  /** A source's sender's own list of what it has sent; undefined where it is not compared. */
  readonly listing?: (source: string) => SenderList | undefined;
  /** How the engine's pushes are read; undefined where it may not push. */
  push(engine: string): EnginePush | undefined;
  /** The values of a source's secrets, in the order of the configuration. */
  secrets(names: readonly string[]): string[];
  /** ms since the epoch */
  now(): number;
  /** from 0 up to 1 */
  random(): number;
  /** A name that nobody else has. */
  token(): string;
  sleep(ms: number): Promise<void>;
  /** Where a sweep is shared out to; undefined where it is done by whoever begins it. */
  readonly sweepElsewhere?: SweepElsewhere | undefined;
  readonly log: Log;
}

/** What stands in the way of work: the configuration is refused, with every fault. */
export interface Misconfigured {
  readonly reason: "misconfigured";
  readonly faults: readonly ConfigFault[];
}

/** What stands in the way of work: nobody could say what the configuration is. */
export interface ConfigUnreachable {
  readonly reason: "config-unreachable";
  readonly detail: string;
}

/** What a revision of the configuration was made from: the deployed file, a document that was put, or an earlier one. */
export type RevisionOrigin =
  | { readonly kind: "bundled" }
  | { readonly kind: "put" }
  | { readonly kind: "restore"; readonly of: number };

/** What is known of a revision besides its document. */
export interface RevisionFacts {
  /** From 1 on; never used again. */
  readonly number: number;
  /** When it was made, ms since the epoch. */
  readonly at: number;
  readonly author: string;
  /** Why, in its author's words. */
  readonly note: string | null;
  readonly madeFrom: RevisionOrigin;
}

export interface Revision extends RevisionFacts {
  readonly document: Json;
}

export interface RevisionPage {
  /** The newest first. */
  readonly revisions: readonly RevisionFacts[];
  /** Give it as `before` for the next page; null where this is the last. */
  readonly next: number | null;
}

/**
 * Keeps the revisions of the configuration, the newest 200. Executions keep their own data, so nothing refers to an old
 * revision. Every method throws where the revisions cannot be reached; each may be called twice.
 */
export interface ConfigStore {
  /** The newest revision, or null where that is `known` or where there is none. Cheap where nothing has changed. */
  since(known: number): Promise<Revision | null>;
  get(revision: number): Promise<Revision | null>;
  list(page: { readonly limit: number; readonly before?: number }): Promise<RevisionPage>;
  /** Makes a new revision, if the newest is still `expected`; 0: if there is none. @returns the number of the newest */
  put(
    revision: Omit<Revision, "number">,
    expected: number,
  ): Promise<{ readonly outcome: "stored" | "conflict"; readonly newest: number }>;
}
