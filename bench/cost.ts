// What a million executions cost, from the counted figures (counted.ts) and the published prices of the Workers Paid plan. Gross:
// what the plan includes each month is not taken off. CPU time is an assumption, named as such. The one price table.
import { COUNTED, type Counted } from "./counted.ts";

/**
 * Dollars per million of each. https://developers.cloudflare.com/workers/platform/pricing/, …/durable-objects/platform/pricing/,
 * …/queues/platform/pricing/; storage, where a million is a million GB-months, in …/durable-objects/platform/pricing/ too.
 */
export const PRICES = {
  rowsWritten: 1.0,
  rowsRead: 0.001,
  objectRequests: 0.15,
  workerRequests: 0.3,
  cpuMs: 0.02,
  gbSeconds: 12.5,
  gbMonths: 200_000,
  queueOperations: 0.4,
  workflowSteps: 8,
} as const;

/** How many of each were used. */
export type Used = { readonly [each in keyof typeof PRICES]?: number };

/** Assumed: of one execution in the Worker, fast path included; and of one call in an object, which holds 128 MB meanwhile. */
export const WORKER_CPU_MS = 5;
export const OBJECT_MS = 2;
export const OBJECT_GB = 0.128;

/** Dollars for what was used; for a million times of it, if it is what one time uses. */
export function dollarsPerMillionOf(used: Used): number {
  return Object.entries(used).reduce((sum, [each, count]) => sum + count * PRICES[each as keyof typeof PRICES], 0);
}

/** What the counted calls use besides: the Worker's CPU and the object's time. */
export function usedBy({ rowsWritten, objectRequests, workerRequests }: Counted): Used {
  return {
    rowsWritten,
    objectRequests,
    workerRequests,
    cpuMs: workerRequests * WORKER_CPU_MS,
    gbSeconds: objectRequests * (OBJECT_MS / 1_000) * OBJECT_GB,
  };
}

/** Dollars for a million of them. */
export function dollarsPerMillion(counted: Counted): number {
  return dollarsPerMillionOf(usedBy(counted));
}

export function costTable(): string {
  const rows = Object.entries<Counted>(COUNTED).map(
    ([what, counted]) =>
      `| ${what} | ${counted.rowsWritten} | ${counted.objectRequests} | ${counted.workerRequests} | ${dollarsPerMillion(counted).toFixed(2)} |`,
  );
  return [
    "| a million times | rows written | object requests | Worker requests | dollars |\n|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

export async function cost(): Promise<void> {
  console.log(costTable());
}
