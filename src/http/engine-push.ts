// POST /engine/:engine: where an engine pushes that something has happened to a run. Knows HTTP; what a push is worth is
// decided in bridge/push.ts.
import { type Context, Hono } from "hono";
import type { Bridge } from "../bridge/ports.ts";
import { advancePushed, type Pushed, receivePush } from "../bridge/push.ts";
import { factsOf, isOurs } from "../bridge/refusal.ts";
import type { HttpEnv } from "./context.ts";
import { readInboundBody } from "./inbound-body.ts";
import { bodyTooLarge, methodNotAllowed, notFound, problemResponse, refusalResponse, unavailable } from "./problem.ts";

/** A push holds an execution at most, without its result. */
const MAX_PUSH_BYTES = 1024 * 1024;

export const enginePush = new Hono<HttpEnv>()
  .post("/:engine", async (c) => {
    if (!c.env.bridge.ok) return problemResponse(unavailable("The bridge's configuration is refused."));
    const bridge = c.env.bridge.value;
    const engine = c.req.param("engine");
    const push = bridge.push(engine);
    if (!push) {
      return problemResponse(
        notFound("No engine of this name takes pushes: set its push.enabled in the configuration."),
      );
    }
    const receivedAt = bridge.now();
    const body = await readInboundBody(c.req.raw, MAX_PUSH_BYTES);
    if (!body.ok) {
      bridge.log("warn", "push.refused", { engine, reason: body.error.name });
      const { detail } = body.error;
      const tooLarge = body.error.name === bodyTooLarge(MAX_PUSH_BYTES).name;
      const words = tooLarge ? `A push may have at most ${MAX_PUSH_BYTES} bytes.` : detail;
      return problemResponse({ ...body.error, detail: words });
    }
    const request = { method: c.req.method, url: c.req.url, headers: c.req.raw.headers, body: body.value, receivedAt };
    try {
      const pushed = await receivePush(bridge, engine, push, request);
      if (pushed.ok) return accept(c, bridge, engine, pushed.value);
      const level = isOurs(pushed.error) ? "error" : "warn";
      bridge.log(level, "push.refused", { engine, ...factsOf(pushed.error) });
      return refusalResponse(pushed.error, push.source.answers);
    } catch (thrown) {
      bridge.log("error", "push.failed", { engine, error: String(thrown) });
      return problemResponse(unavailable("The ledger could not be reached."));
    }
  })
  .all("/:engine", () => problemResponse(methodNotAllowed("POST")));

function accept(c: Context<HttpEnv>, bridge: Bridge, engine: string, pushed: Pushed): Response {
  const { outcome, executions } = pushed;
  bridge.log("info", "push.received", { engine, outcome, execution: executions[0]?.id });
  c.env.defer(advancePushed(bridge, pushed));
  return c.json({ outcome }, 202);
}
