// What every answer of ours carries: the id of the request, by which the log knows it, and what keeps a browser from making more
// of an answer than it is. Answers of the operations API are nobody else's, and nobody keeps them.
import { createMiddleware } from "hono/factory";
import type { HttpEnv } from "./context.ts";

/** A page of ours brings policies of its own. */
const EVERYWHERE = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=63072000",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
};

export const answerHeaders = createMiddleware<HttpEnv>(async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(EVERYWHERE)) {
    if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  }
  if (c.env.requestId !== "") c.res.headers.set("x-request-id", c.env.requestId);
});
