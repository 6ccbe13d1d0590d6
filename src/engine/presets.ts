// The engines that are known by name, as data: the requests, where an answer holds what, what a refusal means. Pure. A
// configuration may say otherwise of each part, and `custom` says nothing; what comes out of `resolveEngine` is complete.

import { durationMs } from "../core/duration.ts";
import { type Authorization, type FailureMeaning, OPERATION_NAMES, type OperationName } from "../core/engine-api.ts";
import type { ENGINE_PRESETS, EngineConfig, RunStatus } from "../core/engine-config.ts";
import type { Json } from "../core/json.ts";
import { compilePath, type PathStep } from "../core/path.ts";

export type { Authorization, OperationName } from "../core/engine-api.ts";

type Means = Readonly<Record<string, FailureMeaning>>;

export interface Operation {
  readonly method: string;
  /** After the base URL; {runId} and its like stand for values. Empty: the engine has no such operation. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  readonly authorization: Authorization;
  readonly onStatus: Means;
  readonly onCode: Means;
}

/** Where an answer holds what; a list is looked through in its order. */
interface AnswerPlaces<Place> {
  readonly runId: readonly Place[];
  readonly status: Place;
  readonly expiresAt: Place;
  readonly result: readonly Place[];
  readonly message: Place;
  readonly code: Place;
}

interface EnginePreset {
  readonly baseUrl: string;
  readonly authorization: Authorization;
  readonly operations: Readonly<Partial<Record<OperationName, Partial<Operation> & { readonly path: string }>>>;
  readonly answers: Partial<AnswerPlaces<string>>;
  readonly statuses: Readonly<Record<string, RunStatus>>;
  readonly absentRunId?: string;
  readonly onStatus?: Means;
  readonly onCode?: Means;
}

const BEARER: Authorization = { header: "authorization", prefix: "Bearer " };

/** No engine that gives UUIDs gives this one. */
const NO_RUN = "00000000-0000-0000-0000-000000000000";

/**
 * TransactionLink Workflows. Start and get are documented; the paths of cancel and result, and every status word but
 * RUNNING, are inferred, which is why a configuration can correct them.
 */
const TRANSACTIONLINK: EnginePreset = {
  baseUrl: "https://api.transactionlink.io",
  authorization: "transactionlink",
  operations: {
    start: {
      method: "POST",
      path: "/workflows",
      body: {
        workflowDefinitionId: "{workflowDefinitionId}",
        locale: "{locale}",
        parameters: "{parameters}",
        expiresAt: "{expiresAt}",
        recordId: "{recordId}",
      },
    },
    get: { path: "/workflows/{runId}" },
    cancel: { method: "POST", path: "/workflows/{runId}/cancel" },
    result: { path: "/workflows/{runId}/result" },
  },
  answers: { runId: ["$.id"], status: "$.status", expiresAt: "$.expiresAt" },
  statuses: {
    RUNNING: "running",
    AWAITING: "running",
    COMPLETED: "succeeded",
    FAILED: "failed",
    CANCELLED: "canceled",
    CANCELED: "canceled",
    EXPIRED: "expired",
  },
};

/**
 * n8n: a production webhook starts, its public API tells the rest. The webhook answers no execution id by itself: a Respond to
 * Webhook node must ("executionId"), and the node whose output is the result is called Result (docs/engines.md).
 */
const N8N: EnginePreset = {
  baseUrl: "",
  authorization: { header: "x-n8n-api-key" },
  operations: {
    start: {
      method: "POST",
      path: "/webhook/{workflowDefinitionId}",
      authorization: { header: "x-hookspan-token" },
      body: { startId: "{startId}", recordId: "{recordId}", locale: "{locale}", parameters: "{parameters}" },
      // 403 is "Authorization data is wrong". 404 is a workflow that is not active, which may be mended while it waits.
      onStatus: { "403": "unauthorized", "404": "unavailable" },
    },
    get: { path: "/api/v1/executions/{runId}" },
    cancel: { method: "POST", path: "/api/v1/executions/{runId}/stop" },
    result: { path: "/api/v1/executions/{runId}?includeData=true" },
  },
  answers: {
    runId: ["$.executionId", "$.id"],
    status: "$.status",
    result: ["$.data.resultData.runData.Result[0].data.main[0][0].json", "$.data.resultData.error"],
  },
  statuses: {
    new: "running",
    running: "running",
    waiting: "running",
    unknown: "running",
    success: "succeeded",
    error: "failed",
    crashed: "failed",
    canceled: "canceled",
  },
  // Ids are numbers, and a database that is asked for anything else answers 500.
  absentRunId: "0",
};

/** Cloudflare Workflows by its REST API. The base URL ends in /accounts/ and the account's id. */
const CLOUDFLARE_WORKFLOWS: EnginePreset = {
  baseUrl: "",
  authorization: BEARER,
  operations: {
    start: {
      method: "POST",
      path: "/workflows/{workflowDefinitionId}/instances",
      body: {
        instance_id: "{startId}",
        params: { recordId: "{recordId}", locale: "{locale}", parameters: "{parameters}" },
      },
      onCode: { "10405": "exists" },
    },
    get: { path: "/workflows/{workflowDefinitionId}/instances/{runId}?simple=true" },
    cancel: {
      method: "PATCH",
      path: "/workflows/{workflowDefinitionId}/instances/{runId}/status",
      body: { status: "terminate" },
    },
    result: { path: "/workflows/{workflowDefinitionId}/instances/{runId}" },
  },
  answers: {
    runId: ["$.result.id"],
    status: "$.result.status",
    result: ["$.result.output", "$.result.error"],
    message: "$.errors[0].message",
    code: "$.errors[0].code",
  },
  statuses: {
    queued: "running",
    running: "running",
    paused: "running",
    waiting: "running",
    waitingForPause: "running",
    rollingBack: "running",
    unknown: "running",
    complete: "succeeded",
    errored: "failed",
    terminated: "canceled",
  },
  // 10000, 9109: the token is not valid. 10400: no such instance. 10001: an internal error.
  onCode: { "10000": "unauthorized", "9109": "unauthorized", "10400": "missing", "10001": "uncertain" },
};

const CUSTOM: EnginePreset = {
  baseUrl: "",
  authorization: BEARER,
  operations: {},
  answers: {},
  statuses: {},
};

const PRESETS: Readonly<Record<(typeof ENGINE_PRESETS)[number], EnginePreset>> = {
  transactionlink: TRANSACTIONLINK,
  n8n: N8N,
  "cloudflare-workflows": CLOUDFLARE_WORKFLOWS,
  custom: CUSTOM,
};

/** An engine ready to be called, but for the token. */
export interface EngineDefinition {
  readonly baseUrl: string;
  /** Where a key and a secret are exchanged for a token. */
  readonly authorizePath: string;
  readonly operations: Readonly<Record<OperationName, Operation>>;
  readonly answers: AnswerPlaces<readonly PathStep[]>;
  readonly statuses: Readonly<Record<string, RunStatus>>;
  readonly absentRunId: string;
  readonly timeoutMs: number;
  readonly followForMs: number;
}

export function resolveEngine(config: EngineConfig): EngineDefinition {
  const preset = PRESETS[config.preset];
  const resolved = OPERATION_NAMES.map((name) => [name, operationOf(name, preset, config)] as const);
  const place = <Name extends keyof AnswerPlaces<string>>(name: Name): AnswerPlaces<string>[Name] =>
    (config.answers[name] as AnswerPlaces<string>[Name] | undefined) ?? preset.answers[name] ?? DEFAULT_ANSWERS[name];
  return {
    baseUrl: (config.baseUrl ?? preset.baseUrl).replace(/\/+$/, ""),
    authorizePath: "/auth/authorize",
    operations: Object.fromEntries(resolved) as Record<OperationName, Operation>,
    answers: {
      runId: place("runId").map(compilePath),
      status: compilePath(place("status")),
      expiresAt: compilePath(place("expiresAt")),
      result: place("result").map(compilePath),
      message: compilePath(place("message")),
      code: compilePath(place("code")),
    },
    statuses: { ...preset.statuses, ...config.statuses },
    absentRunId: config.absentRunId ?? preset.absentRunId ?? NO_RUN,
    timeoutMs: durationMs(config.timeout),
    followForMs: durationMs(config.followFor),
  };
}

const DEFAULT_ANSWERS: AnswerPlaces<string> = {
  runId: ["$.id"],
  status: "$.status",
  expiresAt: "$.expiresAt",
  result: ["$"],
  message: "$.message",
  code: "$.code",
};

function operationOf(name: OperationName, preset: EnginePreset, config: EngineConfig): Operation {
  const known = preset.operations[name];
  const own = config.operations[name] ?? {};
  return {
    method: own.method ?? known?.method ?? (name === "start" || name === "cancel" ? "POST" : "GET"),
    path: own.path ?? known?.path ?? "",
    headers: { ...known?.headers, ...own.headers },
    body: (own.body as Json | undefined) ?? known?.body,
    authorization: own.authorization ?? known?.authorization ?? config.authorization ?? preset.authorization,
    onStatus: { ...preset.onStatus, ...config.onStatus, ...known?.onStatus, ...own.onStatus },
    onCode: { ...preset.onCode, ...config.onCode, ...known?.onCode, ...own.onCode },
  };
}
