// The routes of the engine's API. Thin: reads the request, lets the state answer it, delivers the answer.
import { type Context, Hono } from "hono";
import { presentMoment } from "./ambient.ts";
import { deliver } from "./connection.ts";
import type { SimulatorEnv } from "./env.ts";
import { simulatorState } from "./state-stub.ts";
import type { ApiRequest, Operation } from "./wire.ts";

/** The largest body that is read. It becomes part of a row, and those may hold 2 MB. */
const MAX_BODY_BYTES = 1024 * 1024;

/** The headers that are read or worth a look in the log. */
const LOGGED_HEADERS = [
  "authorization",
  "content-type",
  "accept",
  "user-agent",
  "idempotency-key",
  "traceparent",
  "x-request-id",
] as const;

type SimulatorContext = Context<{ Bindings: SimulatorEnv }>;

export const engineRoutes = new Hono<{ Bindings: SimulatorEnv }>()
  .post("/workflows", (c) => answer(c, "start"))
  .get("/workflows/:id", (c) => answer(c, "get", c.req.param("id")))
  .post("/workflows/:id/cancel", (c) => answer(c, "cancel", c.req.param("id")))
  .get("/workflows/:id/result", (c) => answer(c, "result", c.req.param("id")))
  .post("/auth/authorize", (c) => answer(c, "authorize"))
  .all("*", (c) => answer(c, null));

async function answer(c: SimulatorContext, operation: Operation | null, executionId = ""): Promise<Response> {
  // Miniflare's and Cloudflare's own entry set `cf`; without it the client's socket ends here.
  const direct = c.req.raw.cf === undefined;
  const bytes = await c.req.arrayBuffer();
  const { pathname, search } = new URL(c.req.url);
  const request: ApiRequest = {
    operation,
    method: c.req.method,
    path: pathname + search,
    executionId,
    headers: pickHeaders(c.req.raw.headers),
    body: bytes.byteLength > MAX_BODY_BYTES ? null : new TextDecoder().decode(bytes),
  };
  return deliver(await simulatorState(c.env).handle(request, presentMoment()), direct);
}

function pickHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    LOGGED_HEADERS.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}
