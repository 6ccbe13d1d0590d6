// One simulated execution: what is stored of it, and what it is at a given time. Nothing ticks: status and result follow
// from the stored times. Pure: no I/O, no clock.
import type { Json, JsonObject } from "../core/json.ts";
import type { FinalStatus } from "./behaviour.ts";

/** The workspace that all simulated executions belong to. */
export const WORKSPACE_ID = "00000000-0000-4000-8000-000000000001";

export interface Execution {
  readonly id: string;
  readonly definitionId: string;
  readonly name: string;
  readonly recordId: string | null;
  readonly locale: string;
  readonly parameters: JsonObject;
  /** As it was sent. */
  readonly expiresAt: string | null;
  /** ms since the epoch. */
  readonly startedAt: number;
  /** When it ends by itself, in ms since the epoch; null if it never does. */
  readonly endsAt: number | null;
  readonly finalStatus: FinalStatus;
  /** Null: the default result for its status. */
  readonly result: JsonObject | null;
  /** How long the result stays unavailable after the end, in ms. */
  readonly resultDelayMs: number;
}

export type Status = "RUNNING" | FinalStatus;

/** What an execution is at one time. `endedAt` is null while it runs. */
export interface Standing {
  readonly status: Status;
  /** ms since the epoch. */
  readonly endedAt: number | null;
}

/** The status at a time. An execution that ends no later than it expires has ended. */
export function standingAt(execution: Execution, now: number): Standing {
  const expiry = execution.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(execution.expiresAt);
  const end = execution.endsAt ?? Number.POSITIVE_INFINITY;
  if (end <= now && end <= expiry) {
    return { status: execution.finalStatus, endedAt: end };
  }
  return expiry <= now ? { status: "EXPIRED", endedAt: expiry } : { status: "RUNNING", endedAt: null };
}

/** The result at a time, or null while (or if ever) there is none. */
export function resultAt(execution: Execution, now: number): JsonObject | null {
  const { status, endedAt } = standingAt(execution, now);
  if (endedAt === null || endedAt + execution.resultDelayMs > now) {
    return null;
  }
  if (status === "COMPLETED") {
    return execution.result ?? defaultResult(execution, endedAt);
  }
  return status === "FAILED" ? execution.result : null;
}

function defaultResult(execution: Execution, endedAt: number): JsonObject {
  return {
    outcome: "APPROVED",
    workflowDefinitionId: execution.definitionId,
    recordId: execution.recordId,
    parameters: execution.parameters,
    completedAt: new Date(endedAt).toISOString(),
  };
}

/** The execution as the engine's API shows it. */
export function viewOf(execution: Execution, now: number): { readonly [key: string]: Json } {
  return {
    id: execution.id,
    workspaceId: WORKSPACE_ID,
    workflowDefinitionId: execution.definitionId,
    parameters: execution.parameters,
    name: execution.name,
    revision: 1,
    status: standingAt(execution, now).status,
    locale: execution.locale,
    expiresAt: execution.expiresAt,
    uiOptions: {},
    executionType: "BACKGROUND",
    executionVersion: 1,
    origin: "API",
    recordId: execution.recordId,
  };
}
