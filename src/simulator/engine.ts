// The engine's operations over a store. No network and no clock of its own: the store is handed in, and so is the
// time. Faults are not known here; they are laid around this by the Durable Object.
import type { JsonObject } from "../core/json.ts";
import { checkAuthorization } from "./authorization.ts";
import { authorize } from "./authorize.ts";
import { type Behaviour, type Definition, type Settings, Uuid } from "./behaviour.ts";
import { type Execution, resultAt, standingAt, viewOf } from "./execution.ts";
import { readStartRequest, type StartRequest } from "./start-request.ts";
import { type Answer, type ApiRequest, emptyAnswer, errorAnswer, jsonAnswer } from "./wire.ts";

/** How an execution is brought to its end before its time. */
export interface End {
  /** ms since the epoch. */
  readonly at: number;
  readonly status: Execution["finalStatus"];
  readonly result: JsonObject | null;
  readonly resultDelayMs: number;
}

/** What the operations need to remember. */
export interface ExecutionStore {
  definition(id: string): Definition | undefined;
  execution(id: string): Execution | undefined;
  insertExecution(execution: Execution): void;
  endExecution(id: string, end: End): void;
}

/** The circumstances of one call. */
export interface Circumstances {
  /** ms since the epoch, offset included. */
  readonly now: number;
  /** The id that an execution gets which this call starts. */
  readonly newId: string;
  /** True: an execution that this call starts never ends by itself. */
  readonly stuck: boolean;
  readonly settings: Settings;
}

/** Answers one request as the engine would. */
export function answerRequest(request: ApiRequest, circumstances: Circumstances, store: ExecutionStore): Answer {
  if (request.operation === null) {
    return errorAnswer(404, `${request.method} ${request.path} is not an operation of the engine's API.`);
  }
  const { settings, now } = circumstances;
  if (request.operation === "authorize") {
    return authorize(request.body ?? "", now, circumstances.newId);
  }
  const authorized = checkAuthorization(request.headers.authorization, settings.token, now);
  if (!authorized.ok) {
    return errorAnswer(401, authorized.error);
  }
  if (request.body === null) {
    return errorAnswer(413, "The body is larger than the simulator reads (1 MiB).");
  }
  if (request.operation === "start") {
    return start(request.headers["content-type"], request.body, circumstances, store);
  }
  const execution = store.execution(request.executionId.toLowerCase());
  if (execution === undefined) {
    return errorAnswer(404, `The execution ${request.executionId} does not exist.`);
  }
  switch (request.operation) {
    case "get":
      return jsonAnswer(200, viewOf(execution, now));
    case "cancel":
      return cancel(execution, now, store);
    case "result":
      return readResult(execution, now);
  }
}

function start(
  contentType: string | undefined,
  body: string,
  circumstances: Circumstances,
  store: ExecutionStore,
): Answer {
  const { settings, now } = circumstances;
  const parsed = readStartRequest(contentType, body, now);
  if (!parsed.ok) {
    return errorAnswer(400, parsed.error.map((detail) => detail.message).join(" "), parsed.error);
  }
  const id = parsed.value.workflowDefinitionId.toLowerCase();
  const registered = store.definition(id);
  if (registered === undefined && (settings.strict || !Uuid.safeParse(id).success)) {
    return errorAnswer(404, `The workflow definition ${id} does not exist.`);
  }
  const definition = registered ?? {};
  if (definition.canRun === false) {
    return errorAnswer(403, `The token lacks the can_run permission on the workflow definition ${id}.`);
  }
  const execution = newExecution(parsed.value, definition, circumstances);
  store.insertExecution(execution);
  return jsonAnswer(200, viewOf(execution, now));
}

/** The request's own `$simulate` goes before the definition, and the definition before the settings. */
function newExecution(request: StartRequest, definition: Definition, circumstances: Circumstances): Execution {
  const { settings, now, newId, stuck } = circumstances;
  const behaviour: Behaviour = { ...definition, ...request.behaviour };
  return {
    id: newId,
    definitionId: request.workflowDefinitionId,
    name: definition.name ?? "Simulated workflow",
    recordId: request.recordId,
    locale: request.locale,
    parameters: request.parameters,
    expiresAt: request.expiresAt,
    startedAt: now,
    endsAt: stuck ? null : now + (behaviour.runsForMs ?? settings.runsForMs),
    finalStatus: behaviour.status ?? "COMPLETED",
    result: behaviour.result ?? null,
    resultDelayMs: behaviour.resultDelayMs ?? 0,
  };
}

function cancel(execution: Execution, now: number, store: ExecutionStore): Answer {
  const { status } = standingAt(execution, now);
  if (status !== "RUNNING") {
    return errorAnswer(400, `The execution ${execution.id} is ${status} and cannot be cancelled.`);
  }
  store.endExecution(execution.id, { at: now, status: "CANCELLED", result: null, resultDelayMs: 0 });
  return emptyAnswer(204);
}

function readResult(execution: Execution, now: number): Answer {
  const result = resultAt(execution, now);
  if (result !== null) {
    return jsonAnswer(200, result);
  }
  const { status } = standingAt(execution, now);
  return errorAnswer(404, `The execution ${execution.id} is ${status}; its result is not available.`);
}
