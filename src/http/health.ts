// GET /healthz: whether the bridge can do its work. Open to everyone, so it says nothing but that.
import { Hono } from "hono";
import type { HttpEnv } from "./context.ts";
import { methodNotAllowed, problemResponse } from "./problem.ts";

export const health = new Hono<HttpEnv>()
  .get("/", async (c) => {
    const { bridge } = c.env;
    const configuration = bridge.ok;
    // Without a configuration nobody can ask the ledger.
    const ledger = bridge.ok
      ? await reachable(() => bridge.value.ledger.list({ limit: 1, recordId: HEALTH_RECORD }))
      : null;
    const healthy = configuration && ledger === true;
    const word = (well: boolean | null): string => (well === null ? "unknown" : well ? "ok" : "failing");
    return c.json(
      { status: word(healthy), checks: { configuration: word(configuration), ledger: word(ledger) } },
      healthy ? 200 : 503,
      { "cache-control": "no-store" },
    );
  })
  .all("/", () => problemResponse(methodNotAllowed("GET")));

/** A record that nobody has: looking it up asks one shard one cheap question. */
const HEALTH_RECORD = "00000000-0000-0000-0000-000000000000";

async function reachable(question: () => Promise<unknown>): Promise<boolean> {
  try {
    await question();
    return true;
  } catch {
    return false;
  }
}
