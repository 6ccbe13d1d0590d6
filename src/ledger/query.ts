// What a shard is asked and answers beside whole rows. Types only.
import type { RunState } from "../core/run-state.ts";

export interface LivesQuery {
  /** "" where there is none */
  readonly recordId: string;
  readonly rule: string;
  readonly dedupeKey: string;
}

export interface PageQuery {
  /** Only rows below this id. */
  readonly below: number;
  /** And from this one on; 0: from the first. */
  readonly from: number;
  readonly limit: number;
  /** Column and value pairs that must be equal. */
  readonly equal: readonly (readonly [PageColumn, string])[];
}

/** What a start or a cancel is about; null: all keys. */
export type TargetRow = readonly [recordId: string, rule: string, dedupeKey: string | null];

/** The last four are in no column: they are looked for, from the newest on. A callback and its state have a space between them. */
export type PageColumn =
  | "record_id"
  | "run"
  | "delivery"
  | "rule"
  | "source"
  | "attributes ->> '$.event.id'"
  | "progress ->> '$.runId'"
  | "callback"
  | "callback state";

export interface MarkRow {
  readonly name: string;
  readonly value: number;
}

/** So many executions of a rule ("" for none) stand in a state. */
export interface CountRow {
  readonly rule: string;
  readonly run: RunState;
  readonly count: number;
}
