// Bulk work that goes on by itself. Types only.
import type { ReplayRequest } from "../core/replay.ts";
import type { ReplayFilter } from "./replay-bulk.ts";
import type { Replayed } from "./replay-outcome.ts";

export type JobState = "running" | "done" | "canceled";

/** Times are ms since the epoch. */
export interface Job {
  readonly id: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly request: ReplayRequest;
  readonly filter: ReplayFilter;
  /** Names the replays: done again after a loss, they start nothing twice. */
  readonly key: string;
  readonly state: JobState;
  /** The last execution that was looked at; null in the beginning. */
  readonly cursor: string | null;
  readonly counts: Readonly<Partial<Record<Replayed["outcome"], number>>>;
  /** The first that could not be done, with why. */
  readonly failures: readonly { readonly of: string; readonly detail: string }[];
  readonly updatedAt: number;
}

/** Every method throws where the jobs cannot be reached; each may be called twice. */
export interface Jobs {
  create(job: Job): Promise<void>;
  get(id: string): Promise<Job | null>;
  /** The newest first, at most 100. */
  list(): Promise<Job[]>;
  /** One that runs and is nobody's, leased to the caller; of this id, where one is given. */
  claim(now: number, id: string | null): Promise<Job | null>;
  /** Keeps how far it has come, unless it was canceled or somebody else has gone on with it. @returns whether to go on */
  save(job: Job, from: string | null): Promise<boolean>;
  /** @returns null where there is none; one that is over stays as it is */
  cancel(id: string, now: number): Promise<Job | null>;
}
