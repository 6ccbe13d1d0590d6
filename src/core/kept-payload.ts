// What is kept of an execution's payloads: everything, or, where the configuration says so, nothing once it is over and every
// callback has its end. Pure.
import type { Execution } from "./execution.ts";

/** @returns the execution as the ledger is to keep it */
export function asKept(execution: Execution): Execution {
  const { payloadDropped, dropPayload, dueAt, endedAt } = execution;
  const settled = dueAt === null && endedAt !== null;
  if (settled && dropPayload) return withoutPayload({ ...execution, result: undefined });
  // What is sent again has a result for as long as that takes, and nothing else.
  return payloadDropped ? withoutPayload(execution) : execution;
}

function withoutPayload(execution: Execution): Execution {
  return { ...execution, payloadDropped: true, start: null, event: { ...execution.event, data: null } };
}
