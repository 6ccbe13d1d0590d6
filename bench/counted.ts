// What an execution costs in what the platform charges for, counted: a test (test/workers/cost.test.ts) counts it again and fails
// where a figure differs. Numbers only.

/** What is charged for, of one execution or of one request. */
export interface Counted {
  /** Rows that Durable Objects write, purge included. */
  readonly rowsWritten: number;
  /** Calls to Durable Objects. */
  readonly objectRequests: number;
  /** Requests to the Worker by others. */
  readonly workerRequests: number;
}

export const COUNTED = {
  "happy path: started, ended and delivered by the fast path": { rowsWritten: 6, objectRequests: 6, workerRequests: 1 },
  "the same, polled three times by sweeps first": { rowsWritten: 6, objectRequests: 14, workerRequests: 1 },
  "the same, two callbacks failed first": { rowsWritten: 14, objectRequests: 10, workerRequests: 1 },
  "a duplicate": { rowsWritten: 0, objectRequests: 1, workerRequests: 1 },
  "a request that proves nothing": { rowsWritten: 0, objectRequests: 0, workerRequests: 1 },
} as const satisfies Readonly<Record<string, Counted>>;
