// GET /api/openapi.json: the operations API as an OpenAPI 3.1 document, made of the very schemas that the routes use.
import { Hono } from "hono";
import * as z from "zod";
import { createDocument } from "zod-openapi";
import type { HttpEnv } from "./context.ts";
import { type Operations, openApiPaths } from "./operation.ts";
import { methodNotAllowed, problemResponse } from "./problem.ts";

export const documentOperations: Operations = {
  "/openapi.json": {
    get: {
      summary: "This document",
      role: "viewer",
      answers: { 200: { description: "OpenAPI 3.1.", schema: z.looseObject({ openapi: z.string() }) } },
    },
  },
};

/** @param operations by the heading that they stand under */
export function openApiDocument(operations: Readonly<Record<string, Operations>>) {
  const paths = Object.entries(operations).map(([tag, some]) => openApiPaths(tag, some));
  return createDocument({
    openapi: "3.1.1",
    info: {
      title: "Hookspan operations API",
      version: "1",
      description: "Where is the event of customer X, and can it be sent again?",
    },
    servers: [{ url: "/api" }],
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    paths: Object.assign({}, ...paths),
  });
}

/** The document is made when it is first asked for. */
export function document(operations: Readonly<Record<string, Operations>>): Hono<HttpEnv> {
  let made: ReturnType<typeof openApiDocument> | undefined;
  return new Hono<HttpEnv>()
    .get("/", (c) => {
      made ??= openApiDocument(operations);
      return c.json(made);
    })
    .all("/", () => problemResponse(methodNotAllowed("GET")));
}
