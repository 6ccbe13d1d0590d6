// /api/tokens: who may use the operations API. A token is told once, when it is made. And /api/whoami, /api/audit: who one is, and
// who has changed what.
import { Hono } from "hono";
import * as z from "zod";
import type { AuditEntry, TokenFacts } from "../bridge/ports.ts";
import { DAY_MS } from "../core/duration.ts";
import { ROLES } from "../core/role.ts";
import { iso } from "./api-context.ts";
import { faultsOf, Time } from "./api-filter.ts";
import type { HttpEnv } from "./context.ts";
import { TimeView } from "./execution-view.ts";
import { readBody } from "./json-body.ts";
import type { Operations } from "./operation.ts";
import { badRequest, methodNotAllowed, notFound, problemResponse } from "./problem.ts";

const NewToken = z.strictObject({
  name: z.string().trim().min(1).max(100).describe("What it is for; stands in the audit log."),
  role: z.enum(ROLES),
  expiresInDays: z.int().min(1).max(3_650).optional().describe("Left out: it does not expire."),
});

export const TokenView = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    createdAt: TimeView,
    createdBy: z.string(),
    expiresAt: TimeView.nullable(),
    revokedAt: TimeView.nullable(),
    lastUsedAt: TimeView.nullable().describe("To some minutes."),
  })
  .meta({ id: "Token" });
export type TokenFactsView = z.infer<typeof TokenView>;

export const AuditView = z
  .object({
    id: z.int(),
    at: TimeView,
    who: z.string(),
    role: z.enum(ROLES),
    action: z.string(),
    target: z.string(),
    status: z.int(),
    request: z.string().describe("The id of the request, as the log has it."),
    change: z.unknown().describe("What was before and what is after, where the operation says so."),
  })
  .meta({ id: "AuditEntry" });
export type AuditFacts = z.infer<typeof AuditView>;

const AuditQuery = z.strictObject({
  who: z.string().min(1).max(300).optional(),
  since: Time.optional(),
  cursor: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

const TokenId = z.object({ id: z.string() });

export const tokenOperations: Operations = {
  "/whoami": {
    get: {
      summary: "Who the token says that you are",
      role: "viewer",
      answers: { 200: { description: "The identity.", schema: z.object({ name: z.string(), role: z.enum(ROLES) }) } },
    },
  },
  "/tokens": {
    get: {
      summary: "List tokens",
      role: "admin",
      answers: { 200: { description: "All of them.", schema: z.object({ tokens: z.array(TokenView) }) } },
    },
    post: {
      summary: "Make a token",
      description: "The token is told in this answer and never again.",
      role: "admin",
      body: NewToken,
      answers: { 201: { description: "The token.", schema: TokenView.extend({ token: z.string() }) } },
      refusals: { 400: "The body says something that is not understood.", 413: "The body is too large." },
    },
  },
  "/tokens/{id}": {
    delete: {
      summary: "Revoke a token",
      description: "It is refused everywhere within 15 seconds.",
      role: "admin",
      path: TokenId,
      answers: {
        200: { description: "It is revoked.", schema: z.object({ id: z.string(), revoked: z.literal(true) }) },
      },
      refusals: { 404: "There is no such token." },
    },
  },
  "/audit": {
    get: {
      summary: "Who has changed what, the newest first",
      role: "admin",
      query: AuditQuery,
      answers: {
        200: {
          description: "A page of entries.",
          schema: z.object({ entries: z.array(AuditView), next: z.int().nullable() }),
        },
      },
      refusals: { 400: "The query says something that is not understood." },
    },
  },
};

export const tokens = new Hono<HttpEnv>()
  .get("/whoami", (c) => c.json(c.var.identity))
  .get("/tokens", async (c) => c.json({ tokens: (await c.env.access.list()).map(tokenView) }))
  .post("/tokens", async (c) => {
    const body = await readBody(c.req.raw, NewToken, '{"name": "grafana", "role": "viewer"}');
    if (!body.ok) return problemResponse(body.error);
    const { name, role, expiresInDays } = body.value;
    const expiresAt = expiresInDays === undefined ? null : c.env.now() + expiresInDays * DAY_MS;
    const { token, facts } = await c.env.access.create({ name, role, expiresAt }, c.var.identity.name);
    c.set("change", { after: { id: facts.id, name, role } });
    return c.json({ ...tokenView(facts), token }, 201);
  })
  .delete("/tokens/:id", async (c) => {
    const id = c.req.param("id");
    if (!(await c.env.access.revoke(id))) return problemResponse(notFound("There is no token of this id."));
    return c.json({ id, revoked: true });
  })
  .get("/audit", async (c) => {
    const query = AuditQuery.safeParse(c.req.query());
    if (!query.success) return problemResponse(badRequest(faultsOf(query.error, "query")));
    const { who = null, since = 0, cursor: before = null, limit } = query.data;
    const entries = await c.env.access.audit({ who, since, before, limit });
    return c.json({
      entries: entries.map(auditView),
      next: entries.length < limit ? null : (entries.at(-1)?.id ?? null),
    });
  })
  .all("/whoami", () => problemResponse(methodNotAllowed("GET")))
  .all("/tokens", () => problemResponse(methodNotAllowed("GET, POST")))
  .all("/tokens/:id", () => problemResponse(methodNotAllowed("DELETE")))
  .all("/audit", () => problemResponse(methodNotAllowed("GET")));

function tokenView({ createdAt, expiresAt, revokedAt, lastUsedAt, ...facts }: TokenFacts): z.infer<typeof TokenView> {
  return {
    ...facts,
    createdAt: iso(createdAt),
    expiresAt: iso(expiresAt),
    revokedAt: iso(revokedAt),
    lastUsedAt: iso(lastUsedAt),
  };
}

function auditView({ at, change, ...entry }: AuditEntry): z.infer<typeof AuditView> {
  return { ...entry, at: iso(at), change: change === null ? null : readable(change) };
}

/** A long one was cut off. */
function readable(change: string): unknown {
  try {
    return JSON.parse(change);
  } catch {
    return change;
  }
}
