// POST /api/executions/:id/cancel: someone wants an execution canceled. It is noted at once, whatever is under way, and carried
// out right after the answer where that can be done.
import { Hono } from "hono";
import { heedCancel } from "../bridge/advance.ts";
import type { RunState } from "../core/execution.ts";
import { bridgeOf, iso } from "./api-context.ts";
import type { HttpEnv } from "./context.ts";
import { conflict, methodNotAllowed, noSuchExecution, problemResponse } from "./problem.ts";

const BY = "the operations API";

/** What becomes of the wish, by the state in which it meets the execution. */
const WHAT_FOLLOWS: Readonly<Partial<Record<RunState, string>>> = {
  queued: "It has not been started, and ends as canceled without a start call.",
  starting: "Its start call is under way; it is canceled as soon as the engine has answered.",
  running: "The engine is asked to cancel the run; how the run stands then is what the next polls say.",
  held: "It is held: nobody can say whether the engine has a run to cancel. The wish is noted and carried out once that is settled.",
};

export const cancels = new Hono<HttpEnv>()
  .post("/:id/cancel", async (c) => {
    const bridge = bridgeOf(c);
    const id = c.req.param("id");
    const outcome = await bridge.ledger.requestCancel(id, BY, bridge.now());
    const execution = outcome === "unknown" ? null : await bridge.ledger.get(id);
    if (!execution) return problemResponse(noSuchExecution());
    const { run, cancelRequest } = execution;
    if (outcome === "over") return problemResponse(conflict("over", `It is over already: ${run}.`));
    bridge.log("info", "execution.cancel-requested", { execution: id, rule: execution.rule, run });
    c.env.defer(
      heedCancel(bridge, id).catch((thrown) =>
        bridge.log("error", "fast-path.failed", { execution: id, rule: execution.rule, error: String(thrown) }),
      ),
    );
    const view = {
      id,
      state: run,
      cancelRequest: cancelRequest && { at: iso(cancelRequest.at), by: cancelRequest.by },
    };
    return c.json({ ...view, detail: WHAT_FOLLOWS[run] ?? `It has ended meanwhile: ${run}.` }, 202);
  })
  .all("/:id/cancel", () => problemResponse(methodNotAllowed("POST")));
