// /api/jobs: replays of everything that a filter means, which go on by themselves; how far they have come, and stopping them.
import { Hono } from "hono";
import * as z from "zod";
import { createJob, workOnJobs } from "../bridge/jobs.ts";
import type { Job } from "../bridge/ports.ts";
import { bridgeOf, iso } from "./api-context.ts";
import { filterOf, queryOf } from "./api-filter.ts";
import type { HttpEnv } from "./context.ts";
import { TimeView } from "./execution-view.ts";
import { readBody } from "./json-body.ts";
import type { Operations } from "./operation.ts";
import { methodNotAllowed, notFound, problemResponse } from "./problem.ts";
import { IdempotencyKey, JobBody, keyOf, requestOf } from "./replay-request.ts";

/** After the answer the platform gives a Worker 30 seconds; what is left is the sweep's. */
const AT_ONCE_MS = 20_000;

export const JobView = z
  .object({
    id: z.string(),
    createdAt: TimeView,
    createdBy: z.string(),
    updatedAt: TimeView,
    state: z.enum(["running", "done", "canceled"]),
    intent: z.string(),
    callback: z.string().nullable().describe("The only one that is told; null for all of theirs."),
    filter: z.record(z.string(), z.string()).describe("What it means, as a query of GET /executions says it."),
    looked: z.int().describe("Executions that were looked at so far."),
    counts: z.record(z.string(), z.int()).describe("What came of them."),
    failures: z.array(z.object({ of: z.string(), detail: z.string() })).describe("The first that could not be done."),
  })
  .meta({ id: "Job" });
export type JobFacts = z.infer<typeof JobView>;

const JobId = z.object({ id: z.string() });
const NO_JOB = "There is no such job.";

export const jobOperations: Operations = {
  "/jobs": {
    get: {
      summary: "Jobs, the newest first",
      role: "viewer",
      answers: { 200: { description: "The newest 100.", schema: z.object({ jobs: z.array(JobView) }) } },
    },
    post: {
      summary: "Do everything once more that a filter means",
      description: "It goes on by itself. POST /replays with preview tells before what would be done.",
      role: "operator",
      headers: IdempotencyKey,
      body: JobBody,
      answers: { 202: { description: "It has begun.", schema: JobView } },
      refusals: { 400: "The body says something that is not understood.", 413: "The body is too large." },
    },
  },
  "/jobs/{id}": {
    get: {
      summary: "How far a job has come",
      role: "viewer",
      path: JobId,
      answers: { 200: { description: "The job.", schema: JobView } },
      refusals: { 404: NO_JOB },
    },
  },
  "/jobs/{id}/cancel": {
    post: {
      summary: "Stop a job",
      description: "What it has done stays done. One that is over stays as it is.",
      role: "operator",
      path: JobId,
      answers: { 200: { description: "The job.", schema: JobView } },
      refusals: { 404: NO_JOB },
    },
  },
};

export const jobs = new Hono<HttpEnv>()
  .get("/", async (c) => c.json({ jobs: (await bridgeOf(c).jobs.list()).map(jobView) }))
  .post("/", async (c) => {
    const bridge = bridgeOf(c);
    const body = await readBody(c.req.raw, JobBody, '{"intent": "resend", "filter": {"delivery": "exhausted"}}');
    if (!body.ok) return problemResponse(body.error);
    const key = keyOf(c.req.raw, bridge.token);
    if (!key.ok) return problemResponse(key.error);
    const filter = filterOf(body.value.filter, bridge.setup.config.recordNamespace);
    const order = { request: requestOf(body.value), filter, by: c.var.identity.name, key: key.value };
    const job = await createJob(bridge, order);
    c.set("change", { after: { job: job.id, intent: job.request.intent } });
    c.env.defer(workOnJobs(bridge, bridge.now() + AT_ONCE_MS, job.id));
    return c.json(jobView(job), 202);
  })
  .get("/:id", async (c) => {
    const job = await bridgeOf(c).jobs.get(c.req.param("id"));
    return job ? c.json(jobView(job)) : problemResponse(notFound(NO_JOB));
  })
  .post("/:id/cancel", async (c) => {
    const bridge = bridgeOf(c);
    const job = await bridge.jobs.cancel(c.req.param("id"), bridge.now());
    return job ? c.json(jobView(job)) : problemResponse(notFound(NO_JOB));
  })
  .all("/", () => problemResponse(methodNotAllowed("GET, POST")))
  .all("/:id", () => problemResponse(methodNotAllowed("GET")))
  .all("/:id/cancel", () => problemResponse(methodNotAllowed("POST")));

function jobView(job: Job): z.infer<typeof JobView> {
  const { id, createdBy, state, counts, failures } = job;
  return {
    id,
    createdAt: iso(job.createdAt),
    createdBy,
    updatedAt: iso(job.updatedAt),
    state,
    intent: job.request.intent,
    callback: job.request.intent === "resend" ? job.request.callback : null,
    filter: queryOf(job.filter),
    looked: Object.values(counts).reduce((sum, count) => sum + count, 0),
    counts,
    failures: [...failures],
  };
}
