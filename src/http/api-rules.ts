// GET /api/rules: every rule, with how many executions of it stand in which state. POST /api/rules/test: what the rules would do about one event, and why. POST /api/rules/backtest: what another
// configuration would do about the events of the last days. Nothing is started or written by either.
import { type Context, Hono } from "hono";
import * as z from "zod";
import { backtest } from "../bridge/backtest.ts";
import type { Setup } from "../bridge/ports.ts";
import { type TrialProblem, tryRules } from "../bridge/try-rules.ts";
import { err, ok, type Result } from "../core/result.ts";
import { faulty } from "./api-config-answer.ts";
import { bridgeOf } from "./api-context.ts";
import { faultsOf, Time } from "./api-filter.ts";
import { type Configuration, readBacktest, readTest } from "./api-rules-body.ts";
import { backtestView, rulesView, triedView } from "./api-rules-view.ts";
import type { HttpEnv } from "./context.ts";
import { badRequest, methodNotAllowed, notFound, type Problem, problemResponse } from "./problem.ts";

/** Counts are of the last day, where nothing else is asked for: each looks at every execution since then. */
const DEFAULT_COUNTED_MS = 86_400_000;

export const ListQuery = z.strictObject({ since: Time.optional() });

export const rules = new Hono<HttpEnv>()
  .get("/", async (c) => {
    const bridge = bridgeOf(c);
    const query = ListQuery.safeParse(c.req.query());
    if (!query.success) return problemResponse(badRequest(faultsOf(query.error, "query")));
    const since = query.data.since ?? bridge.now() - DEFAULT_COUNTED_MS;
    return c.json(rulesView(bridge.setup, await bridge.ledger.counts(since), since));
  })
  .post("/test", async (c) => {
    const bridge = bridgeOf(c);
    const body = await readTest(c, bridge.now());
    if (!body.ok) return problemResponse(body.error);
    const { configuration, trial } = body.value;
    const setup = await setupOf(c, configuration);
    if (!setup.ok) return problemResponse(setup.error);
    const tried = await tryRules(bridge, setup.value, trial);
    if (!tried.ok) return problemResponse(trialProblem(tried.error));
    return c.json({ revision: revisionOf(setup.value, configuration), ...triedView(tried.value) });
  })
  .post("/backtest", async (c) => {
    const bridge = bridgeOf(c);
    const body = await readBacktest(c);
    if (!body.ok) return problemResponse(body.error);
    const { configuration, ...query } = body.value;
    const proposed = await setupOf(c, configuration);
    if (!proposed.ok) return problemResponse(proposed.error);
    const report = await backtest(bridge, proposed.value.rules, query);
    return c.json({
      revision: bridge.setup.revision,
      proposed: revisionOf(proposed.value, configuration),
      ...backtestView(report),
    });
  })
  .all("/", () => problemResponse(methodNotAllowed("GET")))
  .all("/test", () => problemResponse(methodNotAllowed("POST")))
  .all("/backtest", () => problemResponse(methodNotAllowed("POST")));

async function setupOf(c: Context<HttpEnv>, configuration: Configuration): Promise<Result<Setup, Problem>> {
  const bridge = bridgeOf(c);
  switch (configuration.kind) {
    case "in-force":
      return ok(bridge.setup);
    case "document":
      return readSetup(c, configuration.document, 0);
    case "revision":
      return revisionSetup(c, configuration.revision);
    case "then": {
      const execution = await bridge.ledger.get(configuration.execution);
      return execution ? revisionSetup(c, execution.revision) : err(noSuchExecution());
    }
  }
}

async function revisionSetup(c: Context<HttpEnv>, revision: number): Promise<Result<Setup, Problem>> {
  const { setup } = bridgeOf(c);
  if (revision === setup.revision) return ok(setup);
  const kept = await c.env.config.store.get(revision);
  if (kept) return readSetup(c, kept.document, revision);
  return err(notFound(`Revision ${revision} of the configuration is not kept. Send the document as config instead.`));
}

type Document = Parameters<HttpEnv["Bindings"]["config"]["read"]>[0];

function readSetup(c: Context<HttpEnv>, document: Document, revision: number): Result<Setup, Problem> {
  const setup = c.env.config.read(document, revision);
  return setup.ok ? setup : err(faulty(setup.error.faults));
}

/** null: the configuration came with the request. */
function revisionOf({ revision }: Setup, { kind }: Configuration): number | null {
  return kind === "document" ? null : revision;
}

function trialProblem(problem: TrialProblem): Problem {
  switch (problem.reason) {
    case "no-such-source": {
      const known = problem.known.join(", ") || "none";
      return badRequest(`The configuration has no source "${problem.source}". It has: ${known}.`);
    }
    case "no-such-execution":
      return noSuchExecution();
  }
}

function noSuchExecution(): Problem {
  return notFound("No execution has this id; it may have outlived its retention.");
}
