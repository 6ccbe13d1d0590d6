// An engine that no preset knows, described in a configuration: what is sent, what is read, and which descriptions are refused.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EngineConfig } from "../../../src/core/engine-config.ts";
import { startIdOf } from "../../../src/core/record-id.ts";
import { createEngine } from "../../../src/engine/engine-client.ts";
import { resolveEngine } from "../../../src/engine/presets.ts";
import { failureOf, NOW, START } from "./engines.ts";
import { httpServer } from "./loopback.ts";

const EXAMPLE = JSON.parse(
  readFileSync(new URL("../../../docs/examples/engines/custom.config.json", import.meta.url), "utf8"),
).engines.default;

const STARTED = { ...START, startId: "11111111-2222-5333-8444-555555555555" };

/** The engine of the example behind a server with one answer. */
async function engineOf(status: number, answer: unknown, changes: object = {}) {
  const server = await httpServer((response) => void response.writeHead(status).end(JSON.stringify(answer)));
  const config = EngineConfig.parse({ ...EXAMPLE, baseUrl: `${server.url}/v2`, ...changes });
  const deps = { token: "secret-key", fetch: (url: string, init: RequestInit) => fetch(url, init), now: () => NOW };
  return { engine: createEngine(resolveEngine(config), deps), seen: server.seen };
}

describe("an engine that is described in the configuration", () => {
  test("is sent its own path, headers, body and form of token", async () => {
    const { engine, seen } = await engineOf(201, { run: { id: 7, state: "QUEUED", deadline: "2026-11-24T12:00:00Z" } });
    expect(await engine.start(STARTED)).toEqual({
      ok: true,
      value: { runId: "7", status: "running", expiresAt: Date.UTC(2026, 10, 24, 12) },
    });
    expect(seen).toMatchObject([
      {
        method: "POST",
        path: `/v2/flows/${START.workflowDefinitionId}/runs`,
        headers: { "x-api-key": "secret-key", "idempotency-key": STARTED.startId },
      },
    ]);
    expect(seen[0]?.headers).not.toHaveProperty("authorization");
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({
      input: START.parameters,
      subject: START.recordId,
      deadline: "2026-11-23T13:00:00.000Z",
    });
  });

  test("is read at its own places", async () => {
    const { engine, seen } = await engineOf(200, { run: { state: "BROKEN" } });
    expect(await engine.get("7")).toMatchObject({ value: { runId: "7", status: "failed" } });
    await engine.cancel("7");
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /v2/runs/7", "DELETE /v2/runs/7"]);
  });

  test("gives its own words of a refusal, and its own meaning", async () => {
    const { engine } = await engineOf(403, { problem: { text: "secret-key is not allowed" } });
    const detail = "start: HTTP 403: (the token) is not allowed";
    expect(await failureOf(engine.start(STARTED))).toEqual({ reason: "unauthorized", detail });
    expect(await failureOf(engine.get("7"))).toMatchObject({ reason: "rejected", status: 403 });
  });

  test.each([
    ["missing", { reason: "rejected", status: 404 }],
    ["rejected", { reason: "rejected", status: 409 }],
    ["unauthorized", { reason: "unauthorized" }],
    ["throttled", { reason: "throttled" }],
    ["unavailable", { reason: "unavailable" }],
    ["uncertain", { reason: "uncertain" }],
  ])("may call a status or a code %s", async (meaning, failure) => {
    const byStatus = await engineOf(409, {}, { onStatus: { "409": meaning } });
    expect(await failureOf(byStatus.engine.get("7"))).toMatchObject(failure);
    const byCode = await engineOf(409, { code: 17 }, { onCode: { "17": meaning }, onStatus: { "409": "uncertain" } });
    expect(await failureOf(byCode.engine.get("7"))).toMatchObject(failure);
  });

  test("may say that a start exists: it is the run that we have named", async () => {
    const start = { ...EXAMPLE.operations.start, onStatus: { "409": "exists" } };
    const { engine } = await engineOf(409, {}, { operations: { ...EXAMPLE.operations, start } });
    expect(await engine.start(STARTED)).toEqual({
      ok: true,
      value: { runId: STARTED.startId, status: "running", expiresAt: null, existed: true },
    });
    expect(await failureOf(engine.start(START))).toMatchObject({ reason: "uncertain" });
  });

  test("that cannot cancel says so without a call", async () => {
    const { cancel: _, ...operations } = EXAMPLE.operations;
    const { engine, seen } = await engineOf(200, {}, { operations });
    const detail = "cancel: the engine has no such operation";
    expect(await failureOf(engine.cancel("7"))).toEqual({ reason: "rejected", status: 404, detail });
    expect(seen).toEqual([]);
  });

  test.each(["", ".", ".."])("is not called where the event makes the path walk: %j", async (workflowDefinitionId) => {
    const { engine, seen } = await engineOf(200, {});
    expect(await failureOf(engine.start({ ...STARTED, workflowDefinitionId }))).toMatchObject({ status: 400 });
    expect(seen).toEqual([]);
  });

  test("takes nothing in an event for a placeholder, and no slash for a step of the path", async () => {
    const { engine, seen } = await engineOf(200, { run: { id: "1" } });
    const parameters = { text: "{recordId}", deeper: ["{startId}"] };
    await engine.start({ ...STARTED, workflowDefinitionId: "../{recordId}?x=1#y", parameters });
    expect(seen[0]?.path).toBe("/v2/flows/..%2F%7BrecordId%7D%3Fx%3D1%23y/runs");
    expect(JSON.parse(seen[0]?.body ?? "").input).toEqual(parameters);
  });
});

describe("a description is refused", () => {
  const faultsOf = (config: object): string[] => {
    const parsed = EngineConfig.safeParse(config);
    return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  };

  test("never as the example has it", () => {
    expect(faultsOf(EXAMPLE)).toEqual([]);
  });

  test.each([
    ["without a base URL", { baseUrl: undefined }, "baseUrl: the preset custom needs a base URL"],
    [
      "without a path of get",
      { operations: { start: { path: "/x" } } },
      "operations.get: the preset custom needs the path of 'get'",
    ],
    [
      "without a place of the run's id",
      { answers: { status: "$.s" } },
      "answers: the preset custom needs 'runId': where the answer to a start holds it",
    ],
    [
      "without a place of the status",
      { answers: { runId: ["$.s"] } },
      "answers: the preset custom needs 'status': where the answer to get holds it",
    ],
    [
      "with credentials",
      { token: undefined, credentials: { key: "A_KEY", secret: "A_SECRET" } },
      "credentials: the preset custom takes a 'token'; only transactionlink exchanges credentials",
    ],
    [
      "with pushes",
      { push: { enabled: true } },
      "push: the preset custom has no pushes: only transactionlink's are proven in a way that is known here",
    ],
    [
      "with a placeholder that is not there",
      { operations: { ...EXAMPLE.operations, get: { path: "/runs/{startId}" } } },
      "operations.get: knows no {startId}: there are {workflowDefinitionId}, {runId}",
    ],
    [
      "with 'exists' where nothing is named",
      { operations: { ...EXAMPLE.operations, start: { path: "/x", onStatus: { "409": "exists" } } } },
      "operations.start: 'exists' is a start only where the request says {startId}",
    ],
  ])("%s", (_, changes, fault) => {
    expect(faultsOf({ ...EXAMPLE, ...changes })).toEqual([fault]);
  });

  test("for n8n, whose webhook would be sent the API key", () => {
    expect(faultsOf({ preset: "n8n", baseUrl: "https://n8n.example.com", token: "N8N_API_KEY" })).toEqual([
      "operations.start.token: n8n needs a token of its own for 'start': the workflow's webhook must not be sent the API key",
    ]);
  });
});

test("the page on engines shows settings that are understood", () => {
  const page = readFileSync(new URL("../../../docs/engines.md", import.meta.url), "utf8");
  const shown = [...page.matchAll(/`("answers": \{[^`]+\})`/g)].map(([, text]) => JSON.parse(`{${text}}`));
  expect(shown).toHaveLength(1);
  expect(EngineConfig.safeParse({ ...EXAMPLE, answers: { ...EXAMPLE.answers, ...shown[0].answers } }).success).toBe(
    true,
  );
});

describe("the name of a start", () => {
  const named = { id: "exe_1_a", rule: "screen", recordId: "r", dedupeKey: "k" };

  test("is the same for every attempt", () => {
    expect(startIdOf(named)).toBe(startIdOf({ ...named }));
    expect(startIdOf(named)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test.each([{ id: "exe_1_b" }, { rule: "other" }, { recordId: null }, { dedupeKey: "k2" }])(
    "is another with %j",
    (change) => {
      expect(startIdOf({ ...named, ...change })).not.toBe(startIdOf(named));
    },
  );
});
