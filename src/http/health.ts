// GET /healthz: whether the bridge can do its work, and does it. Open to everyone, so it says nothing but that.
import { Hono } from "hono";
import type { Bridge } from "../bridge/ports.ts";
import { OVERDUE_AFTER_MS, sweptAt } from "../bridge/watchdog.ts";
import type { HttpEnv } from "./context.ts";
import { methodNotAllowed, problemResponse } from "./problem.ts";

export const health = new Hono<HttpEnv>()
  .get("/", async (c) => {
    const { bridge } = c.env;
    const configuration = bridge.ok;
    // Without a configuration nobody can ask the ledger.
    const last = bridge.ok ? await lastSweep(bridge.value) : undefined;
    const ledger = bridge.ok ? last !== undefined : null;
    const sweeping = bridge.ok && last ? bridge.value.now() - last <= OVERDUE_AFTER_MS : null;
    const healthy = configuration && ledger === true && sweeping !== false;
    const word = (well: boolean | null): string => (well === null ? "unknown" : well ? "ok" : "failing");
    return c.json(
      {
        status: word(healthy),
        checks: { configuration: word(configuration), ledger: word(ledger), sweep: word(sweeping) },
      },
      healthy ? 200 : 503,
      { "cache-control": "no-store" },
    );
  })
  .all("/", () => problemResponse(methodNotAllowed("GET")));

/** @returns when a sweep last began; null where none has been seen yet; undefined where the ledger cannot be reached */
async function lastSweep(bridge: Bridge): Promise<number | null | undefined> {
  try {
    return await sweptAt(bridge);
  } catch {
    return undefined;
  }
}
