// The control API under /_control: looks into the simulator and steers it. For development: it has no authentication and
// is closed (404) unless the variable SIMULATOR_CONTROL is "true".
import { type Context, Hono } from "hono";
import { createMiddleware } from "hono/factory";
import * as z from "zod";
import { presentMoment } from "./ambient.ts";
import { ClockChange, Definition, Finish, SettingsChange, Uuid } from "./behaviour.ts";
import type { SimulatorEnv } from "./env.ts";
import { FaultRule, FaultRules } from "./fault.ts";
import { Push, sendPush } from "./push-routes.ts";
import { simulatorState } from "./state-stub.ts";
import { type Detail, errorBody } from "./wire.ts";

const DEFAULT_PAGE_ROWS = 1000;
const MAX_PAGE_ROWS = 10_000;

const PageQuery = z.object({
  since: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_ROWS).default(DEFAULT_PAGE_ROWS),
});

type ControlContext = Context<{ Bindings: SimulatorEnv }>;

/** A request of the control API that cannot be followed. Thrown by the readers below, answered in `onError`. */
class InvalidControlRequest extends Error {
  readonly details: readonly Detail[];

  constructor(details: readonly Detail[]) {
    super(details.map(({ field, message }) => `${field}: ${message}.`).join(" "));
    this.details = details;
  }
}

/** Hides the control API unless it is opened. */
const requireControl = createMiddleware<{ Bindings: SimulatorEnv }>(async function requireControl(c, next) {
  if (c.env.SIMULATOR_CONTROL !== "true") {
    return c.json(errorBody(404, `${c.req.method} ${c.req.path} is not an operation of the engine's API.`), 404);
  }
  await next();
});

export const controlRoutes = new Hono<{ Bindings: SimulatorEnv }>()
  .use(requireControl)
  .get("/requests", async (c) => {
    const { items, next } = await simulatorState(c.env).requests(readQuery(c));
    return c.json({ requests: items, next });
  })
  .get("/executions", async (c) => {
    const { total, json, next } = await simulatorState(c.env).list(readQuery(c), presentMoment());
    return c.json({ total, executions: json.map((text) => JSON.parse(text)), next });
  })
  .post("/executions/:id/finish", async (c) => {
    const id = c.req.param("id").toLowerCase();
    const finish = JSON.stringify(await readBody(c, Finish));
    const outcome = await simulatorState(c.env).finish(id, finish, presentMoment());
    if (outcome === null) {
      return c.json(errorBody(404, `The execution ${id} does not exist.`), 404);
    }
    const { status } = outcome.standing;
    return outcome.ended ? c.json({ id, status }) : c.json(errorBody(409, `The execution ${id} is ${status}.`), 409);
  })
  .post("/executions/:id/push", async (c) => {
    const id = c.req.param("id").toLowerCase();
    const sent = await sendPush(c, id, await readBody(c, Push));
    return sent === null ? c.json(errorBody(404, `The execution ${id} does not exist.`), 404) : c.json(sent);
  })
  .get("/definitions", async (c) => c.json({ definitions: JSON.parse(await simulatorState(c.env).definitionsJson()) }))
  .put("/definitions/:id", async (c) => {
    const id = read(Uuid, c.req.param("id"), "id").toLowerCase();
    const definition = await readBody(c, Definition);
    await simulatorState(c.env).putDefinition(id, JSON.stringify(definition));
    return c.json({ id, ...definition });
  })
  .get("/faults", async (c) => c.json({ faults: await simulatorState(c.env).rules() }))
  .post("/faults", async (c) => {
    const body = await readJson(c);
    const rules = Array.isArray(body) ? read(FaultRules, body, "body") : [read(FaultRule, body, "body")];
    return c.json({ faults: await simulatorState(c.env).addRules(rules) }, 201);
  })
  .delete("/faults", async (c) => {
    await simulatorState(c.env).clearRules();
    return c.body(null, 204);
  })
  .get("/settings", async (c) => c.json(await simulatorState(c.env).settings()))
  .put("/settings", async (c) => {
    const change = await readBody(c, SettingsChange);
    return c.json(await simulatorState(c.env).changeSettings(change));
  })
  .put("/clock", async (c) => {
    const { offsetMs } = await readBody(c, ClockChange);
    await simulatorState(c.env).changeSettings({ clockOffsetMs: offsetMs });
    return c.json({ offsetMs, now: new Date(presentMoment().now + offsetMs).toISOString() });
  })
  .post("/reset", async (c) => {
    await simulatorState(c.env).reset();
    return c.body(null, 204);
  })
  .all("*", (c) => c.json(errorBody(404, `${c.req.method} ${c.req.path} is not in the control API.`), 404));

controlRoutes.onError((error, c) => {
  if (error instanceof InvalidControlRequest) {
    return c.json(errorBody(400, error.message, error.details), 400);
  }
  throw error;
});

function readQuery(c: ControlContext): z.infer<typeof PageQuery> {
  return read(PageQuery, c.req.query(), "query");
}

async function readBody<T>(c: ControlContext, schema: z.ZodType<T>): Promise<T> {
  return read(schema, await readJson(c), "body");
}

/** The body as JSON; an empty body is an empty object. */
async function readJson(c: ControlContext): Promise<unknown> {
  const text = await c.req.text();
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw new InvalidControlRequest([{ field: "body", message: "not JSON" }]);
  }
}

function read<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  throw new InvalidControlRequest(
    parsed.error.issues.map((issue) => ({ field: issue.path.join(".") || name, message: issue.message })),
  );
}
