// What a million executions cost, from the counted figures (counted.ts) and the published prices of the Workers Paid plan. Gross:
// what the plan includes each month is not taken off. CPU time is an assumption, named as such.
import { COUNTED, type Counted } from "./counted.ts";

/** Dollars per million. https://developers.cloudflare.com/workers/platform/pricing/ and …/durable-objects/platform/pricing/ */
const PRICES = { rowsWritten: 1.0, objectRequests: 0.15, workerRequests: 0.3, cpuMs: 0.02, gbSeconds: 12.5 };

/** Assumed: of one execution in the Worker, fast path included; and of one call in an object, which holds 128 MB meanwhile. */
const WORKER_CPU_MS = 5;
const OBJECT_MS = 2;
const OBJECT_GB = 0.128;

/** Dollars for a million of them. */
export function dollarsPerMillion({ rowsWritten, objectRequests, workerRequests }: Counted): number {
  return (
    rowsWritten * PRICES.rowsWritten +
    objectRequests * PRICES.objectRequests +
    workerRequests * PRICES.workerRequests +
    workerRequests * WORKER_CPU_MS * PRICES.cpuMs +
    objectRequests * (OBJECT_MS / 1_000) * OBJECT_GB * PRICES.gbSeconds
  );
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
