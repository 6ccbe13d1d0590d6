// What the sizing and the simulated day take for granted: of the platform (published), of the bridge (its constants, which a test holds
// against the sources) and of the traffic (assumed, for want of anybody's). Numbers only.

/** Published, paid plan: https://developers.cloudflare.com/workers/platform/limits/, …/durable-objects/platform/limits/. */
export const PLATFORM = {
  /** Of one object, a soft limit. */
  objectRequestsPerSecond: 1_000,
  /** Of one object, where they write: 200 to 500; the lower is counted with. */
  objectWritesPerSecond: 200,
  /** Of one invocation, at a time that wait for headers. */
  connections: 6,
  subrequests: 10_000,
  /** Of a cron trigger that runs more often than hourly. */
  sweepCpuMs: 30_000,
  cronMs: 60_000,
} as const;

/** Seen here, `npm run bench -- ingress` in RESULTS.md: one shard and the whole Worker around it, on two shared cores. */
export const MEASURED_ADMISSIONS_PER_SECOND = 567;

/** Constants and bounds of the bridge that are not exported by the files that have them. */
export const BRIDGE = {
  maxShards: 256,
  maxSweepInvocations: 30,
  sweepBudgetMs: 50_000,
  claimBatch: 12,
  callsPerPermit: 20,
  /** Looked at, not deleted, in each shard by each sweep; also beyond what is due to be deleted. */
  purgeBatch: 500,
  retentionDays: 30,
} as const;

/** Runs that outlast the fast path. */
export interface SlowRuns {
  readonly name: string;
  readonly minutes: number;
  /** Of the fresh events. */
  readonly share: number;
}

/** Assumed: change them here, and everything follows. */
export const TRAFFIC = {
  /** The highest rate of the day over its mean: a wave of the day and a burst. */
  peakFactor: 4,
  /** Deliveries of what is known already. */
  duplicates: 0.1,
  /** The others end within the 20 s in which the fast path follows them. */
  slow: [
    { name: "10 minutes", minutes: 10, share: 0.3 },
    { name: "6 hours", minutes: 360, share: 0.1 },
  ] as readonly SlowRuns[],
  /** Ends whose callback fails twice first. */
  callbacksFailTwice: 0.02,
  /** One call to the engine or to a callback. */
  callMs: 300,
  /** One step of a sweep, in the Worker. */
  stepCpuMs: 2,
  /** How records share the events: the n-th most frequent has a part in proportion to n^-exponent. */
  records: 1_000_000,
  recordExponent: 0.7,
  /** The event's data, the rest is the bridge's own. */
  payloadBytes: 3_400,
} as const;
