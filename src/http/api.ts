// The operations API, first cut: where is the execution of record X, and what happened to it. Read-only so far.
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Bridge, ExecutionSummary } from "../bridge/ports.ts";
import { DELIVERY_STATES, RUN_STATES } from "../core/execution.ts";
import { requireAdmin } from "./auth.ts";
import type { HttpEnv } from "./context.ts";
import { badRequest, methodNotAllowed, notFound, problemResponse, unavailable } from "./problem.ts";

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

export const api = new Hono<HttpEnv>()
  .use(requireAdmin)
  .use(async (c, next) => {
    if (!c.env.bridge.ok) return misconfigured(c);
    await next();
    c.res.headers.set("cache-control", "no-store");
  })
  .get("/executions", async (c) => {
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
  .get("/executions/:id", async (c) => {
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
  .all("/executions", () => problemResponse(methodNotAllowed("GET")))
  .all("/executions/:id", () => problemResponse(methodNotAllowed("GET")));

/** Only reached behind the check that there is a bridge. */
function bridgeOf(c: Context<HttpEnv>): Bridge {
  if (!c.env.bridge.ok) throw new Error("no bridge");
  return c.env.bridge.value;
}

/** Whoever may use the API is told every fault of the configuration. */
function misconfigured(c: Context<HttpEnv>): Response {
  const faults = c.env.bridge.ok ? [] : c.env.bridge.error.faults;
  const listed = faults.map(({ path, message }) => `${path || "document"}: ${message}.`).join(" ");
  return problemResponse(unavailable(`The configuration is refused. ${listed}`, "Mend it and deploy it again."));
}

function summaryView(execution: ExecutionSummary) {
  return {
    id: execution.id,
    rule: execution.rule,
    engine: execution.engine,
    state: execution.run,
    reason: execution.reason,
    recordId: execution.recordId,
    runId: execution.runId,
    dedupeKey: execution.dedupeKey,
    event: eventView(execution),
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

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
