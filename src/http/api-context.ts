// What the routes of the operations API share: the bridge that they are only reached with, and how they write times.
import type { Context } from "hono";
import type { Bridge } from "../bridge/ports.ts";
import type { HttpEnv } from "./context.ts";

/** Only called behind the check that there is a bridge. */
export function bridgeOf(c: Context<HttpEnv>): Bridge {
  if (!c.env.bridge.ok) throw new Error("no bridge");
  return c.env.bridge.value;
}

export function iso(at: number): string;
export function iso(at: number | null): string | null;
export function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
