// How an execution goes on: its status and result by the clock, and its cancellation.
import { beforeEach, describe, it } from "vitest";
import { type Execution, resultAt, standingAt } from "../../src/simulator/execution.ts";
import { call, control, DEFINITION, forget, fromNow, moveClock, RECORD, started } from "./simulator-client.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const HOUR_MS = 60 * 60 * 1000;

const EXECUTION: Execution = {
  id: "9a1f0a55-29ad-4fb0-a2cc-0f4e8d0d2a11",
  definitionId: DEFINITION,
  name: "KYB",
  recordId: RECORD,
  locale: "en",
  parameters: { customer: "cus_1" },
  expiresAt: new Date(NOW + HOUR_MS).toISOString(),
  startedAt: NOW,
  endsAt: NOW + 2000,
  finalStatus: "COMPLETED",
  result: null,
  resultDelayMs: 500,
};

describe("by the clock", () => {
  it("an execution runs until its end", ({ expect }) => {
    expect(standingAt(EXECUTION, NOW + 1999)).toEqual({ status: "RUNNING", endedAt: null });
    expect(standingAt(EXECUTION, NOW + 2000)).toEqual({ status: "COMPLETED", endedAt: NOW + 2000 });
  });

  it("one that has ended does not expire any more", ({ expect }) => {
    expect(standingAt(EXECUTION, NOW + 2 * HOUR_MS).status).toBe("COMPLETED");
  });

  it("one that never ends expires at expiresAt, and never without one", ({ expect }) => {
    const stuck = { ...EXECUTION, endsAt: null };
    expect(standingAt(stuck, NOW + HOUR_MS - 1).status).toBe("RUNNING");
    expect(standingAt(stuck, NOW + HOUR_MS)).toEqual({ status: "EXPIRED", endedAt: NOW + HOUR_MS });
    expect(standingAt({ ...stuck, expiresAt: null }, NOW + 1000 * HOUR_MS).status).toBe("RUNNING");
  });

  it("one that would end after expiresAt expires", ({ expect }) => {
    const slow = { ...EXECUTION, endsAt: NOW + HOUR_MS + 1 };
    expect(standingAt(slow, NOW + 2 * HOUR_MS)).toEqual({ status: "EXPIRED", endedAt: NOW + HOUR_MS });
  });

  it("the result is there once the delay after the end has passed, and echoes the start", ({ expect }) => {
    expect(resultAt(EXECUTION, NOW + 2499)).toBeNull();
    expect(resultAt(EXECUTION, NOW + 2500)).toEqual({
      outcome: "APPROVED",
      workflowDefinitionId: DEFINITION,
      recordId: RECORD,
      parameters: { customer: "cus_1" },
      completedAt: "2026-11-23T12:00:02.000Z",
    });
  });

  it("a failed execution has a result only if it was given one; the cancelled and expired have none", ({ expect }) => {
    const later = NOW + HOUR_MS;
    const given = { ...EXECUTION, result: { a: 1 } };
    expect(resultAt({ ...EXECUTION, finalStatus: "FAILED" }, later)).toBeNull();
    expect(resultAt({ ...given, finalStatus: "FAILED" }, later)).toEqual({ a: 1 });
    expect(resultAt({ ...given, finalStatus: "CANCELLED" }, later)).toBeNull();
    expect(resultAt({ ...given, finalStatus: "EXPIRED" }, later)).toBeNull();
  });
});

describe("over HTTP", () => {
  beforeEach(forget);

  it("an execution is RUNNING for two seconds by default and then COMPLETED, with its result", async ({ expect }) => {
    const id = await started({ recordId: RECORD });
    const early = await call("GET", `/workflows/${id}/result`);
    expect(early.status).toBe(404);
    expect(early.body.message).toContain("RUNNING; its result is not available");
    await moveClock(2000);
    expect((await call("GET", `/workflows/${id}`)).body).toMatchObject({ id, status: "COMPLETED" });
    const { status, body } = await call("GET", `/workflows/${id}/result`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ outcome: "APPROVED", recordId: RECORD });
  });

  it("a definition decides on duration, status, result and its delay", async ({ expect }) => {
    await control("PUT", `definitions/${DEFINITION}`, {
      runsForMs: 60_000,
      status: "COMPLETED",
      result: { outcome: "REJECTED" },
      resultDelayMs: 60_000,
    });
    const id = await started();
    await moveClock(60_000);
    expect((await call("GET", `/workflows/${id}`)).body.status).toBe("COMPLETED");
    expect((await call("GET", `/workflows/${id}/result`)).status).toBe(404);
    await moveClock(120_000);
    expect((await call("GET", `/workflows/${id}/result`)).body).toEqual({ outcome: "REJECTED" });
  });

  it("a change of a definition leaves what was started before alone", async ({ expect }) => {
    const id = await started();
    await control("PUT", `definitions/${DEFINITION}`, { status: "FAILED" });
    await moveClock(2000);
    expect((await call("GET", `/workflows/${id}`)).body.status).toBe("COMPLETED");
  });

  it("an execution past its expiresAt is EXPIRED and has no result", async ({ expect }) => {
    await control("PUT", "settings", { runsForMs: 10 * HOUR_MS });
    const id = await started({ expiresAt: fromNow(HOUR_MS) });
    await moveClock(HOUR_MS);
    expect((await call("GET", `/workflows/${id}`)).body.status).toBe("EXPIRED");
    expect((await call("GET", `/workflows/${id}/result`)).status).toBe(404);
  });

  it("a running execution is cancelled with 204 and stays CANCELLED", async ({ expect }) => {
    const id = await started();
    const cancelled = await call("POST", `/workflows/${id}/cancel`);
    expect([cancelled.status, cancelled.body]).toEqual([204, null]);
    await moveClock(HOUR_MS);
    expect((await call("GET", `/workflows/${id}`)).body.status).toBe("CANCELLED");
    expect((await call("GET", `/workflows/${id}/result`)).status).toBe(404);
  });

  it("a finished execution cannot be cancelled: 400", async ({ expect }) => {
    const id = await started();
    await moveClock(2000);
    const { status, body } = await call("POST", `/workflows/${id}/cancel`);
    expect(status).toBe(400);
    expect(body.message).toContain("is COMPLETED and cannot be cancelled");
    expect((await call("GET", `/workflows/${id}`)).body.status).toBe("COMPLETED");
  });

  it.for(["", "/cancel", "/result"])("an unknown execution is 404: /workflows/{id}%s", async (suffix, { expect }) => {
    const method = suffix === "/cancel" ? "POST" : "GET";
    for (const id of [DEFINITION, "not-a-uuid"]) {
      const { status, body } = await call(method, `/workflows/${id}${suffix}`);
      expect(status).toBe(404);
      expect(body.message).toBe(`The execution ${id} does not exist.`);
    }
  });

  it("an execution is found by its id in capitals too", async ({ expect }) => {
    const id = await started();
    expect((await call("GET", `/workflows/${id.toUpperCase()}`)).body.id).toBe(id);
  });
});
