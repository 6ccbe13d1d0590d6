// What a start request may say, and what the engine answers to it.
import { beforeEach, describe, it } from "vitest";
import { MAX_EXPIRY_MS, MIN_EXPIRY_MS, readStartRequest } from "../../src/simulator/start-request.ts";
import {
  call,
  control,
  DEFINITION,
  forget,
  JSON_TYPE,
  RECORD,
  request,
  start,
  startFields,
  TOKEN,
} from "./simulator-client.ts";

const NOW = Date.UTC(2026, 10, 23, 12);

function faultsOf(fields: object, contentType: string | undefined = JSON_TYPE): string[] {
  const read = readStartRequest(contentType, JSON.stringify(startFields(fields)), NOW);
  return read.ok ? [] : read.error.map(({ field }) => field);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

describe("a start request is read as documented", () => {
  it("passes with the required fields alone", ({ expect }) => {
    expect(faultsOf({})).toEqual([]);
  });

  it("passes with expiresAt and recordId null", ({ expect }) => {
    expect(faultsOf({ expiresAt: null, recordId: null })).toEqual([]);
  });

  it.for([undefined, null, "", "  ", 7])("names workflowDefinitionId when it is %s", (value, { expect }) => {
    expect(faultsOf({ workflowDefinitionId: value })).toEqual(["workflowDefinitionId"]);
  });

  it.for([undefined, null, "", 7])("names locale when it is %s", (value, { expect }) => {
    expect(faultsOf({ locale: value })).toEqual(["locale"]);
  });

  it.for([[undefined], [null], [[]], ["{}"], [1]])("names parameters when it is %j", ([value], { expect }) => {
    expect(faultsOf({ parameters: value })).toEqual(["parameters"]);
  });

  it.for(["", "tomorrow", "2026-12-01", "2026-12-01T12:00:00", "2026-02-30T12:00:00Z", 1795435200000, {}])(
    "names expiresAt when it is %j",
    (value, { expect }) => {
      expect(faultsOf({ expiresAt: value })).toEqual(["expiresAt"]);
    },
  );

  it("takes expiresAt from 30 minutes to 30 days from now, both included", ({ expect }) => {
    expect(faultsOf({ expiresAt: iso(NOW + MIN_EXPIRY_MS) })).toEqual([]);
    expect(faultsOf({ expiresAt: iso(NOW + MAX_EXPIRY_MS) })).toEqual([]);
    expect(faultsOf({ expiresAt: "2026-11-24T12:00:00+01:00" })).toEqual([]);
  });

  it("refuses expiresAt one millisecond outside", ({ expect }) => {
    expect(faultsOf({ expiresAt: iso(NOW + MIN_EXPIRY_MS - 1) })).toEqual(["expiresAt"]);
    expect(faultsOf({ expiresAt: iso(NOW + MAX_EXPIRY_MS + 1) })).toEqual(["expiresAt"]);
  });

  it.for(["", "cus_123", "6c3e5f0a6b0d5a539b342f1f2ad7c101", 5])(
    "names recordId when it is %j",
    (value, { expect }) => {
      expect(faultsOf({ recordId: value })).toEqual(["recordId"]);
    },
  );

  it("names every unknown field", ({ expect }) => {
    expect(faultsOf({ recordID: RECORD, idempotencyKey: "k" })).toEqual(["recordID", "idempotencyKey"]);
  });

  it("names every fault at once", ({ expect }) => {
    expect(faultsOf({ locale: "", parameters: [], recordId: "x" })).toEqual(["locale", "parameters", "recordId"]);
  });

  it.for(["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])(
    "refuses the Content-Type %j",
    (contentType, { expect }) => {
      expect(faultsOf({}, contentType)).toEqual(["Content-Type"]);
    },
  );

  it.for(["", "{", "null", "[]", '"text"'])("refuses the body %j", (text, { expect }) => {
    const read = readStartRequest(JSON_TYPE, text, NOW);
    expect(read.ok || read.error.map(({ field }) => field)).toEqual(["body"]);
  });
});

describe("POST /workflows", () => {
  beforeEach(forget);

  it("answers 200 with the execution as the reference shows it", async ({ expect }) => {
    const { status, headers, body } = await start({
      parameters: { customer: "cus_1" },
      recordId: RECORD,
      locale: "fr",
    });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe(JSON_TYPE);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      workspaceId: "00000000-0000-4000-8000-000000000001",
      workflowDefinitionId: DEFINITION,
      parameters: { customer: "cus_1" },
      name: "Simulated workflow",
      revision: 1,
      status: "RUNNING",
      locale: "fr",
      expiresAt: null,
      uiOptions: {},
      executionType: "BACKGROUND",
      executionVersion: 1,
      origin: "API",
      recordId: RECORD,
    });
  });

  it("starts another execution each time, for there is no idempotency key", async ({ expect }) => {
    const [first, second] = [await start({ recordId: RECORD }), await start({ recordId: RECORD })];
    expect(first.body.id).not.toBe(second.body.id);
  });

  it("answers 400 with one message per fault", async ({ expect }) => {
    const { status, body } = await start({ locale: 1, surprise: true });
    expect(status).toBe(400);
    expect(body).toMatchObject({ statusCode: 400, error: "Bad Request" });
    expect(body.details.map((detail: { field: string }) => detail.field)).toEqual(["locale", "surprise"]);
    expect(body.message).toContain("locale is required");
    expect(body.message).toContain("surprise is not a field");
  });

  it("says how far expiresAt is when it is outside", async ({ expect }) => {
    const { body } = await start({ expiresAt: "2020-01-01T00:00:00Z" });
    expect(body.message).toMatch(
      /between 30 minutes and 30 days from now, but 2020-01-01T00:00:00Z is \d+ minutes ago/,
    );
  });

  it("answers 413 to a body of more than 1 MiB", async ({ expect }) => {
    const { status } = await start({ parameters: { text: "x".repeat(1024 * 1024) } });
    expect(status).toBe(413);
  });

  it("follows $simulate in the parameters", async ({ expect }) => {
    const simulate = { runsForMs: 0, status: "FAILED", result: { why: "no" } };
    const { body } = await start({ parameters: { $simulate: simulate } });
    expect(body.status).toBe("FAILED");
    expect((await call("GET", `/workflows/${body.id}/result`)).body).toEqual({ why: "no" });
  });

  it("answers 400 to a $simulate that cannot be followed", async ({ expect }) => {
    const { status, body } = await start({ parameters: { $simulate: { status: "RUNNING" } } });
    expect(status).toBe(400);
    expect(body.details[0].field).toBe("parameters.$simulate.status");
    expect(body.message).toContain("parameters.$simulate.status cannot be followed");
  });
});

describe("a definition", () => {
  beforeEach(forget);

  it("is known by default if its id is any UUID", async ({ expect }) => {
    expect((await start({ workflowDefinitionId: "11111111-1111-1111-1111-111111111111" })).status).toBe(200);
    expect((await start({ workflowDefinitionId: "kyb" })).status).toBe(404);
  });

  it("must be registered in strict mode", async ({ expect }) => {
    await control("PUT", "settings", { strict: true });
    const { status, body } = await start();
    expect(status).toBe(404);
    expect(body.message).toContain(`workflow definition ${DEFINITION} does not exist`);
    await control("PUT", `definitions/${DEFINITION.toUpperCase()}`, { name: "KYB" });
    expect((await start()).body.name).toBe("KYB");
  });

  it("that may not be run is 403", async ({ expect }) => {
    await control("PUT", `definitions/${DEFINITION}`, { canRun: false });
    const { status, body } = await start();
    expect(status).toBe(403);
    expect(body.message).toContain("can_run");
  });
});

describe("anything else", () => {
  beforeEach(forget);

  it.for([
    ["GET", "/workflows"],
    ["DELETE", `/workflows/${DEFINITION}`],
    ["GET", `/workflows/${DEFINITION}/cancel`],
    ["POST", "/v3/workflows"],
  ] as const)("%s %s is 404", async ([method, path], { expect }) => {
    const { status, body } = await request(method, path, { headers: { authorization: TOKEN } });
    expect(status).toBe(404);
    expect(body.message).toContain("is not an operation");
  });
});
