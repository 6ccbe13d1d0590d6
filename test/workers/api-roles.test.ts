// Who may use which route of the operations API: each operation names its least role, and one that names none takes an admin.
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { mayActAs, ROLES, type Role } from "../../src/core/role.ts";
import { OPERATIONS } from "../../src/http/api.ts";
import { authorize } from "../../src/http/auth.ts";
import type { HttpEnv } from "../../src/http/context.ts";
import { routePath } from "../../src/http/operation.ts";

/** The check of roles alone, before routes that say that they were reached. */
function guarded(role: Role) {
  const all = Object.assign({}, ...Object.values(OPERATIONS));
  const routes = new Hono<HttpEnv>().use(async (c, next) => {
    c.set("identity", { name: "someone", role });
    await next();
  });
  routes.use(authorize("", all));
  for (const path of Object.keys(all)) routes.all(routePath(path), (c) => c.text("reached"));
  routes.all("/undeclared/:id", (c) => c.text("reached"));
  return routes;
}

const each = Object.entries<Record<string, { role: Role }>>(Object.assign({}, ...Object.values(OPERATIONS))).flatMap(
  ([path, methods]) =>
    Object.entries(methods).flatMap(([method, { role: needed }]) =>
      ROLES.map((role) => ({ path, method: method.toUpperCase(), needed, role })),
    ),
);

describe("an operation", () => {
  it.each(each)("$method $path, which needs $needed, meets $role", async ({ path, method, needed, role }) => {
    const answer = await guarded(role).request(path.replace(/\{\w+\}/g, "x"), { method });
    const may = mayActAs({ name: "someone", role }, needed);
    expect(answer.status).toBe(may ? 200 : 403);
    if (!may) expect(await answer.json()).toMatchObject({ type: "urn:hookspan:problem:forbidden" });
  });

  it.each([
    ["viewer", 403],
    ["operator", 403],
    ["admin", 200],
  ] as const)("that nobody has declared answers %s with %i", async (role, status) => {
    expect((await guarded(role).request("/undeclared/x")).status).toBe(status);
  });
});
