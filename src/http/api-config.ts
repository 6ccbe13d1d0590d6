// /api/config: the configuration that is in force, and changing it while the bridge runs. Works also while the
// configuration is refused, so that it can be mended here. Whether a change is right is decided in bridge/configure.
import { type Context, Hono } from "hono";
import { differencesFrom, faultsOf, putConfig } from "../bridge/configure.ts";
import type { Revision } from "../bridge/ports.ts";
import { changeResponse, factsView, faulty, inForce } from "./api-config-answer.ts";
import { readChange, readConfigBody } from "./api-config-request.ts";
import { configRevisions } from "./api-config-revisions.ts";
import type { HttpEnv } from "./context.ts";
import { methodNotAllowed, problemResponse, unavailable } from "./problem.ts";

export const config = new Hono<HttpEnv>()
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
    if (faults.length > 0) return problemResponse(faulty(faults));
    const newest = await c.env.config.store.since(0);
    return c.json({ faults: [], differences: differencesFrom(newest, document.value) });
  })
  .route("/", configRevisions)
  .all("/", () => problemResponse(methodNotAllowed("GET, PUT")))
  .all("/check", () => problemResponse(methodNotAllowed("POST")))
  .onError((thrown, c) => {
    c.env.config.log("error", "config.request-failed", { path: c.req.path, error: String(thrown) });
    const advice = "GET /api/config tells whether anything was changed; then try again.";
    return problemResponse(unavailable("The revisions of the configuration could not be reached.", { advice }));
  });

/** Where there is no revision, because the deployed file itself is refused, the file's faults are told. */
function currentView(c: Context<HttpEnv>, newest: Revision | null) {
  const { bundled, read } = c.env.config;
  const number = newest?.number ?? 0;
  // Reading compiles every rule, so it is done only where it has not been done with success.
  const setup = inForce(c)?.revision === number ? null : read(newest?.document ?? bundled, number);
  const apart = differencesFrom(newest, bundled);
  return {
    ...(newest ? factsView(newest) : { revision: number }),
    inForce: inForce(c)?.revision ?? null,
    faults: setup && !setup.ok ? setup.error.faults : [],
    document: newest?.document ?? null,
    bundled: { differs: apart.length > 0, differences: apart },
  };
}
