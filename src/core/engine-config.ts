// The configuration of an engine: a workflow API that can start, get, cancel and give the result of a run.
// Pure data. What a preset stands for is in `engine/presets.ts`; how its API is described, in `engine-api.ts`.
import * as z from "zod";
import { durationBetween } from "./duration.ts";
import { Answers, Authorization, apiFaults, BodyPath, OnCode, OnStatus, Operations } from "./engine-api.ts";
import type { GateLimits } from "./engine-gate.ts";
import { SecretName } from "./secret-name.ts";

export const ENGINE_PRESETS = ["transactionlink", "n8n", "cloudflare-workflows", "custom"] as const;

/** What a run's status means to the bridge. An unknown status means `running`, until the run expires. */
export const RunStatus = z.enum(["running", "succeeded", "failed", "canceled", "expired"]);
export type RunStatus = z.infer<typeof RunStatus>;

const RateLimit = z
  .strictObject({
    perSecond: z
      .number()
      .positive()
      .max(1_000)
      .describe("Calls per second in the long run; 0.5 is one in two seconds."),
    burst: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe("Calls that may be made at once after a rest. Left out: what two seconds bring, and at least 5."),
  })
  .describe(
    "How often the engine may be called, by all calls together. Left out: as often as there is something to ask.",
  );

const Push = z
  .strictObject({
    enabled: z.boolean().default(false).describe("Whether POST /engine/<this engine's name> is open."),
    runId: z
      .array(BodyPath)
      .min(1)
      .max(8)
      .default(["$.id", "$.workflowId", "$.executionId"])
      .describe("Where the id of the run may stand in the body; all of them are looked at."),
  })
  .describe(
    "The engine's own webhooks: they say that a run has changed, and the bridge asks at once. Runs are polled all the same.",
  );

const Credentials = z
  .strictObject({
    key: SecretName.describe("Name of the Worker secret that holds the key."),
    secret: SecretName.describe("Name of the Worker secret that holds the secret of the key."),
  })
  .describe(
    "The vendor's older form: a key and a secret, exchanged for a token that is renewed before it expires. In place of 'token'.",
  );

/** One engine of the configuration. What is left out comes from the preset. */
export const EngineConfig = z
  .strictObject({
    preset: z.enum(ENGINE_PRESETS).default("transactionlink").describe("The API that the engine speaks."),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("Base URL of the API; the preset knows the vendor's."),
    token: SecretName.optional().describe("Name of the Worker secret that holds the API token."),
    credentials: Credentials.optional(),
    timeout: durationBetween("1s", "25s")
      .default("10s")
      .describe("How long one call may take. A start that is not answered in time is uncertain, not failed."),
    followFor: durationBetween("0s", "25s")
      .default("20s")
      .describe("How long a run just started is followed by early polls, before the sweep takes over. 0s: not at all."),
    rateLimit: RateLimit.optional(),
    maxConcurrent: z
      .int()
      .min(1)
      .max(10_000)
      .default(50)
      .describe("How many calls may be under way at the same time, over all Workers."),
    push: Push.prefault({}),
    operations: Operations,
    authorization: Authorization.optional().describe("How the token is sent; the preset knows."),
    answers: Answers.prefault({}),
    onStatus: OnStatus,
    onCode: OnCode,
    absentRunId: z
      .string()
      .regex(/^[\w.-]{1,100}$/, "expected an id of at most 100 letters, digits, '_', '-' or '.'")
      .optional()
      .describe("An id that no run ever has: asked for to find out whether an engine works again. The preset knows."),
    statuses: z
      .record(z.string().min(1), RunStatus)
      .default({})
      .describe("Status words of the engine and what they mean, in addition to the preset's."),
  })
  .refine(({ token, credentials }) => (token === undefined) !== (credentials === undefined), {
    error: "needs either 'token' or 'credentials', and not both",
  })
  .superRefine((config, context) => {
    for (const { path, message } of apiFaults(config)) context.addIssue({ code: "custom", path: [...path], message });
  })
  .describe("An engine: the workflow API that executions are started on. Needs 'token' or 'credentials'.")
  .meta({ oneOf: [{ required: ["token"] }, { required: ["credentials"] }] });
export type EngineConfig = z.infer<typeof EngineConfig>;

/** The names of the secrets that an engine needs, each with where it is named. */
export function engineSecrets({
  token,
  credentials,
  operations,
}: EngineConfig): (readonly [readonly string[], string])[] {
  const ofOperations = Object.entries(operations).flatMap(([name, operation]): [readonly string[], string][] =>
    operation?.token === undefined ? [] : [[["operations", name, "token"], operation.token]],
  );
  if (token !== undefined) return [[["token"], token], ...ofOperations];
  const parts = Object.entries(credentials ?? {}).map(([part, name]): readonly [readonly string[], string] => [
    ["credentials", part],
    name,
  ]);
  return [...parts, ...ofOperations];
}

/** What is not said otherwise may come at once: webhooks come in bursts. */
const BURST_SECONDS = 2;
const MIN_BURST = 5;

export function gateLimits({ rateLimit, maxConcurrent }: EngineConfig): GateLimits {
  if (!rateLimit) return { perSecond: null, burst: 0, maxConcurrent };
  const { perSecond, burst = Math.max(MIN_BURST, Math.ceil(perSecond * BURST_SECONDS)) } = rateLimit;
  return { perSecond, burst, maxConcurrent };
}
