// The operations API: who may use it, and the check that there is a bridge. Its routes stand in files of their own.
import { type Context, Hono } from "hono";
import { engines } from "./api-engines.ts";
import { executions } from "./api-executions.ts";
import { sources } from "./api-sources.ts";
import { requireAdmin } from "./auth.ts";
import type { HttpEnv } from "./context.ts";
import { problemResponse, unavailable } from "./problem.ts";

export const api = new Hono<HttpEnv>()
  .use(requireAdmin)
  .use(async (c, next) => {
    if (!c.env.bridge.ok) return misconfigured(c);
    await next();
    c.res.headers.set("cache-control", "no-store");
  })
  .route("/engines", engines)
  .route("/executions", executions)
  .route("/sources", sources);

/** Whoever may use the API is told every fault of the configuration. */
function misconfigured(c: Context<HttpEnv>): Response {
  const faults = c.env.bridge.ok ? [] : c.env.bridge.error.faults;
  const listed = faults.map(({ path, message }) => `${path || "document"}: ${message}.`).join(" ");
  const advice = "Mend it and deploy it again.";
  return problemResponse(unavailable(`The configuration is refused. ${listed}`, { advice }));
}
