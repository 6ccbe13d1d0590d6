// How a route of the operations API is declared: what it takes and answers, as the zod schemas that check and describe it,
// and the least role that may use it. The OpenAPI document is made of the declarations, and so is the check of roles.
import * as z from "zod";
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from "zod-openapi";
import type { Role } from "../core/role.ts";

type Method = "get" | "post" | "put" | "patch" | "delete";

interface Answer {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** JSON unless said otherwise. */
  readonly mediaType?: string;
}

export interface Operation {
  readonly summary: string;
  readonly description?: string;
  /** The least role that may use it. */
  readonly role: Role;
  /** What stands in braces in the path. */
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** By status, from 200 to 299. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Why it may be refused beyond what holds everywhere, by status. */
  readonly refusals?: Readonly<Record<number, string>>;
}

/** By path below /api, with parameters in braces, and method. */
export type Operations = Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;

/** RFC 9457, as `problemResponse` writes it. */
export const ProblemView = z
  .looseObject({
    type: z.string().describe("A stable name of the problem, for programs."),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe("What was wrong, where, and what to do, for people."),
  })
  .meta({ id: "Problem" });

/** What any operation may answer. */
const EVERYWHERE: Readonly<Record<number, string>> = {
  401: "No token, or one that is not valid.",
  403: "The token's role may not do this, or the API is closed.",
  503: "The bridge cannot answer now.",
};

/** The operations as OpenAPI paths. @param tag the heading that they stand under */
export function openApiPaths(tag: string, operations: Operations): ZodOpenApiPathsObject {
  const entries = Object.entries(operations).map(([path, methods]) => [
    path,
    Object.fromEntries(
      Object.entries(methods).map(([method, operation]) => [
        method,
        { operationId: operationId(method, path), ...described(tag, operation) },
      ]),
    ),
  ]);
  return Object.fromEntries(entries);
}

/** Stable, for generators of clients: getExecutionsId */
function operationId(method: string, path: string): string {
  const words = path.match(/[a-z0-9]+/gi) ?? [];
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function described(tag: string, operation: Operation): ZodOpenApiOperationObject {
  const { summary, description, role, path, query, headers, body, answers, refusals } = operation;
  const requestParams = {
    ...(path ? { path } : {}),
    ...(query ? { query } : {}),
    ...(headers ? { header: headers } : {}),
  };
  return {
    tags: [tag],
    summary,
    description: [description, `Needs the role ${role}.`].filter(Boolean).join("\n\n"),
    "x-role": role,
    ...(Object.keys(requestParams).length > 0 ? { requestParams } : {}),
    ...(body ? { requestBody: { required: true, content: { "application/json": { schema: body } } } } : {}),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerView(answer)])),
      ...Object.fromEntries(
        Object.entries({ ...EVERYWHERE, ...refusals }).map(([status, why]) => [
          status,
          { description: why, content: { "application/problem+json": { schema: ProblemView } } },
        ]),
      ),
    },
  };
}

function answerView({ description, schema, mediaType = "application/json" }: Answer) {
  return { description, ...(schema ? { content: { [mediaType]: { schema } } } : {}) };
}

/** Hono's way of writing the path: /executions/:id */
export function routePath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}
