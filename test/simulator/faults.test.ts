// Faults: what each does to the answer and to the engine's state, and which rule meets a request.
import { env } from "cloudflare:workers";
import { beforeEach, describe, it } from "vitest";
import { deliver } from "../../src/simulator/connection.ts";
import type { SimulatorEnv } from "../../src/simulator/env.ts";
import { type FaultRule, pickRule } from "../../src/simulator/fault.ts";
import type { Answer } from "../../src/simulator/wire.ts";
import {
  call,
  control,
  forget,
  JSON_TYPE,
  moveClock,
  request,
  start,
  started,
  startFields,
  TOKEN,
} from "./simulator-client.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** What the state decides for a start under a fault, before the Worker waits or cuts. */
async function decide(name: string, rule: FaultRule): Promise<{ answer: Answer; executions: number }> {
  const state = (env as unknown as SimulatorEnv).STATE.getByName(name);
  await state.addRules([rule]);
  const headers = { authorization: TOKEN, "content-type": JSON_TYPE };
  const answer = await state.handle(
    {
      operation: "start",
      method: "POST",
      path: "/workflows",
      executionId: "",
      headers,
      body: JSON.stringify(startFields()),
    },
    { now: NOW, id: crypto.randomUUID(), roll: 0 },
  );
  const { total } = await state.list({ since: 0, limit: 10 }, { now: NOW, id: "", roll: 0 });
  return { answer: { ...answer }, executions: total };
}

async function total(): Promise<number> {
  return (await control("GET", "executions")).body.total;
}

describe("a fault", () => {
  beforeEach(forget);

  it("throttle answers 429 with Retry-After and starts nothing", async ({ expect }) => {
    await control("POST", "faults", { operation: "start", fault: "throttle", retryAfter: "7" });
    const { status, headers } = await start();
    expect([status, headers.get("retry-after"), await total()]).toEqual([429, "7", 0]);
  });

  it("throttle can say when as an HTTP date, and says one second by default", async ({ expect }) => {
    const date = "Tue, 24 Nov 2026 08:00:00 GMT";
    await control("POST", "faults", [
      { operation: "get", fault: "throttle", retryAfter: date, times: 1 },
      { operation: "get", fault: "throttle" },
    ]);
    expect((await call("GET", "/workflows/x")).headers.get("retry-after")).toBe(date);
    expect((await call("GET", "/workflows/x")).headers.get("retry-after")).toBe("1");
  });

  it("error-before answers with the status and starts nothing", async ({ expect }) => {
    await control("POST", "faults", { operation: "start", fault: "error-before", status: 503, retryAfter: "3" });
    const { status, headers, body } = await start();
    expect([status, headers.get("retry-after"), await total()]).toEqual([503, "3", 0]);
    expect(body).toEqual({ statusCode: 503, error: "Service Unavailable", message: "Simulated fault: error-before." });
  });

  it("error-after answers 500 although the execution was started", async ({ expect }) => {
    await control("POST", "faults", { operation: "start", fault: "error-after" });
    expect([(await start()).status, await total()]).toEqual([500, 1]);
  });

  it("error-after cancels although it says otherwise", async ({ expect }) => {
    const id = await started();
    await control("POST", "faults", { operation: "cancel", fault: "error-after", status: 504 });
    expect((await call("POST", `/workflows/${id}/cancel`)).status).toBe(504);
    expect((await call("GET", `/workflows/${id}`)).body.status).toBe("CANCELLED");
  });

  it("reset-before breaks the answer and starts nothing", async ({ expect }) => {
    await control("POST", "faults", { operation: "start", fault: "reset-before" });
    await expect(start()).rejects.toThrow();
    expect(await total()).toBe(0);
  });

  it("reset-after breaks the answer although the execution was started", async ({ expect }) => {
    await control("POST", "faults", { operation: "start", fault: "reset-after" });
    await expect(start()).rejects.toThrow();
    expect(await total()).toBe(1);
  });

  it("stuck leaves what is started under it RUNNING, until it is cancelled", async ({ expect }) => {
    await control("POST", "faults", { operation: "*", fault: "stuck", times: 1 });
    const stuck = await started();
    const other = await started();
    await moveClock(YEAR_MS);
    expect((await call("GET", `/workflows/${stuck}`)).body.status).toBe("RUNNING");
    expect((await call("GET", `/workflows/${other}`)).body.status).toBe("COMPLETED");
    expect((await call("POST", `/workflows/${stuck}/cancel`)).status).toBe(204);
  });

  it("latency holds back an answer that is otherwise as it would be, and the work is done at once", async ({
    expect,
  }) => {
    const { answer, executions } = await decide("latency", { operation: "start", fault: "latency", ms: 45_000 });
    expect([answer.status, answer.delayMs, answer.cut, executions]).toEqual([200, 45_000, null, 1]);
  });

  it("other than latency can be held back too", async ({ expect }) => {
    const rule: FaultRule = { operation: "start", fault: "reset-after", ms: 31_000, cut: "in-body" };
    const { answer, executions } = await decide("late reset", rule);
    expect([answer.delayMs, answer.cut, executions]).toEqual([31_000, "in-body", 1]);
  });

  it("comes before the credential is looked at, as it would in front of an engine", async ({ expect }) => {
    await control("POST", "faults", { operation: "*", fault: "throttle" });
    expect((await request("GET", "/workflows/x")).status).toBe(429);
  });
});

describe("a cut", () => {
  const cut = { status: 200, headers: {}, body: null, delayMs: 0 };

  it("in the body comes after a first byte", async ({ expect }) => {
    const response = await deliver({ ...cut, cut: "in-body" }, true);
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value).toHaveLength(1);
    await expect(reader?.read()).rejects.toThrow("simulated connection reset");
  });

  it("is before the headers where nothing stands in between, and in the body behind a proxy", async ({ expect }) => {
    const direct = await deliver({ ...cut, cut: "hardest" }, true);
    await expect(direct.body?.getReader().read()).rejects.toThrow();
    const proxied = await deliver({ ...cut, cut: "hardest" }, false);
    await expect(proxied.body?.getReader().read()).resolves.toMatchObject({ done: false });
  });
});

describe("a fault rule", () => {
  beforeEach(forget);

  it("meets its own operation only", async ({ expect }) => {
    await control("POST", "faults", { operation: "result", fault: "error-before" });
    const id = await started();
    expect((await call("GET", `/workflows/${id}`)).status).toBe(200);
    expect((await call("GET", `/workflows/${id}/result`)).status).toBe(500);
  });

  it("with * meets all four operations, and no other path", async ({ expect }) => {
    await control("POST", "faults", { operation: "*", fault: "error-before" });
    const statuses = await Promise.all([
      start(),
      call("GET", "/workflows/x"),
      call("POST", "/workflows/x/cancel"),
      call("GET", "/workflows/x/result"),
      call("GET", "/elsewhere"),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([500, 500, 500, 500, 404]);
  });

  it("is spent after its times, and the next one takes over", async ({ expect }) => {
    await control("POST", "faults", [
      { operation: "get", fault: "error-before", status: 502, times: 2 },
      { operation: "get", fault: "error-before", status: 504, times: 1 },
    ]);
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) {
      statuses.push((await call("GET", "/workflows/x")).status);
    }
    expect(statuses).toEqual([502, 502, 504, 404]);
    expect((await control("GET", "faults")).body.faults).toEqual([]);
  });

  it("is forgotten by DELETE", async ({ expect }) => {
    await control("POST", "faults", { operation: "*", fault: "error-before" });
    expect((await control("DELETE", "faults")).status).toBe(204);
    expect((await start()).status).toBe(200);
  });

  it("with a probability leaves the others their own", ({ expect }) => {
    const half: FaultRule = { operation: "*", fault: "error-before", probability: 0.5 };
    const next: FaultRule = { operation: "*", fault: "throttle", probability: 0.5 };
    const picked = [0, 0.49, 0.5, 0.74, 0.75, 0.99].map((roll) => pickRule([half, next], "get", roll)?.fault);
    expect(picked).toEqual(["error-before", "error-before", "throttle", "throttle", undefined, undefined]);
  });

  it.for([
    [{ operation: "start", fault: "explode" }, "fault"],
    [{ operation: "list", fault: "throttle" }, "operation"],
    [{ operation: "get", fault: "stuck" }, "operation"],
    [{ operation: "get", fault: "latency" }, "ms"],
    [{ operation: "get", fault: "throttle", status: 503 }, "status"],
    [{ operation: "get", fault: "error-before", status: 404 }, "status"],
    [{ operation: "get", fault: "reset-before", retryAfter: "1" }, "retryAfter"],
    [{ operation: "get", fault: "error-after", cut: "in-body" }, "cut"],
    [{ operation: "get", fault: "throttle", times: 0 }, "times"],
    [{ operation: "get", fault: "throttle", probability: 1.5 }, "probability"],
  ] as const)("that makes no sense is refused: %j", async ([rule, field], { expect }) => {
    const { status, body } = await control("POST", "faults", rule);
    expect(status).toBe(400);
    expect(body.details.map((detail: { field: string }) => detail.field)).toEqual([field]);
  });
});
