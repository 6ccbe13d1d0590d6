// The operations on executions and engines beyond looking at them, as the OpenAPI document describes them.
import * as z from "zod";
import { RUN_STATES } from "../core/execution.ts";
import { INTENTS } from "../core/replay.ts";
import { ExecutionId } from "./api-executions.ts";
import { TimeView } from "./execution-view.ts";
import { turnOperation } from "./gate-turns.ts";
import type { Operations } from "./operation.ts";
import { BulkReplay, IdempotencyKey, OneReplay } from "./replay-request.ts";

const NOT_UNDERSTOOD = "The request says something that is not understood.";
const NO_EXECUTION = "No execution has this id.";

const StateOf = z.object({ id: z.string(), state: z.enum(RUN_STATES) });

const ReplayView = z.looseObject({ intent: z.enum(INTENTS), dedupe: z.string() });

const OneReplayView = ReplayView.extend({
  of: z.string(),
  outcome: z.string().optional(),
  would: z.string().optional().describe("With preview: what would be done."),
  reason: z.string().nullable(),
  detail: z.string().nullable(),
  executions: z.array(z.looseObject({ rule: z.string() })),
  idempotencyKey: z.string().optional(),
}).meta({ id: "Replay" });

const BulkReplayView = ReplayView.extend({
  idempotencyKey: z.string().optional(),
  next: z.string().nullish().describe("Give it as cursor for the next portion; null where this was the last."),
}).meta({ id: "BulkReplay" });

export const executionWork: Operations = {
  "/executions/{id}/cancel": {
    post: {
      summary: "Cancel an execution",
      description:
        "It is noted at once, whatever is under way, and carried out right after the answer where that can be done.",
      role: "operator",
      path: ExecutionId,
      answers: {
        202: {
          description: "It is wanted canceled.",
          schema: StateOf.extend({
            cancelRequest: z.object({ at: TimeView, by: z.string() }).nullable(),
            detail: z.string(),
          }),
        },
      },
      refusals: { 404: NO_EXECUTION, 409: "It is over already." },
    },
  },
  "/executions/{id}/replay": {
    post: {
      summary: "Do an execution once more",
      description: "re-evaluate, restart, refetch or resend; with preview, what would be done is told and nothing is.",
      role: "operator",
      path: ExecutionId,
      headers: IdempotencyKey,
      body: OneReplay,
      answers: {
        200: { description: "It is done, or foreseen.", schema: OneReplayView },
        202: { description: "It is under way.", schema: OneReplayView },
      },
      refusals: {
        400: NOT_UNDERSTOOD,
        404: NO_EXECUTION,
        409: "It cannot be done with things as they are.",
        413: "The body is too large.",
      },
    },
  },
  "/replays": {
    post: {
      summary: "Do executions once more, by filter",
      description:
        "In portions, the newest first: ask again with cursor and the same Idempotency-Key until next is null.",
      role: "operator",
      headers: IdempotencyKey,
      body: BulkReplay,
      answers: {
        200: { description: "A portion is done, or all of it foreseen.", schema: BulkReplayView },
        202: { description: "A portion is under way.", schema: BulkReplayView },
      },
      refusals: { 400: NOT_UNDERSTOOD, 413: "The body is too large." },
    },
  },
};

const EngineId = z.object({ id: z.string().describe("The engine's name in the configuration.") });

export const EngineView = z
  .object({
    id: z.string(),
    preset: z.string().nullable().describe("The API that it speaks."),
    state: z.enum(["working", "paused", "unauthorized", "throttled", "failing", "unknown"]),
    breaker: z.enum(["closed", "open", "half-open"]).nullable(),
    openedAt: TimeView.nullable(),
    paused: z.object({ why: z.enum(["by-hand", "unauthorized"]), since: TimeView }).nullable(),
    retryAfter: TimeView.nullable(),
    inFlight: z.int().nullable(),
    tokens: z.int().nullable().describe("Calls that may be made at once; null where their rate is not limited."),
  })
  .meta({ id: "Engine" });
export type EngineFacts = z.infer<typeof EngineView>;

const NO_ENGINE = "No engine of this name is configured.";

export const engineOperations: Operations = {
  "/engines": {
    get: {
      summary: "Whether each engine may be called now, and why not",
      role: "viewer",
      answers: { 200: { description: "All of them.", schema: z.object({ engines: z.array(EngineView) }) } },
    },
  },
  "/engines/{id}/pause": turnOperation(
    {
      summary: "Pause an engine",
      description: "It is not called; what was accepted waits, and nothing is lost.",
      unknown: NO_ENGINE,
    },
    EngineId,
    EngineView,
  ),
  "/engines/{id}/resume": turnOperation(
    {
      summary: "Resume an engine",
      description: "Ends a pause, a wait and an outage, whatever they came from.",
      unknown: NO_ENGINE,
    },
    EngineId,
    EngineView,
  ),
};
