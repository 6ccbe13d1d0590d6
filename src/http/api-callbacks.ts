// /api/callbacks: whether each callback is called now, and why not; stopping one, letting it go on, and a message to try it. What is
// owed to a paused callback waits; what would go to a disabled one is a dead letter.
import { Hono } from "hono";
import * as z from "zod";
import { sendTest } from "../bridge/callback-admin.ts";
import type { Bridge, GateView } from "../bridge/ports.ts";
import { wakeOwed } from "../bridge/wake.ts";
import { bridgeOf, iso } from "./api-context.ts";
import type { HttpEnv } from "./context.ts";
import { TimeView } from "./execution-view.ts";
import { type Gated, turn, turnOperation } from "./gate-turns.ts";
import type { Operations } from "./operation.ts";
import { conflict, methodNotAllowed, notFound, problemResponse } from "./problem.ts";

export const CallbackView = z
  .object({
    id: z.string(),
    url: z.string().describe("As the configuration has it."),
    state: z.enum(["working", "paused", "disabled", "throttled", "failing", "unknown"]),
    since: TimeView.nullable().describe("Since when it is paused, disabled or failing."),
    failingSince: TimeView.nullable().describe("Since when nothing has been taken."),
    retryAfter: TimeView.nullable(),
  })
  .meta({ id: "Callback" });
export type CallbackFacts = z.infer<typeof CallbackView>;

export const TestView = z.object({
  delivered: z.boolean(),
  status: z.int().nullable(),
  detail: z.string().nullable(),
  answer: z.string().nullable().describe("The beginning of what it answered, where it has not taken the message."),
  durationMs: z.int(),
});
export type TestOutcome = z.infer<typeof TestView>;

const CallbackId = z.object({ id: z.string().describe("The callback's name in the configuration.") });
const NO_CALLBACK = "No callback of this name is configured.";

export const callbackOperations: Operations = {
  "/callbacks": {
    get: {
      summary: "Whether each callback is called now, and why not",
      role: "viewer",
      answers: { 200: { description: "All of them.", schema: z.object({ callbacks: z.array(CallbackView) }) } },
    },
  },
  "/callbacks/{id}/pause": turnOperation(
    {
      summary: "Stop everything to a callback",
      description: "What is owed to it waits, and is not lost.",
      unknown: NO_CALLBACK,
    },
    CallbackId,
    CallbackView,
  ),
  "/callbacks/{id}/resume": turnOperation(
    {
      summary: "Let a callback go on",
      description:
        "Also one that was disabled. What waits is sent by the next sweeps: the newest hundreds at once, the rest within half an hour.",
      unknown: NO_CALLBACK,
    },
    CallbackId,
    CallbackView,
  ),
  "/callbacks/{id}/test": {
    post: {
      summary: "Send a test message to a callback",
      description: "Signed like any other, of type bridge.test; it is sent once and not kept.",
      role: "operator",
      path: CallbackId,
      answers: { 200: { description: "What came of it.", schema: TestView } },
      refusals: { 404: NO_CALLBACK, 409: "Its URL is chosen by events." },
    },
  },
};

export const callbacks = new Hono<HttpEnv>()
  .get("/", async (c) => {
    const bridge = bridgeOf(c);
    const ids = Object.keys(bridge.setup.config.callbacks);
    return c.json({ callbacks: await Promise.all(ids.map((id) => viewOf(bridge, id))) });
  })
  .post("/:id/pause", (c) => turn(c, GATED, "pause"))
  .post("/:id/resume", async (c) => {
    const answer = await turn(c, GATED, "resume");
    if (answer.ok) c.env.defer(wakeOwed(bridgeOf(c), c.req.param("id")));
    return answer;
  })
  .post("/:id/test", async (c) => {
    const outcome = await sendTest(bridgeOf(c), c.req.param("id"));
    if (outcome === null) return problemResponse(noSuchCallback());
    if (outcome === "no-url")
      return problemResponse(conflict(outcome, "Its URL is chosen by events: there is none to try."));
    const { delivered, status = null, durationMs } = outcome;
    const failure = outcome.delivered
      ? { detail: null, answer: null }
      : { detail: outcome.detail, answer: outcome.answer ?? null };
    return c.json({ delivered, status, durationMs, ...failure });
  })
  .all("/", () => problemResponse(methodNotAllowed("GET")))
  .all("/:id/pause", () => problemResponse(methodNotAllowed("POST")))
  .all("/:id/resume", () => problemResponse(methodNotAllowed("POST")))
  .all("/:id/test", () => problemResponse(methodNotAllowed("POST")));

function noSuchCallback() {
  return notFound("No callback of this name is configured. GET /api/callbacks lists them.");
}

const GATED: Gated = {
  kind: "callback",
  gateOf: ({ callbackGate }) => callbackGate,
  isConfigured: ({ setup }, id) => setup.callbacks.has(id),
  unknown: noSuchCallback,
  viewOf,
};

/** `unknown` where the gate is out of reach: then messages are sent without it. */
async function viewOf(bridge: Bridge, id: string): Promise<z.infer<typeof CallbackView>> {
  const view = await bridge.callbackGate.view(id);
  return {
    id,
    url: bridge.setup.config.callbacks[id]?.url ?? "",
    state: view === null ? "unknown" : stateOf(view),
    since: iso(view?.paused?.since ?? view?.openedAt ?? null),
    failingSince: iso(view?.failingSince ?? null),
    retryAfter: iso(view?.retryAt ?? null),
  };
}

function stateOf({ paused, retryAt, breaker, failingSince }: GateView): z.infer<typeof CallbackView>["state"] {
  if (paused) return paused.why === "disabled" ? "disabled" : "paused";
  if (retryAt !== null) return "throttled";
  return breaker === "closed" && failingSince === null ? "working" : "failing";
}
