// The requests that the engine client makes, as a server receives them.
import { describe, expect, test } from "vitest";
import type { Engine } from "../../../src/bridge/ports.ts";
import { engineAt, failureOf, NOW, START, TOKEN } from "./engines.ts";
import { httpServer, type SeenRequest } from "./loopback.ts";

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl";

/** Makes one call and gives the one request that came. */
async function requestOf(
  call: (engine: Engine) => Promise<unknown>,
  config: object = {},
  token: string = TOKEN,
): Promise<SeenRequest> {
  const server = await httpServer((response) => void response.writeHead(200).end('{"id":"run_1"}'));
  await call(engineAt(server.url, config, { token }));
  const [request, ...others] = server.seen;
  if (!request || others.length > 0) throw new Error(`${server.seen.length} requests came`);
  return request;
}

describe("the request of", () => {
  test("start is a POST with exactly the fields that the engine documents", async () => {
    const { method, path, headers, body } = await requestOf((engine) => engine.start(START));
    expect([method, path]).toEqual(["POST", "/workflows"]);
    expect(headers).toMatchObject({
      authorization: TOKEN,
      accept: "application/json",
      "content-type": "application/json;charset=UTF-8",
      "user-agent": "hookspan",
    });
    expect(JSON.parse(body)).toEqual({
      workflowDefinitionId: START.workflowDefinitionId,
      locale: "en",
      parameters: { customer: "cus_1", amount: 49.5 },
      expiresAt: "2026-11-23T13:00:00.000Z",
      recordId: START.recordId,
    });
  });

  test("start carries the trace that it belongs to, and the others none", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const start = await requestOf((engine) => engine.start({ ...START, traceparent }));
    expect(start.headers.traceparent).toBe(traceparent);
    expect(start.body).not.toContain("traceparent");
    expect((await requestOf((engine) => engine.start(START))).headers).not.toHaveProperty("traceparent");
  });

  test("start says null where there is neither expiry nor record", async () => {
    const { body } = await requestOf((engine) =>
      engine.start({ ...START, parameters: {}, expiresAt: null, recordId: null }),
    );
    expect(JSON.parse(body)).toEqual({
      workflowDefinitionId: START.workflowDefinitionId,
      locale: "en",
      parameters: {},
      expiresAt: null,
      recordId: null,
    });
  });

  test("start carries text of every script as UTF-8", async () => {
    const { body } = await requestOf((engine) => engine.start({ ...START, parameters: { name: "Zażółć 🦉" } }));
    expect(JSON.parse(body)).toMatchObject({ parameters: { name: "Zażółć 🦉" } });
  });

  test.each([
    ["get", "GET", "/workflows/run_1", (engine: Engine) => engine.get("run_1")],
    ["cancel", "POST", "/workflows/run_1/cancel", (engine: Engine) => engine.cancel("run_1")],
    ["result", "GET", "/workflows/run_1/result", (engine: Engine) => engine.result("run_1")],
  ] as const)("%s is a %s to %s, without a body", async (_, method, path, call) => {
    const request = await requestOf(call);
    expect([request.method, request.path, request.body]).toEqual([method, path, ""]);
    expect(request.headers).toMatchObject({ authorization: TOKEN, accept: "application/json" });
    expect(request.headers).not.toHaveProperty("content-type");
  });

  test.each([
    ["a/b?c#d", "/workflows/a%2Fb%3Fc%23d/result"],
    ["run 1&x=2", "/workflows/run%201%26x%3D2/result"],
    ["$& $1 {runId}", "/workflows/%24%26%20%241%20%7BrunId%7D/result"],
    ["ź", "/workflows/%C5%BA/result"],
  ])("a run named %s encodes it into the path", async (runId, path) => {
    expect((await requestOf((engine) => engine.result(runId))).path).toBe(path);
  });

  test("a configured operation has its method and path, below the base URL's own path", async () => {
    const server = await httpServer((response) => void response.writeHead(204).end());
    const config = { operations: { cancel: { method: "DELETE", path: "/runs/{runId}?force=true" } } };
    expect(await engineAt(`${server.url}/api/v3/`, config).cancel("run_1")).toEqual({ ok: true, value: null });
    expect(server.seen).toMatchObject([{ method: "DELETE", path: "/api/v3/runs/run_1?force=true" }]);
  });
});

describe("the Authorization header", () => {
  test.each([
    ["an organization's API token, as it is", TOKEN, TOKEN],
    ["a legacy JWT behind Bearer", JWT, `Bearer ${JWT}`],
    ["any other token behind Bearer", "TOT_not-lower-case", "Bearer TOT_not-lower-case"],
  ])("is %s", async (_, token, header) => {
    const { headers } = await requestOf((engine) => engine.get("run_1"), {}, token);
    expect(headers.authorization).toBe(header);
  });

  test.each(["tot_zażółć", "tot_1234\n5678", " ", ""])(
    "that cannot be made of the token %j is told as a matter of the token, and nothing is sent",
    async (token) => {
      const server = await httpServer((response) => void response.writeHead(200).end('{"id":"run_1"}'));
      expect(await failureOf(engineAt(server.url, {}, { token }).start(START))).toEqual({
        reason: "unauthorized",
        detail: "start: the token is empty or holds characters that no token has",
      });
      expect(server.seen).toEqual([]);
    },
  );

  test("does without the line feed that a file puts after the token", async () => {
    const { headers } = await requestOf((engine) => engine.get("run_1"), {}, `${TOKEN}\n`);
    expect(headers.authorization).toBe(TOKEN);
  });
});

test("a redirect is not followed: the token goes to nobody else", async () => {
  const elsewhere = await httpServer((response) => void response.writeHead(200).end('{"id":"run_1"}'));
  for (const status of [301, 302, 303, 307, 308]) {
    const server = await httpServer(
      (response) => void response.writeHead(status, { location: `${elsewhere.url}/workflows` }).end(),
    );
    const failure = await failureOf(engineAt(server.url).start(START));
    expect(failure).toEqual({ reason: "unavailable", detail: `start: HTTP ${status}` });
  }
  expect(elsewhere.seen).toEqual([]);
});

test("the clock is read for Retry-After only: an expiry is sent as it was given", async () => {
  const { body } = await requestOf((engine) => engine.start({ ...START, expiresAt: NOW - 1 }));
  expect(JSON.parse(body)).toMatchObject({ expiresAt: "2026-11-23T11:59:59.999Z" });
});
