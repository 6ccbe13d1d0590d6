// Who may use the operations API: whoever shows a token that is known, for what the token's role may do. Without the secret
// ADMIN_TOKEN the API is closed.
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import { mayActAs, type Role } from "../core/role.ts";
import { sameSecret } from "../core/same-secret.ts";
import type { HttpEnv } from "./context.ts";
import { type Operations, routePath } from "./operation.ts";
import { problemResponse } from "./problem.ts";

const BEARER = /^bearer +(\S+)$/i;

/** Finds out who asks. */
export const authenticate = createMiddleware<HttpEnv>(async (c, next) => {
  const { adminToken } = c.env;
  if (adminToken === undefined || adminToken === "") {
    return problemResponse({
      name: "api-closed",
      status: 403,
      title: "The operations API is closed",
      detail: "Set the Worker secret ADMIN_TOKEN to open it.",
    });
  }
  const shown = BEARER.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
  if (!(await sameSecret(shown, adminToken))) {
    return problemResponse({
      name: "unauthorized",
      status: 401,
      title: "Unauthorized",
      detail: "Send the ADMIN_TOKEN as Authorization: Bearer <token>.",
      headers: { "www-authenticate": 'Bearer realm="hookspan"' },
    });
  }
  c.set("identity", { name: "ADMIN_TOKEN", role: "admin" });
  return next();
});

/**
 * Lets pass whoever has the role that the operation declares. A route that nobody has declared takes an admin; a method that
 * a declared path does not have is refused by the route itself.
 */
export function authorize(base: string, operations: Operations): MiddlewareHandler<HttpEnv> {
  const declared = new Map(Object.entries(operations).map(([path, methods]) => [base + routePath(path), methods]));
  return async (c, next) => {
    const path = matchedRoutes(c).findLast((route) => !route.path.endsWith("*"))?.path;
    const needed = path === undefined ? "viewer" : roleFor(declared.get(path), c.req.method);
    const { name, role } = c.var.identity;
    if (mayActAs({ name, role }, needed)) return next();
    return problemResponse({
      name: "forbidden",
      status: 403,
      title: "Not for this role",
      detail: `This needs the role ${needed}; the token has the role ${role}.`,
    });
  };
}

function roleFor(methods: Operations[string] | undefined, method: string): Role {
  if (!methods) return "admin";
  const name = method === "HEAD" ? "get" : method.toLowerCase();
  return Object.entries(methods).find(([each]) => each === name)?.[1].role ?? "viewer";
}
