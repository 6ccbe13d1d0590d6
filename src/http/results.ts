// GET /results/:execution: a result, for whoever has a signed link to it. No token: the link is the permission, until it expires.
import { Hono } from "hono";
import { type LinkRefusal, resultByLink } from "../bridge/result-link.ts";
import type { HttpEnv } from "./context.ts";
import { methodNotAllowed, notFound, type Problem, problemResponse, unavailable } from "./problem.ts";

const UNTIL = /^[1-9]\d{0,15}$/;

export const results = new Hono<HttpEnv>()
  .get("/:id", async (c) => {
    const { bridge } = c.env;
    if (!bridge.ok) return problemResponse(unavailable("The bridge's configuration is refused.", ADVICE));
    const id = c.req.param("id");
    const { until = "", signature = "" } = c.req.query();
    const asked = { id, signature, until: UNTIL.test(until) ? Number(until) : 0 };
    let found: Awaited<ReturnType<typeof resultByLink>>;
    try {
      found = await resultByLink(bridge.value, asked);
    } catch (thrown) {
      bridge.value.log("error", "result.unreachable", { execution: id, error: String(thrown) });
      return problemResponse(unavailable("The ledger could not be reached.", ADVICE));
    }
    if (!found.ok) {
      // Whoever tries links must not fill the log with names of their own.
      if (found.error.reason !== "refused")
        bridge.value.log("warn", "result.refused", { execution: id, ...found.error });
      return problemResponse(problemOf(found.error));
    }
    bridge.value.log("info", "result.fetched", { execution: id });
    const headers = {
      "content-type": "application/json",
      "cache-control": "no-store",
      "content-disposition": `attachment; filename="${id.replace(/[^\w-]/g, "_")}.json"`,
    };
    if ("result" in found.value) return c.body(JSON.stringify(found.value.result), 200, headers);
    return new Response(found.value.body, { headers });
  })
  .all("/:id", () => problemResponse(methodNotAllowed("GET")));

const ADVICE = { advice: "Try again." };

function problemOf({ reason, detail }: LinkRefusal): Problem {
  switch (reason) {
    case "no-links":
      return notFound("This bridge gives no links to results.");
    case "refused":
      return {
        name: "link-refused",
        status: 403,
        title: "Not a link of ours",
        detail: "The link was changed, or its secret is not in use any more. Use it exactly as the message has it.",
      };
    case "expired":
      return {
        name: "link-expired",
        status: 410,
        title: "The link has expired",
        detail: "Have the end sent again: the message then has a new link.",
      };
    case "gone":
      return {
        name: "result-gone",
        status: 410,
        title: "The result is gone",
        detail: `It was erased, or has outlived its retention here and at the engine.${detail ? ` ${detail}.` : ""}`,
      };
    case "unavailable":
      return unavailable(`The engine could not be asked for it${detail ? `: ${detail}` : ""}.`, ADVICE);
  }
}
