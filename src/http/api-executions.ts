// GET /api/executions: where is the execution of record X, and what happened to it. Read-only.
import { Hono } from "hono";
import * as z from "zod";
import type { ExecutionSummary } from "../bridge/ports.ts";
import { bridgeOf, iso } from "./api-context.ts";
import { Cursor, FILTER, faultsOf, filterOf } from "./api-filter.ts";
import type { HttpEnv } from "./context.ts";
import { badRequest, methodNotAllowed, noSuchExecution, problemResponse } from "./problem.ts";

const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

const Query = z.strictObject({
  ...FILTER,
  cursor: Cursor.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
});

export const executions = new Hono<HttpEnv>()
  .get("/", async (c) => {
    const query = Query.safeParse(c.req.query());
    if (!query.success) return problemResponse(badRequest(faultsOf(query.error, "query")));
    const { cursor, limit, ...wanted } = query.data;
    const page = await bridgeOf(c).ledger.list({
      ...filterOf(wanted),
      limit,
      ...(cursor === undefined ? {} : { before: cursor }),
    });
    return c.json({ executions: page.executions.map(summaryView), next: page.next });
  })
  .get("/:id", async (c) => {
    const execution = await bridgeOf(c).ledger.get(c.req.param("id"));
    if (!execution) return problemResponse(noSuchExecution());
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
