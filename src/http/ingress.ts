// POST /in/:source, the front door: reads the body up to the source's cap, hands it to `receive`, answers the sender,
// and lets the fast path go on after the answer. Knows HTTP; knows nothing of signatures, rules or engines.
import { type Context, Hono } from "hono";
import { follow } from "../bridge/advance.ts";
import type { Bridge, LogFields, Source } from "../bridge/ports.ts";
import { fresh, type Receipt, type Refusal, receive } from "../bridge/receive.ts";
import { readCapped } from "../core/capped-body.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { HttpEnv } from "./context.ts";
import {
  bodyIncomplete,
  bodyTooLarge,
  methodNotAllowed,
  type Problem,
  problemOf,
  problemResponse,
  unavailable,
  unknownSource,
} from "./problem.ts";

export const ingress = new Hono<HttpEnv>()
  .post("/:source", async (c) => {
    if (!c.env.bridge.ok) return problemResponse(unavailable("The bridge's configuration is refused."));
    const bridge = c.env.bridge.value;
    const source = bridge.setup.sources.get(c.req.param("source"));
    if (!source) return problemResponse(unknownSource());

    const receivedAt = bridge.now();
    const body = await readBody(c.req.raw, source.maxBodyBytes);
    if (!body.ok) {
      bridge.log("warn", "webhook.refused", { source: source.id, reason: body.error.name });
      return allowOrigin(c, source, problemResponse(body.error));
    }
    const request = { method: c.req.method, url: c.req.url, headers: c.req.raw.headers, body: body.value, receivedAt };
    const receipt = await receive(bridge, source, request);
    if (!receipt.ok) {
      logRefusal(bridge, source, receipt.error);
      return allowOrigin(c, source, problemResponse(problemOf(receipt.error)));
    }
    logReceipt(bridge, receipt.value, receivedAt);
    for (const execution of fresh(receipt.value)) c.env.defer(followSafely(bridge, execution));
    return allowOrigin(c, source, answer(c, source, receipt.value));
  })
  .all("/:source", () => problemResponse(methodNotAllowed("POST")));

/** Refused before it is read where Content-Length says so, and while it is read where it does not. */
async function readBody(request: Request, maxBytes: number): Promise<Result<Uint8Array<ArrayBuffer>, Problem>> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return err(bodyTooLarge(maxBytes));
  try {
    const body = await readCapped(request.body, maxBytes);
    return body ? ok(body) : err(bodyTooLarge(maxBytes));
  } catch {
    return err(bodyIncomplete());
  }
}

/** The fast path runs after the answer: nobody is left to tell, and the sweep makes up for whatever fails here. */
async function followSafely(bridge: Bridge, execution: Parameters<typeof follow>[1]): Promise<void> {
  try {
    await follow(bridge, execution);
  } catch (thrown) {
    bridge.log("error", "fast-path.failed", { execution: execution.id, rule: execution.rule, error: String(thrown) });
  }
}

function answer(c: Context<HttpEnv>, source: Source, receipt: Receipt): Response {
  const wantsPage = (c.req.header("accept") ?? "").includes("text/html");
  if (source.redirectTo !== null && wantsPage) return c.redirect(source.redirectTo, 303);
  const { id, type } = receipt.event;
  const executions = receipt.admitted.map(({ outcome, execution }) => ({
    id: execution.id,
    rule: execution.rule,
    recordId: execution.recordId,
    outcome,
    state: execution.run,
  }));
  return c.json({ event: { id, source: source.id, type }, executions }, 202);
}

/** A page that posts its form by script may read the answer, if its origin may post at all. */
function allowOrigin(c: Context<HttpEnv>, source: Source, response: Response): Response {
  const origin = c.req.header("origin");
  if (source.scheme.family === "browser-form" && origin !== undefined && source.scheme.allowOrigins.includes(origin)) {
    response.headers.set("access-control-allow-origin", origin);
    response.headers.append("vary", "origin");
  }
  return response;
}

function logReceipt(bridge: Bridge, { event, admitted }: Receipt, receivedAt: number): void {
  bridge.log("info", "webhook.received", {
    source: event.source,
    event: event.id,
    type: event.type,
    matched: admitted.length,
    new: admitted.filter(({ outcome }) => outcome === "new").length,
    invalid: admitted.filter(({ execution }) => execution.run === "invalid").length,
    durationMs: bridge.now() - receivedAt,
  });
}

function logRefusal(bridge: Bridge, source: Source, refusal: Refusal): void {
  const ours = refusal.stage === "admit" || (refusal.stage === "verify" && refusal.failure.reason === "bad-secret");
  bridge.log(ours ? "error" : "warn", "webhook.refused", { source: source.id, ...factsOf(refusal) });
}

function factsOf(refusal: Refusal): LogFields {
  switch (refusal.stage) {
    case "verify":
      return { ...refusal.failure };
    case "normalise":
      return { reason: refusal.fault.reason };
    case "admit":
      return { ...refusal.unavailable };
  }
}
