// From an engine's configuration to its definition: the preset, and what a configuration may put in its place.
import { describe, expect, test } from "vitest";
import { definitionOf } from "./engines.ts";

describe("the preset transactionlink", () => {
  test("is what a configuration without words of its own gets", () => {
    expect(definitionOf()).toEqual({
      baseUrl: "https://api.transactionlink.io",
      authorization: "transactionlink",
      authorizePath: "/auth/authorize",
      operations: {
        start: { method: "POST", path: "/workflows" },
        get: { method: "GET", path: "/workflows/{runId}" },
        cancel: { method: "POST", path: "/workflows/{runId}/cancel" },
        result: { method: "GET", path: "/workflows/{runId}/result" },
      },
      members: { runId: "id", status: "status", expiresAt: "expiresAt" },
      statuses: {
        RUNNING: "running",
        AWAITING: "running",
        COMPLETED: "succeeded",
        FAILED: "failed",
        CANCELLED: "canceled",
        CANCELED: "canceled",
        EXPIRED: "expired",
      },
      timeoutMs: 10_000,
      followForMs: 20_000,
    });
  });

  test("is the same when it is named", () => {
    expect(definitionOf({ preset: "transactionlink" })).toEqual(definitionOf());
  });
});

describe("a configuration", () => {
  test("replaces the base URL, whose trailing slashes are dropped", () => {
    expect(definitionOf({ baseUrl: "https://engine.example.com/api/v3//" }).baseUrl).toBe(
      "https://engine.example.com/api/v3",
    );
  });

  test("replaces one path and leaves its method and the other operations", () => {
    const { operations } = definitionOf({ operations: { result: { path: "/workflows/{runId}/output" } } });
    expect(operations).toEqual({
      ...definitionOf().operations,
      result: { method: "GET", path: "/workflows/{runId}/output" },
    });
  });

  test("replaces one method and leaves its path", () => {
    const { operations } = definitionOf({ operations: { cancel: { method: "DELETE" } } });
    expect(operations.cancel).toEqual({ method: "DELETE", path: "/workflows/{runId}/cancel" });
  });

  test("explains further status words and can say otherwise of the preset's", () => {
    const { statuses } = definitionOf({ statuses: { DONE: "succeeded", AWAITING: "failed" } });
    expect(statuses).toEqual({ ...definitionOf().statuses, DONE: "succeeded", AWAITING: "failed" });
  });

  test("sets how long a call may take and how long a run is followed", () => {
    expect(definitionOf({ timeout: "25s", followFor: "0s" })).toMatchObject({ timeoutMs: 25_000, followForMs: 0 });
  });
});

test("the preset itself is not changed by what one configuration says", () => {
  definitionOf({ statuses: { RUNNING: "failed" }, operations: { start: { path: "/elsewhere" } } });
  expect(definitionOf()).toMatchObject({
    statuses: { RUNNING: "running" },
    operations: { start: { path: "/workflows" } },
  });
});
