// /api/config/revisions and /api/config/diff: the revisions that were, putting one in force again, and comparing two.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { documentOf, restoreConfig } from "../bridge/configure.ts";
import type { Revision } from "../bridge/ports.ts";
import { differences } from "../core/config-diff.ts";
import { badQuery, changeResponse, factsView, inForce, noSuchRevision } from "./api-config-answer.ts";
import { readChange } from "./api-config-request.ts";
import type { HttpEnv } from "./context.ts";
import { methodNotAllowed, problemResponse } from "./problem.ts";

const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

export const PageQuery = z.strictObject({
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
});

/** As the API writes it: no sign, no leading zero. */
const RevisionNumber = z
  .string()
  .regex(/^[1-9]\d{0,9}$/)
  .transform(Number);

const Compared = z.union([z.enum(["current", "bundled"]), RevisionNumber], {
  error: "expected a revision's number, current or bundled",
});
export const DiffQuery = z.strictObject({ from: Compared, to: Compared });

export const configRevisions = new Hono<HttpEnv>()
  .get("/revisions", async (c) => {
    const query = PageQuery.safeParse(c.req.query());
    if (!query.success) return problemResponse(badQuery(query.error));
    const { limit, before } = query.data;
    const page = await c.env.config.store.list({ limit, ...(before === undefined ? {} : { before }) });
    return c.json({ revisions: page.revisions.map(factsView), next: page.next });
  })
  .get("/revisions/:number", async (c) => {
    const revision = await revisionOf(c);
    if (!revision) return problemResponse(noSuchRevision());
    return c.json({ ...factsView(revision), document: revision.document });
  })
  .post("/revisions/:number/restore", async (c) => {
    const number = RevisionNumber.safeParse(c.req.param("number"));
    if (!number.success) return problemResponse(noSuchRevision());
    const change = readChange(c);
    if (!change.ok) return problemResponse(change.error);
    return changeResponse(c, await restoreConfig(c.env.config, number.data, change.value, inForce(c)));
  })
  .get("/diff", async (c) => {
    const query = DiffQuery.safeParse(c.req.query());
    if (!query.success) return problemResponse(badQuery(query.error));
    const from = await documentOf(c.env.config, query.data.from);
    const to = await documentOf(c.env.config, query.data.to);
    if (from === null || to === null) return problemResponse(noSuchRevision());
    return c.json({ differences: differences(from, to) });
  })
  .all("/revisions", () => problemResponse(methodNotAllowed("GET")))
  .all("/revisions/:number", () => problemResponse(methodNotAllowed("GET")))
  .all("/revisions/:number/restore", () => problemResponse(methodNotAllowed("POST")))
  .all("/diff", () => problemResponse(methodNotAllowed("GET")));

async function revisionOf(c: Context<HttpEnv>): Promise<Revision | null> {
  const number = RevisionNumber.safeParse(c.req.param("number"));
  return number.success ? c.env.config.store.get(number.data) : null;
}
