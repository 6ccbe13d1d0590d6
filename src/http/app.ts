// All routes of the bridge. Thin: routes translate between HTTP and the use cases, and decide nothing else.
import { Hono } from "hono";
import { dashboard } from "../ui/dashboard.tsx";
import { answerHeaders } from "./answer-headers.ts";
import { api } from "./api.ts";
import type { HttpEnv } from "./context.ts";
import { enginePush } from "./engine-push.ts";
import { health } from "./health.ts";
import { ingress } from "./ingress.ts";
import { notFound, problemResponse, unavailable } from "./problem.ts";
import { results } from "./results.ts";

export const app: Hono<HttpEnv> = new Hono<HttpEnv>()
  .use(answerHeaders)
  .route("/in", ingress)
  .route("/engine", enginePush)
  .route("/results", results)
  // Where Prometheus looks by itself.
  .get("/metrics", (c) => app.fetch(new Request(new URL("/api/metrics", c.req.url), c.req.raw), c.env))
  .route("/healthz", health)
  .route("/api", api)
  // The dashboard asks the operations API as its users would.
  .route(
    "/ui",
    dashboard((request, bindings) => app.fetch(request, bindings)),
  )
  .get("/", (c) => (c.req.header("accept")?.includes("text/html") ? c.redirect("/ui") : c.notFound()))
  .notFound(() =>
    problemResponse(notFound("There is nothing at this address. Webhooks go to /in/ and the source's name.")),
  )
  .onError((thrown, c) => {
    // A bug of ours. The sender must not be told that it is its fault, nor what broke.
    c.env.log("error", "request.failed", { path: c.req.path, error: String(thrown) });
    return problemResponse(unavailable("Something went wrong on our side."));
  });
