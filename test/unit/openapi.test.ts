// The OpenAPI document: valid by the standard's own schema, and about exactly the routes that there are.
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { api, OPERATIONS } from "../../src/http/api.ts";
import { openApiDocument } from "../../src/http/api-document.ts";
import { routePath } from "../../src/http/operation.ts";

const document = openApiDocument(OPERATIONS);

/** Open to everyone, and no operations. */
const PAGES = ["/openapi.json", "/docs", "/docs.js", "/docs.css"];

const declared = Object.values(OPERATIONS).flatMap((some) =>
  Object.entries(some).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${routePath(path)}`),
  ),
);
const routed = api.routes
  .filter(({ method, path }) => method !== "ALL" && !PAGES.includes(path))
  .map(({ method, path }) => `${method} ${path}`);

describe("the OpenAPI document", () => {
  test("is valid", async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  test("describes every route, and no other", () => {
    expect([...new Set(routed)].toSorted()).toEqual(declared.toSorted());
    expect(declared.length).toBeGreaterThan(25);
  });

  test("gives each operation a name of its own, its role and its refusals", () => {
    const operations = Object.values(document.paths ?? {}).flatMap((methods) => Object.values(methods as object));
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { "x-role": role, responses, tags } of operations) {
      expect(["viewer", "operator", "admin"]).toContain(role);
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(["401", "403", "503"]));
      expect(tags).toHaveLength(1);
    }
  });

  test("names no operation that only looks for whoever may only look, if it shows payloads", () => {
    const text = JSON.stringify(document.paths?.["/rules/test"]?.post);
    expect(text).toContain('"x-role":"operator"');
  });
});
