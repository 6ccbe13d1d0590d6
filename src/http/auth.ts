// Who may use the operations API: whoever shows the ADMIN_TOKEN as a bearer. Without that secret the API is closed.
import { createMiddleware } from "hono/factory";
import { sameSecret } from "../core/same-secret.ts";
import type { HttpEnv } from "./context.ts";
import { problemResponse } from "./problem.ts";

const BEARER = /^bearer +(\S+)$/i;

export const requireAdmin = createMiddleware<HttpEnv>(async (c, next) => {
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
  return next();
});
