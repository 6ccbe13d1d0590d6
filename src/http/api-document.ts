// GET /api/openapi.json: the operations API as an OpenAPI 3.1 document, made of the very schemas that the routes use; and
// GET /api/docs, a page to read and try it. Open to everyone: they say nothing that is not in the source of this program.
import { Hono } from "hono";
import { createDocument } from "zod-openapi";
import type { HttpEnv } from "./context.ts";
import { DOCUMENT_PAGE_SCRIPT, DOCUMENT_PAGE_STYLE, documentPage } from "./document-page.ts";
import { type Operations, openApiPaths } from "./operation.ts";
import { methodNotAllowed, problemResponse } from "./problem.ts";

type Sections = Readonly<Record<string, Operations>>;

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** @param sections operations by the heading that they stand under */
export function openApiDocument(sections: Sections) {
  const paths = Object.entries(sections).map(([tag, operations]) => openApiPaths(tag, operations));
  return createDocument({
    openapi: "3.1.1",
    info: {
      title: "Hookspan operations API",
      version: "1",
      license: { name: "MIT", identifier: "MIT" },
      description:
        "Where is the event of customer X, and can it be sent again?\n\nLists come in pages: give what next says as cursor, until it is null. Refusals are problem JSON (RFC 9457).",
    },
    servers: [{ url: "/api" }],
    security: [{ token: [] }],
    tags: Object.keys(sections).map((name) => ({ name })),
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    paths: Object.assign({}, ...paths),
  });
}

/** The document and its page are made when they are first asked for. */
export function document(sections: Sections): Hono<HttpEnv> {
  let made: { readonly json: ReturnType<typeof openApiDocument>; readonly page: string } | undefined;
  const once = () => {
    const json = made?.json ?? openApiDocument(sections);
    made ??= { json, page: documentPage(json) };
    return made;
  };
  return new Hono<HttpEnv>()
    .get("/openapi.json", (c) => c.json(once().json))
    .get("/docs", (c) => c.html(once().page, 200, { "content-security-policy": PAGE_POLICY }))
    .get("/docs.js", (c) => c.body(DOCUMENT_PAGE_SCRIPT, 200, { "content-type": "text/javascript; charset=utf-8" }))
    .get("/docs.css", (c) => c.body(DOCUMENT_PAGE_STYLE, 200, { "content-type": "text/css; charset=utf-8" }))
    .all("/openapi.json", () => problemResponse(methodNotAllowed("GET")))
    .all("/docs", () => problemResponse(methodNotAllowed("GET")));
}
