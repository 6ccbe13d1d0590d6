// The engine client in workerd against the engine simulator: what the engine receives, and what its answers mean.
import { beforeEach, describe, it, vi } from "vitest";
import type { Engine, EngineFailure, StartCall } from "../../src/bridge/ports.ts";
import type { Result } from "../../src/core/result.ts";
import { control, DEFINITION, engine, fault, RECORD, requests, TOKEN, total } from "./engine-simulator.ts";

const HOUR_MS = 3_600_000;

function call(fields: Partial<StartCall> = {}): StartCall {
  return { workflowDefinitionId: DEFINITION, locale: "en", parameters: {}, expiresAt: null, recordId: null, ...fields };
}

async function failureOf(result: Promise<Result<unknown, EngineFailure>>): Promise<EngineFailure> {
  const failed = await result;
  if (failed.ok) throw new Error(`It was expected to fail: ${JSON.stringify(failed.value)}`);
  return failed.error;
}

async function started(parameters: StartCall["parameters"] = {}): Promise<string> {
  const run = await engine().start(call({ parameters }));
  if (!run.ok) throw new Error(JSON.stringify(run.error));
  return run.value.runId;
}

function jwt(claims: object): string {
  const part = (value: object): string => btoa(JSON.stringify(value)).replace(/=+$/, "");
  return `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}.c2lnbmF0dXJl`;
}

beforeEach(() => control<void>("POST", "reset"));

describe("the engine receives", () => {
  it("the start request that its documentation asks for, with an API token as it is", async ({ expect }) => {
    const expiresAt = Date.now() + HOUR_MS;
    const parameters = { customer: "cus_1", amount: 49.5, name: "Zażółć" };
    const run = await engine().start(call({ locale: "fr", parameters, expiresAt, recordId: RECORD }));
    expect(run).toEqual({ ok: true, value: { runId: expect.any(String), status: "running", expiresAt } });
    const [{ body, ...request } = { body: "" }, ...others] = await requests();
    expect(others).toEqual([]);
    expect(request).toMatchObject({ method: "POST", path: "/workflows", status: 200 });
    expect(request).toHaveProperty("headers", {
      authorization: TOKEN,
      accept: "application/json",
      "content-type": "application/json;charset=UTF-8",
      "user-agent": "hookspan",
    });
    expect(JSON.parse(body)).toEqual({
      workflowDefinitionId: DEFINITION,
      locale: "fr",
      parameters,
      expiresAt: new Date(expiresAt).toISOString(),
      recordId: RECORD,
    });
  });

  it("a legacy JWT behind Bearer", async ({ expect }) => {
    const token = jwt({ workspaceId: "w", exp: Math.floor(Date.now() / 1_000) + 3_600 });
    expect((await engine({ token }).start(call())).ok).toBe(true);
    expect(await requests()).toMatchObject([{ headers: { authorization: `Bearer ${token}` }, status: 200 }]);
  });

  it("get, cancel and result at their paths, without a body", async ({ expect }) => {
    const runId = await started();
    await engine().get(runId);
    await engine().result(runId);
    await engine().cancel(runId);
    const [, ...others] = await requests();
    const headers = { authorization: TOKEN, accept: "application/json", "user-agent": "hookspan" };
    expect(others).toMatchObject([
      { method: "GET", path: `/workflows/${runId}`, headers, body: "", status: 200 },
      { method: "GET", path: `/workflows/${runId}/result`, headers, body: "", status: 404 },
      { method: "POST", path: `/workflows/${runId}/cancel`, headers, body: "", status: 204 },
    ]);
    for (const request of others) expect(request.headers).not.toHaveProperty("content-type");
  });
});

describe("a run", () => {
  it("is running, and has no result until it has succeeded", async ({ expect }) => {
    const runId = await started();
    expect(await engine().get(runId)).toMatchObject({ value: { runId, status: "running", expiresAt: null } });
    expect(await failureOf(engine().result(runId))).toMatchObject({ reason: "rejected", status: 404 });
    await control("PUT", "clock", { offsetMs: HOUR_MS });
    expect(await engine().get(runId)).toMatchObject({ value: { status: "succeeded" } });
    expect(await engine().result(runId)).toMatchObject({ value: { outcome: "APPROVED" } });
  });

  it.for([
    ["COMPLETED", "succeeded"],
    ["FAILED", "failed"],
    ["CANCELLED", "canceled"],
    ["EXPIRED", "expired"],
  ] as const)("that ends as %s is %s", async ([status, expected], { expect }) => {
    const runId = await started({ $simulate: { runsForMs: 0, status } });
    expect(await engine().get(runId)).toMatchObject({ value: { status: expected } });
  });

  it("that is canceled is canceled, and cannot be canceled again", async ({ expect }) => {
    const runId = await started();
    expect(await engine().cancel(runId)).toEqual({ ok: true, value: null });
    expect(await engine().get(runId)).toMatchObject({ value: { status: "canceled" } });
    expect(await failureOf(engine().cancel(runId))).toMatchObject({ reason: "rejected", status: 400 });
  });
});

describe("a start is refused for good", () => {
  const wrong = (fields: object): StartCall => call(fields as Partial<StartCall>);

  it.for([
    ["workflowDefinitionId", { workflowDefinitionId: "" }],
    ["locale", { locale: " " }],
    ["parameters", { parameters: ["a"] }],
    ["expiresAt", { expiresAt: Date.now() + HOUR_MS / 4 }],
    ["expiresAt", { expiresAt: Date.now() + 31 * 24 * HOUR_MS }],
    ["recordId", { recordId: "cus_1" }],
  ] as const)("with 400 and the engine's words about %s", async ([field, fields], { expect }) => {
    const failure = await failureOf(engine().start(wrong(fields)));
    expect(failure).toMatchObject({ reason: "rejected", status: 400 });
    expect(failure.detail).toMatch(new RegExp(`^start: HTTP 400: .*${field}`));
    expect(await total()).toBe(0);
  });

  it("with 403 where the token may not run the definition", async ({ expect }) => {
    await control("PUT", `definitions/${DEFINITION}`, { canRun: false });
    expect(await failureOf(engine().start(call()))).toMatchObject({ reason: "rejected", status: 403 });
  });

  it("with 404 where the definition does not exist", async ({ expect }) => {
    await control("PUT", "settings", { strict: true });
    expect(await failureOf(engine().start(call()))).toMatchObject({ reason: "rejected", status: 404 });
  });
});

describe("every operation", () => {
  const OPERATIONS: readonly (readonly [string, (by: Engine) => Promise<Result<unknown, EngineFailure>>])[] = [
    ["start", (by) => by.start(call())],
    ["get", (by) => by.get(RECORD)],
    ["cancel", (by) => by.cancel(RECORD)],
    ["result", (by) => by.result(RECORD)],
  ];

  it.for([
    ["a token that is not the one", "tot_another-one-entirely"],
    ["a malformed token", "tot_1"],
    ["a JWT that is none", "not-a-jwt"],
    ["a JWT that has expired", jwt({ exp: 1 })],
  ] as const)("with %s is unauthorized, and the words do not hold it", async ([, token], { expect }) => {
    await control("PUT", "settings", { token: TOKEN });
    for (const [name, operate] of OPERATIONS) {
      const failure = await failureOf(operate(engine({ token })));
      expect(failure.reason).toBe("unauthorized");
      expect(failure.detail).toMatch(new RegExp(`^${name}: HTTP 401: `));
      expect(failure.detail).not.toContain(token);
    }
  });

  it("but start, on a run that does not exist, is refused for good", async ({ expect }) => {
    for (const [name, operate] of OPERATIONS.slice(1)) {
      const failure = await failureOf(operate(engine()));
      expect(failure).toMatchObject({ reason: "rejected", status: 404 });
      expect(failure.detail).toMatch(new RegExp(`^${name}: HTTP 404: `));
    }
  });

  it("that is throttled is told when to come back, in seconds or by date", async ({ expect }) => {
    const date = new Date(Date.now() + HOUR_MS).toUTCString();
    for (const [name, operate] of OPERATIONS) {
      await fault({ operation: name, fault: "throttle", retryAfter: "7", times: 1 });
      await fault({ operation: name, fault: "throttle", retryAfter: date, times: 1 });
      expect(await failureOf(operate(engine()))).toMatchObject({ reason: "throttled", retryAfterMs: 7_000 });
      const { retryAfterMs } = (await failureOf(operate(engine()))) as { retryAfterMs?: number };
      expect(retryAfterMs).toBeGreaterThan(HOUR_MS - 60_000);
      expect(retryAfterMs).toBeLessThanOrEqual(HOUR_MS);
    }
  });
});

describe("a start", () => {
  it.for([500, 502, 504])(
    "that is answered %i is uncertain, whether it was made or not",
    async (status, { expect }) => {
      await fault({ operation: "start", fault: "error-before", status, times: 1 });
      await fault({ operation: "start", fault: "error-after", status, times: 1 });
      const before = await failureOf(engine().start(call()));
      expect([before.reason, await total()]).toEqual(["uncertain", 0]);
      const after = await failureOf(engine().start(call()));
      expect([after.reason, await total()]).toEqual(["uncertain", 1]);
    },
  );

  it("that is answered 503 has not been made, and keeps Retry-After", async ({ expect }) => {
    await fault({ operation: "start", fault: "error-before", status: 503, retryAfter: "30" });
    const failure = await failureOf(engine().start(call()));
    expect(failure).toMatchObject({ reason: "unavailable", retryAfterMs: 30_000 });
  });

  it.for(["before-headers", "in-body"] as const)(
    "whose connection breaks %s is uncertain: the run may exist",
    async (cut, { expect }) => {
      await fault({ operation: "start", fault: "reset-after", cut });
      expect(await failureOf(engine().start(call()))).toEqual({
        reason: "uncertain",
        detail: "the connection failed or broke before the answer",
      });
      expect(await total()).toBe(1);
    },
  );

  it("that is answered too late is uncertain: the run exists", async ({ expect }) => {
    await fault({ operation: "start", fault: "latency", ms: 60_000 });
    expect(await failureOf(engine({ timeoutMs: 200 }).start(call()))).toEqual({
      reason: "uncertain",
      detail: "no answer within 200 ms",
    });
    await vi.waitFor(async () => expect(await total()).toBe(1));
  });
});
