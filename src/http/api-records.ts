// GET /api/records/:id: everything that happened to one record. GET /api/events: what has come in, and what became of it.
// GET /api/refusals: what was not let in, and why. Read-only; made of the same listings as everything else.
import { Hono } from "hono";
import * as z from "zod";
import type { Bridge, ExecutionSummary } from "../bridge/ports.ts";
import { adviceOn } from "../bridge/refusal-advice.ts";
import { RUN_STATES } from "../core/execution.ts";
import { deriveRecordId } from "../core/record-id.ts";
import { bridgeOf, iso } from "./api-context.ts";
import { Cursor, faultsOf, Time } from "./api-filter.ts";
import type { HttpEnv } from "./context.ts";
import { EventSummaryView, ExecutionSummaryView, summaryView, TimeView } from "./execution-view.ts";
import type { Operations } from "./operation.ts";
import { badRequest, methodNotAllowed, problemResponse } from "./problem.ts";

const MAX_PAGE = 200;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const Page = { cursor: Cursor.optional(), limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50) };
const RecordQuery = z.strictObject(Page);
const EventQuery = z.strictObject({
  ...Page,
  source: z.string().min(1).optional(),
  eventId: z.string().min(1).max(1_000).optional(),
  since: Time.optional(),
  until: Time.optional(),
});
const RefusalQuery = z.strictObject({
  source: z.string().min(1).optional(),
  reason: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
});

const Next = z.string().nullable().describe("Give it as cursor for the next page; null where this is the last.");
const RecordId = z.object({
  id: z.string().describe("The record's id, or what it is derived from: the sender's own id."),
});

const EventView = EventSummaryView.extend({
  receivedAt: TimeView,
  executions: z.array(z.object({ id: z.string(), rule: z.string().nullable(), state: z.enum(RUN_STATES) })),
});

const RefusalView = z.object({
  source: z.string(),
  at: TimeView,
  reason: z.string(),
  detail: z.string(),
  advice: z.string(),
});
export type RefusalFacts = z.infer<typeof RefusalView>;

const NOT_UNDERSTOOD = { 400: "The query says something that is not understood." };

export const recordOperations: Operations = {
  "/records/{id}": {
    get: {
      summary: "Everything that happened to one record",
      description: "A record that nobody knows has no executions.",
      role: "viewer",
      path: RecordId,
      query: RecordQuery,
      answers: {
        200: {
          description: "Its executions, the newest first; states counts those of this page.",
          schema: z.object({
            recordId: z.string(),
            states: z.record(z.string(), z.int()),
            executions: z.array(ExecutionSummaryView),
            next: Next,
          }),
        },
      },
      refusals: NOT_UNDERSTOOD,
    },
  },
  "/events": {
    get: {
      summary: "What has come in, and what became of it, the newest first",
      description:
        "Made of the executions, and of the records of events that no rule took: an event of several rules may stand on two pages.",
      role: "viewer",
      query: EventQuery,
      answers: { 200: { description: "A page.", schema: z.object({ events: z.array(EventView), next: Next }) } },
      refusals: NOT_UNDERSTOOD,
    },
  },
  "/refusals": {
    get: {
      summary: "What was not let in, and why, the newest first",
      description: "The latest fifty of each source, sampled: one for each reason within ten seconds.",
      role: "viewer",
      query: RefusalQuery,
      answers: {
        200: {
          description: "Refused requests; unreachable names the sources of which nobody can say now.",
          schema: z.object({ refusals: z.array(RefusalView), unreachable: z.array(z.string()) }),
        },
      },
      refusals: NOT_UNDERSTOOD,
    },
  },
};

export const records = new Hono<HttpEnv>()
  .get("/records/:id", async (c) => {
    const query = RecordQuery.safeParse(c.req.query());
    if (!query.success) return problemResponse(badRequest(faultsOf(query.error, "query")));
    const bridge = bridgeOf(c);
    const id = c.req.param("id");
    const recordId = UUID.test(id) ? id.toLowerCase() : deriveRecordId(bridge.setup.config.recordNamespace, id);
    if (recordId === undefined) return problemResponse(badRequest("id: is empty"));
    const { executions, next } = await bridge.ledger.list({ recordId, ...pageOf(query.data) });
    const states = Map.groupBy(executions, ({ run }) => run);
    return c.json({
      recordId,
      states: Object.fromEntries([...states].map(([state, all]) => [state, all.length])),
      executions: executions.map(summaryView),
      next,
    });
  })
  .get("/events", async (c) => {
    const query = EventQuery.safeParse(c.req.query());
    if (!query.success) return problemResponse(badRequest(faultsOf(query.error, "query")));
    const { cursor: _cursor, limit: _limit, ...wanted } = query.data;
    const said = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
    const { executions, next } = await bridgeOf(c).ledger.list({ ...said, ...pageOf(query.data) });
    return c.json({ events: eventsOf(executions), next });
  })
  .get("/refusals", async (c) => {
    const query = RefusalQuery.safeParse(c.req.query());
    if (!query.success) return problemResponse(badRequest(faultsOf(query.error, "query")));
    return c.json(await refusalsOf(bridgeOf(c), query.data));
  })
  .all("/records/:id", () => problemResponse(methodNotAllowed("GET")))
  .all("/events", () => problemResponse(methodNotAllowed("GET")))
  .all("/refusals", () => problemResponse(methodNotAllowed("GET")));

function pageOf({ cursor, limit }: { cursor?: string | undefined; limit: number }) {
  return { limit, ...(cursor === undefined ? {} : { before: cursor }) };
}

function eventsOf(executions: readonly ExecutionSummary[]): z.infer<typeof EventView>[] {
  const byEvent = Map.groupBy(executions, ({ event }) => JSON.stringify([event.source, event.id]));
  return [...byEvent.values()].flatMap((all) => {
    const [newest] = all;
    if (!newest) return [];
    const { event } = summaryView(newest);
    const led = all.map(({ id, rule, run }) => ({ id, rule: rule === "" ? null : rule, state: run }));
    return [{ ...event, receivedAt: iso(newest.admittedAt), executions: led }];
  });
}

async function refusalsOf(bridge: Bridge, wanted: z.infer<typeof RefusalQuery>) {
  const ids = [...bridge.setup.sources.keys()].filter((id) => wanted.source === undefined || id === wanted.source);
  const unreachable: string[] = [];
  const found = await Promise.all(
    ids.map(async (source) => {
      try {
        const { refused } = await bridge.desk.record(source);
        return refused.map((note) => ({ source, ...note }));
      } catch (thrown) {
        bridge.log("error", "desk.unreachable", { source, error: String(thrown) });
        unreachable.push(source);
        return [];
      }
    }),
  );
  const refusals = found
    .flat()
    .filter(({ reason }) => wanted.reason === undefined || reason === wanted.reason)
    .toSorted((a, b) => b.at - a.at)
    .slice(0, wanted.limit)
    .map(({ source, at, reason, detail }) => ({ source, at: iso(at), reason, detail, advice: adviceOn(reason) }));
  return { refusals, unreachable };
}
