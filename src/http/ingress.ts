// /in/:source, the front door: reads the body up to the source's cap, hands it to `receive`, answers the sender, and lets
// the fast path go on after the answer. Knows HTTP; knows nothing of signatures, handshakes, rules or engines.
import { type Context, Hono } from "hono";
import { takeUp } from "../bridge/fast-path.ts";
import type { AnsweredHandshake } from "../bridge/handshake.ts";
import { noteReceipt, noteRefusal, noteRefused } from "../bridge/notes.ts";
import type { Bridge, Source } from "../bridge/ports.ts";
import { fresh, type Receipt, receive } from "../bridge/receive.ts";
import { factsOf, isOurs, type Refusal } from "../bridge/refusal.ts";
import type { HttpEnv } from "./context.ts";
import { readInboundBody } from "./inbound-body.ts";
import {
  methodNotAllowed,
  type Problem,
  problemResponse,
  refusalResponse,
  unavailable,
  unknownSource,
} from "./problem.ts";
import { allowOrigin, handshakeResponse, receiptResponse } from "./sender-answer.ts";

export const ingress = new Hono<HttpEnv>().all("/:source", async (c) => {
  if (!c.env.bridge.ok) {
    const isRefused = c.env.bridge.error.reason === "misconfigured";
    return problemResponse(
      unavailable(`The bridge's configuration ${isRefused ? "is refused" : "cannot be reached"}.`),
    );
  }
  const bridge = c.env.bridge.value;
  const source = bridge.setup.sources.get(c.req.param("source"));
  if (!source) return problemResponse(unknownSource());

  const receivedAt = bridge.now();
  if (source.state === "paused") return refuse(c, bridge, source, receivedAt, { stage: "state", reason: "paused" });
  const methods = methodsOf(source);
  if (!methods.includes(c.req.method)) return problemResponse(methodNotAllowed(methods.join(", ")));

  const body = await readInboundBody(c.req.raw, source.maxBodyBytes);
  if (!body.ok) return refuseBody(c, bridge, source, receivedAt, body.error);

  const request = { method: c.req.method, url: c.req.url, headers: c.req.raw.headers, body: body.value, receivedAt };
  const received = await receive(bridge, source, request);
  if (!received.ok) return refuse(c, bridge, source, receivedAt, received.error);
  if (received.value.kind === "handshake") return greet(c, bridge, source, received.value);
  return accept(c, bridge, source, receivedAt, received.value);
});

/** What the source takes: events come by POST, handshakes by what they say. */
function methodsOf(source: Source): readonly string[] {
  return [...new Set(["POST", ...source.handshakes.map(({ method }) => method)])].toSorted();
}

function accept(c: Context<HttpEnv>, bridge: Bridge, source: Source, receivedAt: number, receipt: Receipt): Response {
  logReceipt(bridge, source, receipt, receivedAt);
  for (const execution of fresh(receipt)) c.env.defer(takeUp(bridge, execution));
  c.env.defer(noteReceipt(bridge, source.id, receivedAt, receipt));
  return allowOrigin(c, source, receiptResponse(c, source, receipt));
}

function greet(c: Context<HttpEnv>, bridge: Bridge, source: Source, answered: AnsweredHandshake): Response {
  bridge.log("info", "handshake.answered", { source: source.id, method: c.req.method, captured: answered.captured });
  return handshakeResponse(answered);
}

function refuse(c: Context<HttpEnv>, bridge: Bridge, source: Source, at: number, refusal: Refusal): Response {
  bridge.log(isOurs(refusal) ? "error" : "warn", "webhook.refused", { source: source.id, ...factsOf(refusal) });
  c.env.defer(noteRefusal(bridge, source.id, at, refusal));
  return allowOrigin(c, source, refusalResponse(refusal, source.answers));
}

function refuseBody(c: Context<HttpEnv>, bridge: Bridge, source: Source, at: number, problem: Problem): Response {
  bridge.log("warn", "webhook.refused", { source: source.id, reason: problem.name });
  c.env.defer(noteRefused(bridge, source.id, at, problem.name, problem.detail));
  return allowOrigin(c, source, problemResponse(problem));
}

function logReceipt(bridge: Bridge, source: Source, receipt: Receipt, receivedAt: number): void {
  const { events, admitted, secretIndex } = receipt;
  const [first] = events;
  bridge.log("info", "webhook.received", {
    source: source.id,
    events: events.length,
    event: first?.id,
    type: first?.type,
    matched: admitted.length,
    new: admitted.filter(({ outcome }) => outcome === "new").length,
    invalid: admitted.filter(({ execution }) => execution.run === "invalid").length,
    secretIndex,
    durationMs: bridge.now() - receivedAt,
  });
}
