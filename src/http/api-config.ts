// /api/config: the configuration that is in force, changing it while the bridge runs, and its revisions. Works also while
// the configuration is refused, so that it can be mended here. Whether a change is right is decided in bridge/configure.
import { type Context, Hono } from "hono";
import * as z from "zod";
import {
  type Changed,
  type ChangeRefusal,
  documentOf,
  faultsOf,
  putConfig,
  restoreConfig,
} from "../bridge/configure.ts";
import type { Revision, RevisionFacts, Setup } from "../bridge/ports.ts";
import { differences } from "../core/config-diff.ts";
import type { Result } from "../core/result.ts";
import { readChange, readConfigBody } from "./api-config-request.ts";
import { iso } from "./api-context.ts";
import type { HttpEnv } from "./context.ts";
import { badRequest, methodNotAllowed, notFound, type Problem, problemResponse, unavailable } from "./problem.ts";

const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

const PageQuery = z.strictObject({
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
const DiffQuery = z.strictObject({ from: Compared, to: Compared });

export const config = new Hono<HttpEnv>()
  .use(async (c, next) => {
    await next();
    c.res.headers.set("cache-control", "no-store");
  })
  .get("/", async (c) => {
    const newest = await c.env.config.store.since(0);
    c.header("etag", `"${newest?.number ?? 0}"`);
    return c.json(currentView(c, newest));
  })
  .put("/", async (c) => {
    const change = readChange(c);
    if (!change.ok) return problemResponse(change.error);
    const document = await readConfigBody(c);
    if (!document.ok) return problemResponse(document.error);
    return changeResponse(c, await putConfig(c.env.config, document.value, change.value, inForce(c)));
  })
  .post("/check", async (c) => {
    const document = await readConfigBody(c);
    if (!document.ok) return problemResponse(document.error);
    const faults = faultsOf(c.env.config, document.value, inForce(c));
    return faults.length > 0 ? problemResponse(faulty(faults)) : c.json({ faults: [] });
  })
  .get("/revisions", async (c) => {
    const query = PageQuery.safeParse(c.req.query());
    if (!query.success) return problemResponse(badQuery(query.error));
    const { limit, before } = query.data;
    const page = await c.env.config.store.list({ limit, ...(before === undefined ? {} : { before }) });
    return c.json({ revisions: page.revisions.map(factsView), next: page.next });
  })
  .get("/revisions/:number", async (c) => {
    const revision = await revisionOf(c);
    return revision
      ? c.json({ ...factsView(revision), document: revision.document })
      : problemResponse(noSuchRevision());
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
  .all("/", () => problemResponse(methodNotAllowed("GET, PUT")))
  .all("/check", () => problemResponse(methodNotAllowed("POST")))
  .all("/revisions", () => problemResponse(methodNotAllowed("GET")))
  .all("/revisions/:number", () => problemResponse(methodNotAllowed("GET")))
  .all("/revisions/:number/restore", () => problemResponse(methodNotAllowed("POST")))
  .all("/diff", () => problemResponse(methodNotAllowed("GET")))
  .onError((thrown, c) => {
    c.env.config.log("error", "config.request-failed", { path: c.req.path, error: String(thrown) });
    const advice = "GET /api/config tells whether anything was changed; then try again.";
    return problemResponse(unavailable("The revisions of the configuration could not be reached.", { advice }));
  });

function inForce({ env: { bridge } }: Context<HttpEnv>): Setup | null {
  return bridge.ok ? bridge.value.setup : null;
}

/** Where there is no revision, because the deployed file itself is refused, its faults are told. */
function currentView(c: Context<HttpEnv>, newest: Revision | null) {
  const { bundled, read } = c.env.config;
  const setup = read(newest?.document ?? bundled, newest?.number ?? 0);
  const apart = differences(newest?.document ?? {}, bundled);
  return {
    ...(newest ? factsView(newest) : { revision: 0 }),
    inForce: inForce(c)?.revision ?? null,
    faults: setup.ok ? [] : setup.error.faults,
    document: newest?.document ?? null,
    bundled: { differs: apart.length > 0, differences: apart },
  };
}

function factsView({ number, at, author, note, madeFrom }: RevisionFacts) {
  return { revision: number, at: iso(at), author, note, madeFrom };
}

async function revisionOf(c: Context<HttpEnv>): Promise<Revision | null> {
  const number = RevisionNumber.safeParse(c.req.param("number"));
  return number.success ? c.env.config.store.get(number.data) : null;
}

function changeResponse(c: Context<HttpEnv>, changed: Result<Changed, ChangeRefusal>): Response {
  if (!changed.ok) return problemResponse(refusalOf(changed.error));
  c.header("etag", `"${changed.value.revision}"`);
  return c.json(changed.value);
}

function refusalOf(refusal: ChangeRefusal): Problem {
  switch (refusal.reason) {
    case "no-such-revision":
      return noSuchRevision();
    case "faults":
      return faulty(refusal.faults);
    case "stale":
      return {
        name: "stale-revision",
        status: 412,
        title: "The configuration has changed meanwhile",
        detail: `The newest revision is ${refusal.newest}. Look at what has changed, and send the change again with If-Match: "${refusal.newest}".`,
        headers: { etag: `"${refusal.newest}"` },
        members: { revision: refusal.newest },
      };
  }
}

function faulty(faults: readonly unknown[]): Problem {
  return {
    name: "config-refused",
    status: 422,
    title: "The configuration is refused",
    detail: `It has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}; nothing was changed. Mend what faults lists and send it again.`,
    members: { faults },
  };
}

function badQuery(error: z.ZodError): Problem {
  return badRequest(error.issues.map(({ path, message }) => `${path.join(".") || "query"}: ${message}`).join("; "));
}

function noSuchRevision(): Problem {
  return notFound("There is no such revision. The newest 200 are kept; GET /api/config/revisions lists them.");
}
