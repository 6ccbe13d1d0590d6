// POST /api/executions/:id/release and …/hold: a person settles what the bridge cannot know, or stops what has not begun.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { goOn, type HoldRefusal, hold, release } from "../bridge/hold.ts";
import type { Execution } from "../core/execution.ts";
import type { Release } from "../core/hold.ts";
import { bridgeOf } from "./api-context.ts";
import { ExecutionId } from "./api-executions.ts";
import type { HttpEnv } from "./context.ts";
import { ExecutionSummaryView, summaryView } from "./execution-view.ts";
import { readBody } from "./json-body.ts";
import type { Operations } from "./operation.ts";
import { conflict, methodNotAllowed, noSuchExecution, type Problem, problemResponse } from "./problem.ts";

const Reason = z.string().trim().min(1).max(500).describe("Why, for whoever reads the timeline and for the callbacks.");

const ReleaseBody = z.discriminatedUnion("as", [
  z.strictObject({ as: z.literal("start") }).describe("There is no run at the engine: start one."),
  z
    .strictObject({ as: z.literal("running"), runId: z.string().regex(/^[\x21-\x7e]{1,200}$/, "expected a run's id") })
    .describe("The engine has this run: follow it."),
  z
    .strictObject({ as: z.enum(["failed", "canceled"]), reason: Reason })
    .describe("Let it be over; callbacks are told."),
]);

const REFUSALS = { 404: "No execution has this id.", 409: "It cannot be done with things as they are." };

export const holdOperations: Operations = {
  "/executions/{id}/release": {
    post: {
      summary: "Settle an execution that is held",
      role: "operator",
      path: ExecutionId,
      body: ReleaseBody,
      answers: { 202: { description: "It goes on.", schema: ExecutionSummaryView } },
      refusals: { ...REFUSALS, 400: "The body says something that is not understood.", 413: "The body is too large." },
    },
  },
  "/executions/{id}/hold": {
    post: {
      summary: "Hold an execution that has not been started yet",
      role: "operator",
      path: ExecutionId,
      answers: { 200: { description: "It is held.", schema: ExecutionSummaryView } },
      refusals: REFUSALS,
    },
  },
};

export const holds = new Hono<HttpEnv>()
  .post("/:id/release", async (c) => {
    const bridge = bridgeOf(c);
    const body = await readBody(c.req.raw, ReleaseBody, '{"as": "start"}');
    if (!body.ok) return problemResponse(body.error);
    const done = await release(bridge, c.req.param("id"), body.value as Release, c.var.identity.name);
    if (!done.ok) return problemResponse(refusalOf(done.error));
    c.env.defer(goOn(bridge, done.value));
    return told(c, done.value, 202);
  })
  .post("/:id/hold", async (c) => {
    const done = await hold(bridgeOf(c), c.req.param("id"), c.var.identity.name);
    return done.ok ? told(c, done.value, 200) : problemResponse(refusalOf(done.error));
  })
  .all("/:id/release", () => problemResponse(methodNotAllowed("POST")))
  .all("/:id/hold", () => problemResponse(methodNotAllowed("POST")));

function told(c: Context<HttpEnv>, execution: Execution, status: 200 | 202): Response {
  c.set("change", { after: { state: execution.run } });
  return c.json(summaryView(execution), status);
}

function refusalOf(reason: HoldRefusal): Problem {
  switch (reason) {
    case "unknown":
      return noSuchExecution();
    case "not-held":
      return conflict(reason, "It is not held, so there is nothing to decide.");
    case "not-waiting":
      return conflict(reason, "Only what is queued can be held: it has been started, or is over. Cancel it instead.");
    case "changed-meanwhile":
      return conflict(reason, "Others were changing it all the time. Nothing was changed; ask again.");
  }
}
