// Calls an engine over HTTP: start, get, cancel, result. One call per method, no retries but for one: a 401 is definite,
// so where another token can be had the call is made again with it. Else whether to repeat is decided by who called, from
// the reason of the failure.
import type { Engine, EngineFailure, Run, StartCall } from "../bridge/ports.ts";
import { readCapped } from "../core/capped-body.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { err, ok, type Result } from "../core/result.ts";
import { retryAfterMs } from "../core/retry.ts";
import { type FailedAnswer, failureOfAnswer, failureOfThrown } from "./failure.ts";
import type { Authorization, EngineDefinition, OperationName } from "./presets.ts";
import { apiToken, type TokenSource } from "./token.ts";

/** The most that is read of an answer. Results beyond this are refused: they would not fit through the ledger. */
const MAX_ANSWER_BYTES = 10 * 1024 * 1024;

/** The most that is kept of an engine's own words about an error. */
const MAX_DETAIL_CHARS = 300;

/** Ids become part of a path. Real ones are UUIDs; dots alone would walk up the path. */
const RUN_ID = /^(?!\.+$)[\x21-\x7e]{1,200}$/;

/** What a header can hold. Anything else fails in the call, where nobody could tell it from a broken connection. */
const HEADER_TEXT = /^[\x20-\x7e]+$/;

export interface EngineDeps {
  readonly token: string | TokenSource;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  now(): number;
}

/** What a call carries beside its address. */
interface Sent {
  readonly body?: Json | undefined;
  readonly traceparent?: string | undefined;
}

type Called = Result<Json | undefined, EngineFailure>;

export function createEngine(definition: EngineDefinition, deps: EngineDeps): Engine {
  const tokens = typeof deps.token === "string" ? apiToken(deps.token.trim()) : deps.token;

  /** However many requests it takes, it takes no longer than one call may. */
  async function call(name: OperationName, runId: string, sent: Sent = {}): Promise<Called> {
    const signal = AbortSignal.timeout(definition.timeoutMs);
    const token = await tokens.current(signal);
    if (!token.ok) return token;
    const answer = await callWith(token.value, signal, name, runId, sent);
    if (answer.ok || answer.error.reason !== "unauthorized") return answer;
    const another = await tokens.instead(token.value, signal);
    if (another === null) return answer;
    return another.ok ? callWith(another.value, signal, name, runId, sent) : another;
  }

  async function callWith(
    token: string,
    signal: AbortSignal,
    name: OperationName,
    runId: string,
    { body, traceparent }: Sent,
  ): Promise<Called> {
    const { method, path } = definition.operations[name];
    const url = definition.baseUrl + path.replace("{runId}", encodeURIComponent(runId));
    if (!HEADER_TEXT.test(token)) {
      return err({
        reason: "unauthorized",
        detail: `${name}: the token is empty or holds characters that no token has`,
      });
    }
    const headers: Record<string, string> = {
      authorization: authorizationHeader(definition.authorization, token),
      accept: "application/json",
      "user-agent": "hookspan",
    };
    if (body !== undefined) headers["content-type"] = "application/json;charset=UTF-8";
    if (traceparent !== undefined) headers.traceparent = traceparent;
    try {
      const response = await deps.fetch(url, {
        method,
        headers,
        redirect: "manual",
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) return err(failureOfAnswer(await failedAnswer(name, response, token, deps.now)));
      const bytes = await readCapped(response.body, MAX_ANSWER_BYTES);
      if (!bytes)
        return err({ reason: "uncertain", detail: `${name}: the answer is larger than ${MAX_ANSWER_BYTES} bytes` });
      return ok(parsed(bytes));
    } catch (thrown) {
      return err(failureOfThrown(thrown, definition.timeoutMs));
    }
  }

  async function callForRun(
    name: "start" | "get",
    runId: string,
    sent: Sent = {},
  ): Promise<Result<Run, EngineFailure>> {
    const answer = await call(name, runId, sent);
    if (!answer.ok) return answer;
    const run = toRun(definition, answer.value);
    return run ? ok(run) : err({ reason: "uncertain", detail: `${name}: the answer names no run` });
  }

  return {
    followForMs: definition.followForMs,
    start: (request) => callForRun("start", "", { body: startBody(request), traceparent: request.traceparent }),
    get: (runId) => callForRun("get", runId),
    async cancel(runId) {
      const answer = await call("cancel", runId);
      return answer.ok ? ok(null) : answer;
    },
    async result(runId) {
      const answer = await call("result", runId);
      if (!answer.ok) return answer;
      return answer.value === undefined
        ? err({ reason: "uncertain", detail: "result: the answer is not JSON" })
        : ok(answer.value);
    },
  };
}

/**
 * TransactionLink: an organization's API token (`tot_…`) stands in the header as it is, without a scheme; a legacy JWT
 * stands behind `Bearer`.
 */
function authorizationHeader(form: Authorization, token: string): string {
  switch (form) {
    case "transactionlink":
      return token.startsWith("tot_") ? token : `Bearer ${token}`;
  }
}

function startBody({ workflowDefinitionId, locale, parameters, expiresAt, recordId }: StartCall): Json {
  const expires = expiresAt === null ? null : new Date(expiresAt).toISOString();
  return { workflowDefinitionId, locale, parameters, expiresAt: expires, recordId };
}

function toRun({ members, statuses }: EngineDefinition, answer: Json | undefined): Run | undefined {
  if (!isJsonObject(answer)) return undefined;
  const runId = answer[members.runId];
  if (typeof runId !== "string" || !RUN_ID.test(runId)) return undefined;
  const status = answer[members.status];
  const expiry = answer[members.expiresAt];
  // Date.parse makes a year of a small number: nothing but text is a time.
  const expiresAt = typeof expiry === "string" ? Date.parse(expiry) : Number.NaN;
  return {
    runId,
    // A word that nobody has explained means "not finished": the run's expiry bounds the mistake.
    status: (typeof status === "string" && Object.hasOwn(statuses, status) && statuses[status]) || "running",
    expiresAt: Number.isNaN(expiresAt) ? null : expiresAt,
  };
}

/** The status has been given: a body that breaks off or never ends takes nothing but the engine's words from it. */
async function failedAnswer(
  name: OperationName,
  response: Response,
  token: string,
  now: () => number,
): Promise<FailedAnswer> {
  const { status } = response;
  const bytes = await readCapped(response.body, MAX_ANSWER_BYTES).catch(() => undefined);
  const words = bytes && messageOf(parsed(bytes), token);
  return {
    status,
    detail: `${name}: HTTP ${status}${words ? `: ${words}` : ""}`,
    retryAfterMs: retryAfterMs(response.headers.get("retry-after"), now()),
  };
}

/** The engine's own words about an error, where it gives them as JSON, without the token should it repeat it. */
function messageOf(body: Json | undefined, token: string): string | undefined {
  if (!isJsonObject(body)) return undefined;
  const words = body.message ?? body.detail ?? body.error;
  return typeof words === "string" ? words.replaceAll(token, "(the token)").slice(0, MAX_DETAIL_CHARS) : undefined;
}

function parsed(bytes: Uint8Array): Json | undefined {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes)) as Json;
  } catch {
    return undefined;
  }
}
