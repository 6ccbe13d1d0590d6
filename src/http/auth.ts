// Who may use the operations API: whoever shows the ADMIN_TOKEN, a token that was made here, or has signed in by Cloudflare
// Access; and that for what their role may do. All failures look alike.
import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import { ACCESS_HEADER, signIn } from "../bridge/sign-in.ts";
import { type Identity, mayActAs, type Role } from "../core/role.ts";
import { sameSecret } from "../core/same-secret.ts";
import type { HttpEnv } from "./context.ts";
import { type Operations, routePath } from "./operation.ts";
import { type Problem, problemResponse, unavailable } from "./problem.ts";

const BEARER = /^bearer +(\S+)$/i;
const MAX_TOKEN_CHARS = 8_192;
const RETRY_AFTER_SECONDS = 300;

/** Finds out who asks. */
export const authenticate = createMiddleware<HttpEnv>(async (c, next) => {
  const found = await identify(c);
  if ("status" in found) return problemResponse(found);
  c.set("identity", found);
  return next();
});

async function identify(c: Context<HttpEnv>): Promise<Identity | Problem> {
  if (c.env.signedIn) return c.env.signedIn;
  const { access, adminToken = "" } = c.env;
  const client = c.req.header("cf-connecting-ip") ?? "";
  const shown = BEARER.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
  // The owner is never held up by whoever else tries tokens.
  if (await sameSecret(shown, adminToken)) return { name: "ADMIN_TOKEN", role: "admin" };
  const token = c.req.header(ACCESS_HEADER) ?? "";
  if (token !== "" && token.length <= MAX_TOKEN_CHARS && c.env.bridge.ok) {
    const signedIn = await signIn(c.env.bridge.value, token);
    if (signedIn) return signedIn;
  }
  const found = await access.identify(shown, client);
  if (found.outcome === "known") return found.identity;
  if (found.outcome === "unreachable") return unavailable("The token could not be checked.", { advice: "Try again." });
  if (found.outcome === "limited" || access.isLimited(client)) return tooMany();
  if (shown !== "" || token !== "") access.failed(client);
  return adminToken === "" ? closed() : unauthorized();
}

function closed(): Problem {
  return {
    name: "api-closed",
    status: 403,
    title: "The operations API is closed",
    detail: "Set the Worker secret ADMIN_TOKEN to open it.",
  };
}

function unauthorized(): Problem {
  return {
    name: "unauthorized",
    status: 401,
    title: "Unauthorized",
    detail:
      "Send a token that is valid as Authorization: Bearer <token>: the ADMIN_TOKEN, or one made by POST /api/tokens.",
    headers: { "www-authenticate": 'Bearer realm="hookspan"' },
  };
}

function tooMany(): Problem {
  return {
    name: "too-many-attempts",
    status: 429,
    title: "Too many attempts",
    detail: "From this address too many tokens came that are not valid. Wait some minutes, and check the token.",
    headers: { "retry-after": String(RETRY_AFTER_SECONDS) },
  };
}

/**
 * Lets pass whoever has the role that the operation declares. A route that nobody has declared takes an admin; a method that
 * a declared path does not have is refused by the route itself.
 */
export function authorize(base: string, operations: Operations): MiddlewareHandler<HttpEnv> {
  const declared = new Map(Object.entries(operations).map(([path, methods]) => [base + routePath(path), methods]));
  return async (c, next) => {
    const path = routeOf(c);
    const needed = path === undefined ? "viewer" : roleFor(declared.get(path), c.req.method);
    const { role } = c.var.identity;
    if (mayActAs(c.var.identity, needed)) return next();
    return problemResponse({
      name: "forbidden",
      status: 403,
      title: "Not for this role",
      detail: `This needs the role ${needed}; the token has the role ${role}.`,
    });
  };
}

/** @returns the route that answers, such as /api/executions/:id; undefined where none does */
export function routeOf(c: Context): string | undefined {
  return matchedRoutes(c).findLast((route) => !route.path.endsWith("*"))?.path;
}

function roleFor(methods: Operations[string] | undefined, method: string): Role {
  if (!methods) return "admin";
  const name = method === "HEAD" ? "get" : method.toLowerCase();
  return Object.entries(methods).find(([each]) => each === name)?.[1].role ?? "viewer";
}
