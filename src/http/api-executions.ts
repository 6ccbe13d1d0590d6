// GET /api/executions: where is the execution of record X, and what happened to it. Read-only so far.
import { Hono } from "hono";
import * as z from "zod";
import type { ExecutionSummary } from "../bridge/ports.ts";
import { DELIVERY_STATES, RUN_STATES } from "../core/execution.ts";
import { bridgeOf, iso } from "./api-context.ts";
import type { HttpEnv } from "./context.ts";
import { badRequest, methodNotAllowed, notFound, problemResponse } from "./problem.ts";

const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

/** An execution's id exactly as the ledger writes it: one that it could not read would start the pages all over. */
const CURSOR = /^exe_(0|[1-9a-z][0-9a-z]{0,2})_(0|[1-9a-z][0-9a-z]{0,9})$/;

const Query = z.strictObject({
  state: z.enum(RUN_STATES).optional(),
  delivery: z.enum(DELIVERY_STATES).optional(),
  rule: z.string().min(1).optional(),
  source: z.string().min(1).optional(),
  recordId: z.uuid().toLowerCase().optional(),
  cursor: z.string().regex(CURSOR, "expected the value of next, as the page before gave it").optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
});

export const executions = new Hono<HttpEnv>()
  .get("/", async (c) => {
    const query = Query.safeParse(c.req.query());
    if (!query.success) {
      const faults = query.error.issues.map(({ path, message }) => `${path.join(".") || "query"}: ${message}`);
      return problemResponse(badRequest(faults.join("; ")));
    }
    const { cursor, limit, ...wanted } = query.data;
    const filter = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
    const page = await bridgeOf(c).ledger.list({
      ...filter,
      limit,
      ...(cursor === undefined ? {} : { before: cursor }),
    });
    return c.json({ executions: page.executions.map(summaryView), next: page.next });
  })
  .get("/:id", async (c) => {
    const execution = await bridgeOf(c).ledger.get(c.req.param("id"));
    if (!execution) return problemResponse(notFound("No execution has this id; it may have outlived its retention."));
    const { start, result, event } = execution;
    return c.json({
      ...summaryView(execution),
      event: { ...eventView(execution), data: event.data },
      start,
      result: result ?? null,
      timeline: execution.timeline.map(({ at, ...entry }) => ({ at: iso(at), ...entry })),
    });
  })
  .all("/", () => problemResponse(methodNotAllowed("GET")))
  .all("/:id", () => problemResponse(methodNotAllowed("GET")));

function summaryView(execution: ExecutionSummary) {
  return {
    id: execution.id,
    // An event that no rule took has neither.
    rule: execution.rule === "" ? null : execution.rule,
    engine: execution.engine === "" ? null : execution.engine,
    revision: execution.revision,
    state: execution.run,
    reason: execution.reason,
    recordId: execution.recordId,
    runId: execution.runId,
    dedupeKey: execution.dedupeKey,
    event: eventView(execution),
    replay: execution.replay ? { of: execution.replay.of, intent: execution.replay.intent } : null,
    cancel: execution.cancel,
    canceled: execution.canceled.map(({ id, run }) => ({ id, state: run })),
    cancelRequest: execution.cancelRequest && { at: iso(execution.cancelRequest.at), by: execution.cancelRequest.by },
    startAttempts: execution.startAttempts,
    uncertainStarts: execution.uncertainStarts,
    deliveries: execution.deliveries.map(({ nextAt, ...delivery }) => ({ ...delivery, nextAt: iso(nextAt) })),
    admittedAt: iso(execution.admittedAt),
    startedAt: iso(execution.startedAt),
    expiresAt: iso(execution.expiresAt),
    endedAt: iso(execution.endedAt),
  };
}

function eventView({ event }: ExecutionSummary) {
  return { id: event.id, source: event.source, type: event.type, subject: event.subject ?? null, time: event.time };
}
