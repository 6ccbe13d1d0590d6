// The engines that are known by name, as data: where the operations are, how a call is authorized, what the status words
// mean. Pure. A configuration may override each part; what comes out of `resolveEngine` is complete.

import { durationMs } from "../core/duration.ts";
import type { ENGINE_PRESETS, EngineConfig, RunStatus } from "../core/engine-config.ts";

export type OperationName = "start" | "get" | "cancel" | "result";

export interface Operation {
  readonly method: string;
  /** After the base URL; {runId} stands for the run's id. */
  readonly path: string;
}

/** How the token is put into the Authorization header. */
export type Authorization = "transactionlink";

interface EnginePreset {
  readonly baseUrl: string;
  readonly authorization: Authorization;
  readonly operations: Readonly<Record<OperationName, Operation>>;
  /** Where a key and a secret are exchanged for a token. */
  readonly authorizePath: string;
  /** Members of the engine's execution object. */
  readonly members: { readonly runId: string; readonly status: string; readonly expiresAt: string };
  readonly statuses: Readonly<Record<string, RunStatus>>;
}

/**
 * TransactionLink Workflows. Start and get are documented; the paths of cancel and result, and every status word but
 * RUNNING, are inferred, which is why a configuration can correct them.
 */
const TRANSACTIONLINK: EnginePreset = {
  baseUrl: "https://api.transactionlink.io",
  authorization: "transactionlink",
  operations: {
    start: { method: "POST", path: "/workflows" },
    get: { method: "GET", path: "/workflows/{runId}" },
    cancel: { method: "POST", path: "/workflows/{runId}/cancel" },
    result: { method: "GET", path: "/workflows/{runId}/result" },
  },
  authorizePath: "/auth/authorize",
  members: { runId: "id", status: "status", expiresAt: "expiresAt" },
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

const PRESETS: Readonly<Record<(typeof ENGINE_PRESETS)[number], EnginePreset>> = { transactionlink: TRANSACTIONLINK };

/** An engine ready to be called, but for the token. */
export interface EngineDefinition extends EnginePreset {
  readonly timeoutMs: number;
  readonly followForMs: number;
}

export function resolveEngine(config: EngineConfig): EngineDefinition {
  const preset = PRESETS[config.preset];
  const operation = (name: OperationName): Operation => ({
    method: config.operations[name]?.method ?? preset.operations[name].method,
    path: config.operations[name]?.path ?? preset.operations[name].path,
  });
  return {
    ...preset,
    baseUrl: (config.baseUrl ?? preset.baseUrl).replace(/\/+$/, ""),
    operations: {
      start: operation("start"),
      get: operation("get"),
      cancel: operation("cancel"),
      result: operation("result"),
    },
    statuses: { ...preset.statuses, ...config.statuses },
    timeoutMs: durationMs(config.timeout),
    followForMs: durationMs(config.followFor),
  };
}
