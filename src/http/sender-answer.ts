// The answers that senders get for what was accepted: the receipt or what their source asks for instead, and the replies
// to handshakes. What a sender wrote is never answered as anything that a browser would run.
import type { Context } from "hono";
import type { AnsweredHandshake } from "../bridge/handshake.ts";
import type { Source } from "../bridge/ports.ts";
import type { Receipt } from "../bridge/receive.ts";
import type { HttpEnv } from "./context.ts";

const NO_CONTENT = 204;

export function receiptResponse(c: Context<HttpEnv>, source: Source, receipt: Receipt): Response {
  const wantsPage = (c.req.header("accept") ?? "").includes("text/html");
  if (source.redirectTo !== null && wantsPage) return c.redirect(source.redirectTo, 303);
  const { status, type, body } = source.answers.accepted;
  if (status === NO_CONTENT || body === "") return new Response(null, { status });
  if (body !== null) return new Response(body, { status, headers: { "content-type": type, ...INERT } });
  return new Response(JSON.stringify(bodyOf(receipt)), { status, headers: { "content-type": "application/json" } });
}

function bodyOf({ events, admitted }: Receipt) {
  return {
    events: events.map(({ id, type }) => ({ id, type })),
    executions: admitted.map(({ outcome, event, execution }) => ({
      event: event.id,
      id: execution.id,
      rule: execution.rule,
      recordId: execution.recordId,
      outcome,
      state: execution.run,
    })),
  };
}

export function handshakeResponse({ reply }: AnsweredHandshake): Response {
  const { status, type, body, headers } = reply;
  const described = body === null ? {} : { "content-type": type === "text/plain" ? `${type}; charset=utf-8` : type };
  return new Response(body, { status, headers: { ...headers, ...described, ...INERT, "cache-control": "no-store" } });
}

/** The content type is what it says, and nothing in it runs. */
const INERT = { "x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'" };

/** A page that posts its form by script may read the answer, if its origin may post at all. */
export function allowOrigin(c: Context<HttpEnv>, source: Source, response: Response): Response {
  const origin = c.req.header("origin");
  if (source.scheme.family === "browser-form" && origin !== undefined && source.scheme.allowOrigins.includes(origin)) {
    response.headers.set("access-control-allow-origin", origin);
    response.headers.append("vary", "origin");
  }
  return response;
}
