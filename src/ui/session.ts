// A session of the dashboard: a cookie that says which token has opened it and until when, signed. It holds no token and no role:
// both are looked up with each request, so a revoked token ends its sessions, and a changed ADMIN_TOKEN ends all of them.
import type { Context } from "hono";
import { deleteCookie, getSignedCookie, setSignedCookie } from "hono/cookie";
import type { Identity } from "../core/role.ts";
import type { UiEnv } from "./context.ts";

/** A night shift, and some. */
const SESSION_MS = 12 * 3_600_000;

/** What stands for the ADMIN_TOKEN in place of a token's id; ids are longer. */
const OWNER = "owner";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** @param token which has just been found to be valid. @throws where the key of sessions is out of reach */
export async function openSession(c: Context<UiEnv>, token: string): Promise<void> {
  const id = c.env.access.idOf(token) ?? OWNER;
  const until = c.env.now() + SESSION_MS;
  const { name, options } = cookie(c);
  await setSignedCookie(c, name, `${id}.${until}`, await keyOf(c), { ...options, maxAge: SESSION_MS / 1_000 });
}

/** @returns who has opened the session of this request; null where there is none that is valid */
export async function sessionOf(c: Context<UiEnv>): Promise<Identity | null> {
  const { name } = cookie(c);
  if (!c.req.header("cookie")?.includes(name)) return null;
  const value = await getSignedCookie(c, await keyOf(c), name);
  const [id = "", until = ""] = (value || "").split(".");
  if (id === "" || !(Number(until) > c.env.now())) return null;
  if (id === OWNER) return c.env.adminToken ? { name: "ADMIN_TOKEN", role: "admin" } : null;
  const owner = await c.env.access.owner(id);
  return owner.outcome === "known" ? owner.identity : null;
}

export function closeSession(c: Context<UiEnv>): void {
  const { name, options } = cookie(c);
  deleteCookie(c, name, options);
}

async function keyOf(c: Context<UiEnv>): Promise<string> {
  return `${await c.env.access.sessionKey()}.${c.env.adminToken ?? ""}`;
}

/** Only over TLS, except on one's own machine, where there is none. */
function cookie(c: Context<UiEnv>) {
  const local = LOOPBACK.has(new URL(c.req.url).hostname);
  const options = { path: "/", httpOnly: true, sameSite: "Strict", secure: !local } as const;
  return { name: local ? "hookspan" : "__Host-hookspan", options };
}
