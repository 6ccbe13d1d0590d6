// GET /api/executions: where is the execution of record X, and what happened to it. Read-only.
import { Hono } from "hono";
import * as z from "zod";
import { mayActAs } from "../core/role.ts";
import { bridgeOf } from "./api-context.ts";
import { Cursor, FILTER, faultsOf, filterOf } from "./api-filter.ts";
import type { HttpEnv } from "./context.ts";
import { ExecutionSummaryView, ExecutionView, executionView, summaryView } from "./execution-view.ts";
import type { Operations } from "./operation.ts";
import { badRequest, methodNotAllowed, noSuchExecution, problemResponse } from "./problem.ts";

const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

const Query = z.strictObject({
  ...FILTER,
  cursor: Cursor.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
});

export const ExecutionId = z.object({ id: z.string().describe("An execution's id: exe_….") });

export const executionOperations: Operations = {
  "/executions": {
    get: {
      summary: "List executions, the newest first",
      role: "viewer",
      query: Query,
      answers: {
        200: {
          description: "A page of executions.",
          schema: z.object({
            executions: z.array(ExecutionSummaryView),
            next: z.string().nullable().describe("Give it as cursor for the next page; null where this is the last."),
          }),
        },
      },
      refusals: { 400: "The query says something that is not understood." },
    },
  },
  "/executions/{id}": {
    get: {
      summary: "One execution, with its timeline",
      description: "Payloads are hidden from viewers.",
      role: "viewer",
      path: ExecutionId,
      answers: { 200: { description: "The execution.", schema: ExecutionView } },
      refusals: { 404: "No execution has this id." },
    },
  },
};

export const executions = new Hono<HttpEnv>()
  .get("/", async (c) => {
    const query = Query.safeParse(c.req.query());
    if (!query.success) return problemResponse(badRequest(faultsOf(query.error, "query")));
    const { cursor, limit, ...wanted } = query.data;
    const page = await bridgeOf(c).ledger.list({
      ...filterOf(wanted, bridgeOf(c).setup.config.recordNamespace),
      limit,
      ...(cursor === undefined ? {} : { before: cursor }),
    });
    return c.json({ executions: page.executions.map(summaryView), next: page.next });
  })
  .get("/:id", async (c) => {
    const execution = await bridgeOf(c).ledger.get(c.req.param("id"));
    if (!execution) return problemResponse(noSuchExecution());
    return c.json(executionView(execution, mayActAs(c.var.identity, "operator")));
  })
  .all("/", () => problemResponse(methodNotAllowed("GET")))
  .all("/:id", () => problemResponse(methodNotAllowed("GET")));
