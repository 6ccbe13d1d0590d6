// GET /api/engines: whether each engine may be called now, and why not. POST …/pause and …/resume do it by hand: a paused
// engine is not called, what was accepted waits, and nothing is lost.
import { Hono } from "hono";
import type { Bridge, GateView } from "../bridge/ports.ts";
import { bridgeOf, iso } from "./api-context.ts";
import type { HttpEnv } from "./context.ts";
import { type Gated, turn } from "./gate-turns.ts";
import { methodNotAllowed, notFound, problemResponse } from "./problem.ts";

export const engines = new Hono<HttpEnv>()
  .get("/", async (c) => {
    const bridge = bridgeOf(c);
    const ids = Object.keys(bridge.setup.config.engines);
    return c.json({ engines: await Promise.all(ids.map((id) => viewOf(bridge, id))) });
  })
  .post("/:id/pause", (c) => turn(c, GATED, "pause"))
  .post("/:id/resume", (c) => turn(c, GATED, "resume"))
  .all("/", () => problemResponse(methodNotAllowed("GET")))
  .all("/:id/pause", () => problemResponse(methodNotAllowed("POST")))
  .all("/:id/resume", () => problemResponse(methodNotAllowed("POST")));

const GATED: Gated = {
  kind: "engine",
  gateOf: ({ gate }) => gate,
  isConfigured: ({ setup }, id) => Object.hasOwn(setup.config.engines, id),
  unknown: () => notFound("No engine of this name is configured. GET /api/engines lists them."),
  viewOf,
};

/** `unknown` where the gate is out of reach: then calls are made without it. */
async function viewOf(bridge: Bridge, id: string) {
  const view = await bridge.gate.view(id);
  return {
    id,
    preset: bridge.setup.config.engines[id]?.preset ?? null,
    state: view === null ? "unknown" : stateOf(view),
    breaker: view?.breaker ?? null,
    openedAt: iso(view?.openedAt ?? null),
    paused: view?.paused ? { why: view.paused.why, since: iso(view.paused.since) } : null,
    retryAfter: iso(view?.retryAt ?? null),
    inFlight: view?.inFlight ?? null,
    tokens: view?.tokens ?? null,
  };
}

/** In one word: whether calls are made. */
function stateOf({ paused, retryAt, breaker }: GateView): string {
  if (paused) return paused.why === "by-hand" ? "paused" : "unauthorized";
  if (retryAt !== null) return "throttled";
  return breaker === "closed" ? "working" : "failing";
}
