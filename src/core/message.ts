// What a callback is told: the body of the message about an execution's end. Pure. The same execution always gives the
// same body, so that every attempt carries the same bytes.
import type { Execution } from "./execution.ts";
import { eventAttributes } from "./expression.ts";
import type { JsonObject } from "./json.ts";
import type { ResultLink } from "./result-link.ts";

/** Stable per execution and callback: a receiver that has seen it may drop the repetition. */
export function messageId(execution: Execution, callback: string): string {
  return `${execution.id}_${callback}`;
}

/** @param link in place of the result */
export function messageBody(execution: Execution, link?: ResultLink): string {
  return JSON.stringify(messageOf(execution, link));
}

export interface Message {
  readonly type: string;
  /** ISO 8601 */
  readonly timestamp: string;
  readonly data: JsonObject;
}

export function messageOf(execution: Execution, link?: ResultLink): Message {
  // What the sender's headers and payload hold is for the rules; a callback is told which event it was.
  const { data: _data, headers: _headers, ...event } = eventAttributes(execution.event);
  // What a person is to be told speaks for itself.
  if (execution.run === "alert") {
    const { type, time, data } = execution.event;
    return { type, timestamp: time, data: { ...(data as JsonObject), execution: execution.id } };
  }
  return {
    type: `execution.${execution.run}`,
    timestamp: new Date(execution.endedAt ?? execution.admittedAt).toISOString(),
    data: {
      execution: execution.id,
      rule: execution.rule,
      recordId: execution.recordId,
      runId: execution.runId,
      status: execution.run,
      reason: execution.reason,
      event,
      result: link ? null : (execution.result ?? null),
      ...(link ? { resultLink: { ...link } } : {}),
    },
  };
}
