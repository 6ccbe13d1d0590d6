// The operations API: who may use it, and the check that there is a bridge. Its routes stand in files of their own.
import { type Context, Hono } from "hono";
import { callbackOperations, callbacks } from "./api-callbacks.ts";
import { cancels } from "./api-cancel.ts";
import { config } from "./api-config.ts";
import { document } from "./api-document.ts";
import { engines } from "./api-engines.ts";
import { erasureOperations, erasures } from "./api-erasures.ts";
import { executionOperations, executions } from "./api-executions.ts";
import { holdOperations, holds } from "./api-hold.ts";
import { jobOperations, jobs } from "./api-jobs.ts";
import { recordOperations, records } from "./api-records.ts";
import { bulkReplays, replays } from "./api-replay.ts";
import { rules } from "./api-rules.ts";
import { sources } from "./api-sources.ts";
import { stats, statsOperations } from "./api-stats.ts";
import { tokenOperations, tokens } from "./api-tokens.ts";
import { audit } from "./audit.ts";
import { authenticate, authorize } from "./auth.ts";
import type { HttpEnv } from "./context.ts";
import type { Operations } from "./operation.ts";
import { configOperations, ruleOperations, sourceOperations } from "./operations-setup.ts";
import { engineOperations, executionWork } from "./operations-work.ts";
import { problemResponse, unavailable } from "./problem.ts";

/** Every operation, by the heading that it stands under in the document. */
export const OPERATIONS: Readonly<Record<string, Operations>> = {
  Executions: { ...executionOperations, ...executionWork, ...holdOperations, ...jobOperations },
  "Records and events": recordOperations,
  Callbacks: callbackOperations,
  Engines: engineOperations,
  Sources: sourceOperations,
  Statistics: statsOperations,
  Privacy: erasureOperations,
  Rules: ruleOperations,
  Configuration: configOperations,
  Access: tokenOperations,
};

export const api = new Hono<HttpEnv>()
  .use(async (c, next) => {
    await next();
    c.res.headers.set("cache-control", "no-store");
  })
  .route("/", document(OPERATIONS))
  .use(authenticate)
  .use(audit)
  .use(authorize("/api", Object.assign({}, ...Object.values(OPERATIONS))))
  .route("/", tokens)
  // Before the check that there is a bridge: this is where a refused configuration is mended.
  .route("/config", config)
  .use(async (c, next) => {
    if (!c.env.bridge.ok) return misconfigured(c);
    await next();
  })
  .route("/callbacks", callbacks)
  .route("/engines", engines)
  .route("/executions", executions)
  .route("/executions", replays)
  .route("/executions", cancels)
  .route("/executions", holds)
  .route("/jobs", jobs)
  .route("/replays", bulkReplays)
  .route("/rules", rules)
  .route("/sources", sources)
  .route("/", records)
  .route("/", stats)
  .route("/erasures", erasures);

/** Whoever may use the API is told every fault of the configuration. */
function misconfigured(c: Context<HttpEnv>): Response {
  if (c.env.bridge.ok || c.env.bridge.error.reason === "config-unreachable") {
    return problemResponse(unavailable("The configuration cannot be reached.", { advice: "Try again." }));
  }
  const listed = c.env.bridge.error.faults.map(({ path, message }) => `${path || "document"}: ${message}.`).join(" ");
  const advice = "Mend it, and deploy it or put it to /api/config.";
  return problemResponse(unavailable(`The configuration is refused. ${listed}`, { advice }));
}
