// What a million executions cost if they are built otherwise on the same platform: each way's operations, listed one by one, times the
// price table of cost.ts. On paper: only Hookspan's own are counted by a test. What each way leaves out is said beside it.
import { TRAFFIC } from "./assumed.ts";
import { dollarsPerMillionOf, OBJECT_GB, OBJECT_MS, type Used, usedBy, WORKER_CPU_MS } from "./cost.ts";
import { COUNTED } from "./counted.ts";

/** Messages of a queue that come to a consumer together, its default. */
const BATCH = 10;

export interface Operation {
  readonly what: string;
  readonly used: Used;
}

export interface Way {
  readonly name: string;
  readonly source: string;
  /** Of one execution that is started, ended and delivered without a poll in vain. */
  readonly happy: readonly Operation[];
  /** What three polls in vain add. */
  readonly polls: readonly Operation[];
  readonly leavesOut: string;
}

const webhook: Operation = { what: "the webhook", used: { workerRequests: 1, cpuMs: WORKER_CPU_MS } };

/** @param waits calls to an engine or a callback that the object waits for and is billed for; a Worker is not */
function objectCalls(what: string, objectRequests: number, rowsWritten: number, waits = 0): Operation {
  const gbSeconds = ((objectRequests * OBJECT_MS + waits * TRAFFIC.callMs) / 1_000) * OBJECT_GB;
  return { what, used: { objectRequests, rowsWritten, gbSeconds } };
}

/** Written, read, deleted; and its part of an invocation of the consumer. */
function message(what: string, count: number): Operation {
  const used = { queueOperations: 3 * count, workerRequests: count / BATCH, cpuMs: (count * WORKER_CPU_MS) / BATCH };
  return { what, used };
}

/** Of polls in the Worker. */
function cpuOf(polls: number): Operation {
  return { what: "their CPU", used: { cpuMs: polls * TRAFFIC.stepCpuMs } };
}

const HAPPY = COUNTED["happy path: started, ended and delivered by the fast path"];
const POLLED = COUNTED["the same, polled three times by sweeps first"];

const OWN: Way = {
  name: "Hookspan",
  source: "counted by test/workers/cost.test.ts",
  happy: [{ what: "as counted, purge included", used: usedBy(HAPPY) }],
  polls: [
    {
      what: "as counted, alone in its sweeps",
      used: usedBy({
        rowsWritten: POLLED.rowsWritten - HAPPY.rowsWritten,
        objectRequests: POLLED.objectRequests - HAPPY.objectRequests,
        workerRequests: POLLED.workerRequests - HAPPY.workerRequests,
      }),
    },
    cpuOf(3),
  ],
  leavesOut: "nothing; sweeps of nothing are apart, $0.13 a month with eight shards",
};

/** @param stepsArePriced $8 a million steps, as collected in November 2026; an older copy of the vendor's page names no price for steps */
function workflows(stepsArePriced: boolean): Way {
  const steps = (what: string, count: number): Operation => ({
    what,
    used: stepsArePriced ? { workflowSteps: count } : {},
  });
  return {
    name: stepsArePriced ? "Cloudflare Workflows, steps at $8/M" : "Cloudflare Workflows, steps free",
    source: "developers.cloudflare.com/workflows/reference/pricing/",
    happy: [
      webhook,
      { what: "the instance", used: { workerRequests: 1, cpuMs: WORKER_CPU_MS } },
      steps("steps: start, wait, get, result, callback", 5),
    ],
    polls: [steps("three more steps, if their waits are none", 3), cpuOf(3)],
    leavesOut:
      "the instance's id is the only dedupe, and only while it is kept; no record's order, no list, no replay; 300 new instances a second and account",
  };
}

const QUEUE: Way = {
  name: "Queues and a Durable Object",
  source: "developers.cloudflare.com/queues/platform/pricing/",
  happy: [
    webhook,
    objectCalls("the row and its unique index", 1, 2),
    message("message: start, and look", 1),
    objectCalls("started; ended", 2, 2),
    message("message: callback", 1),
    objectCalls("delivered", 1, 1),
    objectCalls("purge", 0, 1),
  ],
  polls: [message("three messages, delayed", 3)],
  leavesOut:
    "gates: no limit or breaker of an engine; a message is retried 100 times and kept 14 days at most; 5,000 messages a second and queue",
};

const ALARM: Way = {
  name: "an object and its alarms for each event",
  source: "developers.cloudflare.com/durable-objects/platform/pricing/",
  happy: [
    webhook,
    objectCalls("the row; setAlarm", 1, 2),
    objectCalls("alarm: start; the row; setAlarm", 1, 2, 1),
    objectCalls("alarm: get, result, callback; the row; setAlarm for its purge", 1, 2, 3),
    objectCalls("alarm: deletes the row", 1, 1),
  ],
  polls: [objectCalls("three alarms: get; setAlarm", 3, 3, 3)],
  leavesOut:
    "a list, numbers, a record's order; gates; 12 KB of storage for each empty object; an alarm that fails six times is dropped; the object is billed while it waits",
};

export const WAYS: readonly Way[] = [OWN, QUEUE, ALARM, workflows(false), workflows(true)];

export function dollarsOf(operations: readonly Operation[]): number {
  return operations.reduce((sum, { used }) => sum + dollarsPerMillionOf(used), 0);
}

export function waysTable(): string {
  const rows = WAYS.map(({ name, happy, polls, leavesOut, source }) => {
    const dollars = dollarsOf(happy);
    return `| ${name} | ${dollars.toFixed(2)} | ${(dollars + dollarsOf(polls)).toFixed(2)} | ${leavesOut} | ${source} |`;
  });
  const head =
    "| a million executions | dollars | polled three times first | leaves out | prices |\n|---|---|---|---|---|";
  return [head, ...rows].join("\n");
}

export async function alternatives(): Promise<void> {
  console.log(waysTable());
  console.log("\n| way | operation | uses | dollars a million |\n|---|---|---|---|");
  for (const { name, happy, polls } of WAYS) {
    for (const [index, operation] of [...happy, ...polls].entries()) {
      const what = index < happy.length ? operation.what : `polls: ${operation.what}`;
      const uses = Object.entries(operation.used).map(([each, count]) => `${Number(count.toFixed(4))} ${each}`);
      console.log(
        `| ${name} | ${what} | ${uses.join(", ") || "nothing that is priced"} | ${dollarsOf([operation]).toFixed(2)} |`,
      );
    }
  }
}
