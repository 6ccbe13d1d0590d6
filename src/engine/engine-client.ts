// Calls an engine over HTTP: start, get, cancel, result. One call per method, no retries but for one: a 401 is definite,
// so where another token can be had the call is made again with it. Else whether to repeat is decided by who called, from
// the reason of the failure.
import type { Engine, EngineFailure, Run } from "../bridge/ports.ts";
import { readCapped } from "../core/capped-body.ts";
import type { Json } from "../core/json.ts";
import { err, ok, type Result } from "../core/result.ts";
import { retryAfterMs } from "../core/retry.ts";
import { isKnownError, parsedJson, type Refusal, refusalIn, resultIn, runIn } from "./answer.ts";
import { failureOfThrown } from "./failure.ts";
import type { EngineDefinition, OperationName } from "./presets.ts";
import { authorizationHeader, type FilledRequest, fillRequest, type Values, valuesOfStart } from "./request.ts";
import { apiToken, type TokenSource } from "./token.ts";

/** The most that is read of an answer. Results beyond this are refused: they would not fit through the ledger. */
const MAX_ANSWER_BYTES = 10 * 1024 * 1024;

/** What a header can hold. Anything else fails in the call, where nobody could tell it from a broken connection. */
const HEADER_TEXT = /^[\x20-\x7e]+$/;

export interface EngineDeps {
  readonly token: string | TokenSource;
  /** Tokens of operations that have one of their own. */
  readonly tokens?: Readonly<Partial<Record<OperationName, string>>>;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  now(): number;
}

/** One call as it is sent, but for the token. */
interface Call {
  readonly name: OperationName;
  readonly request: FilledRequest;
  readonly traceparent?: string | undefined;
}

type Called<T = Json | undefined> = Result<T, EngineFailure | "exists">;

/** What is made of an answer that is none of HTTP's refusals. */
type Take<T> = (response: Response, refusal: Omit<Refusal, "body">) => Promise<Called<T>>;

export function createEngine(definition: EngineDefinition, deps: EngineDeps): Engine {
  const shared = typeof deps.token === "string" ? apiToken(deps.token.trim()) : deps.token;

  /** However many requests it takes, it takes no longer than one call may. */
  async function call<T>(name: OperationName, values: Values, take: Take<T>, traceparent?: string): Promise<Called<T>> {
    const operation = definition.operations[name];
    if (operation.path === "")
      return err({ reason: "rejected", status: 404, detail: `${name}: the engine has no such operation` });
    const request = fillRequest(operation, values);
    if ("missing" in request) {
      return err({
        reason: "rejected",
        status: 400,
        detail: `${name}: {${request.missing}} is empty or no part of a path`,
      });
    }
    const own = deps.tokens?.[name];
    const tokens = own === undefined ? shared : apiToken(own.trim());
    const signal = AbortSignal.timeout(definition.timeoutMs);
    const token = await tokens.current(signal);
    if (!token.ok) return token;
    const sent = { name, request, traceparent };
    const answer = await callWith(token.value, signal, sent, take);
    if (answer.ok || answer.error === "exists" || answer.error.reason !== "unauthorized") return answer;
    const another = await tokens.instead(token.value, signal);
    if (another === null) return answer;
    return another.ok ? callWith(another.value, signal, sent, take) : another;
  }

  async function callWith<T>(
    token: string,
    signal: AbortSignal,
    { name, request, traceparent }: Call,
    take: Take<T>,
  ): Promise<Called<T>> {
    const operation = definition.operations[name];
    if (!HEADER_TEXT.test(token)) {
      return err({
        reason: "unauthorized",
        detail: `${name}: the token is empty or holds characters that no token has`,
      });
    }
    const unsendable = Object.entries(request.headers).find(([, value]) => !HEADER_TEXT.test(value));
    if (unsendable)
      return err({
        reason: "rejected",
        status: 400,
        detail: `${name}: the header ${unsendable[0]} would not be ASCII`,
      });
    const headers: Record<string, string> = {
      ...request.headers,
      accept: "application/json",
      "user-agent": "hookspan",
    };
    const [header, value] = authorizationHeader(operation.authorization, token);
    headers[header] = value;
    const { body } = request;
    if (body !== undefined) headers["content-type"] = "application/json;charset=UTF-8";
    if (traceparent !== undefined) headers.traceparent = traceparent;
    try {
      const response = await deps.fetch(definition.baseUrl + request.path, {
        method: operation.method,
        headers,
        redirect: "manual",
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const { status } = response;
      const wait = retryAfterMs(response.headers.get("retry-after"), deps.now());
      const refusal = { operation, name, status, token, retryAfterMs: wait };
      if (!response.ok) {
        // The status has been given: a body that breaks off or never ends takes nothing but the engine's words from it.
        const bytes = await readCapped(response.body, MAX_ANSWER_BYTES).catch(() => undefined);
        return err(refusalIn(definition, { ...refusal, body: bytes && parsedJson(bytes) }));
      }
      return await take(response, refusal);
    } catch (thrown) {
      return err(failureOfThrown(thrown, definition.timeoutMs));
    }
  }

  const json: Take<Json | undefined> = async (response, refusal) => {
    const { operation, name } = refusal;
    const bytes = await readCapped(response.body, MAX_ANSWER_BYTES);
    if (!bytes) {
      const detail = `${name}: the answer is larger than ${MAX_ANSWER_BYTES} bytes`;
      return err({ reason: "uncertain", detail, tooLarge: true });
    }
    const answer = parsedJson(bytes);
    const isError = isKnownError(definition, operation, answer) && !runIn(definition, answer, "asked");
    return isError ? err(refusalIn(definition, { ...refusal, body: answer })) : ok(answer);
  };

  function runOf(name: OperationName, answer: Json | undefined, asked: string): Result<Run, EngineFailure> {
    const run = runIn(definition, answer, asked);
    return run ? ok(run) : err({ reason: "uncertain", detail: `${name}: the answer names no run` });
  }

  return {
    followForMs: definition.followForMs,
    absentRunId: definition.absentRunId,
    async start(start) {
      const answer = await call("start", valuesOfStart(start), json, start.traceparent);
      if (answer.ok) return runOf("start", answer.value, "");
      if (answer.error !== "exists") return err(answer.error);
      // Who names the run cannot start two: this one was started by an earlier call, whose answer was lost.
      const runId = start.startId;
      return runId === undefined
        ? err(noName("start"))
        : ok({ runId, status: "running", expiresAt: null, existed: true });
    },
    async get(runId, workflowDefinitionId = NO_WORKFLOW) {
      const answer = definite("get", await call("get", { runId, workflowDefinitionId }, json));
      return answer.ok ? runOf("get", answer.value, runId) : answer;
    },
    async cancel(runId, workflowDefinitionId = NO_WORKFLOW) {
      const answer = definite("cancel", await call("cancel", { runId, workflowDefinitionId }, json));
      return answer.ok ? ok(null) : answer;
    },
    async result(runId, workflowDefinitionId = NO_WORKFLOW) {
      const answer = definite("result", await call("result", { runId, workflowDefinitionId }, json));
      if (!answer.ok) return answer;
      if (answer.value === undefined) return err({ reason: "uncertain", detail: "result: the answer is not JSON" });
      const result = resultIn(definition, answer.value);
      return result === undefined
        ? err({ reason: "rejected", status: 404, detail: "result: the answer holds no result (yet)" })
        : ok(result);
    },
    openResult: async (runId, workflowDefinitionId = NO_WORKFLOW) =>
      definite("result", await call("result", { runId, workflowDefinitionId }, async ({ body }) => ok(body))),
  };
}

/** A probe asks for a run of no workflow. */
const NO_WORKFLOW = "-";

/** "exists" answers nothing but a start: anything else that says so is as unclear as can be. */
function definite<T>(name: OperationName, answer: Called<T>): Result<T, EngineFailure> {
  if (answer.ok) return answer;
  return err(answer.error === "exists" ? noName(name) : answer.error);
}

function noName(name: OperationName): EngineFailure {
  return { reason: "uncertain", detail: `${name}: the engine says that it exists, and nothing was named` };
}
