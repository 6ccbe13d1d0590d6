// Keeps who has changed what through the operations API: every request that could change something, and what came of it. Kept
// after the effect and before the answer; where it cannot be kept, the change stands and the log has all of it.
import { createMiddleware } from "hono/factory";
import { routeOf } from "./auth.ts";
import type { HttpEnv } from "./context.ts";

/** What is not understood, is not there, or may not be called so, has changed nothing. */
const NOTHING_DONE = [400, 404, 405, 413, 415, 428];

/** They are asked by POST because of what they bring, and change nothing. */
const LOOKS = ["/api/rules/test", "/api/rules/backtest", "/api/config/check"];

const MAX_TARGET_CHARS = 300;
const MAX_CHANGE_CHARS = 4_000;

export const audit = createMiddleware<HttpEnv>(async (c, next) => {
  await next();
  if (c.req.method === "GET" || c.req.method === "HEAD" || NOTHING_DONE.includes(c.res.status)) return;
  if (LOOKS.includes(c.req.path) || c.get("looked")) return;
  const { name, role } = c.var.identity;
  const change = c.get("change");
  const entry = {
    at: c.env.now(),
    who: name,
    role,
    action: `${c.req.method} ${routeOf(c) ?? "/api"}`,
    target: c.req.path.slice(0, MAX_TARGET_CHARS),
    status: c.res.status,
    request: c.env.requestId,
    change: change === undefined ? null : JSON.stringify(change).slice(0, MAX_CHANGE_CHARS),
  };
  c.env.log("info", "api.changed", entry);
  try {
    await c.env.access.record(entry);
  } catch (thrown) {
    c.env.log("error", "audit.unreachable", { ...entry, error: String(thrown) });
  }
});
