// What every answer of ours carries: the id of the request, by which the log knows it, and what keeps a browser from making more
// of an answer than it is. Answers of the operations API are nobody else's, and nobody keeps them.
import { createMiddleware } from "hono/factory";
import type { HttpEnv } from "./context.ts";

const EVERYWHERE = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=63072000",
};

/** A page of ours brings a policy of its own. */
const NO_PAGE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export const answerHeaders = createMiddleware<HttpEnv>(async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(EVERYWHERE)) c.res.headers.set(name, value);
  if (!c.res.headers.has("content-security-policy")) c.res.headers.set("content-security-policy", NO_PAGE);
  if (c.env.requestId !== "") c.res.headers.set("x-request-id", c.env.requestId);
});
