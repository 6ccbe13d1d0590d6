// From an engine's configuration to its definition: the preset, and what a configuration may put in its place.
import { describe, expect, test } from "vitest";
import { definitionOf } from "./engines.ts";

describe("the preset transactionlink", () => {
  test("is what a configuration without words of its own gets", () => {
    const plain = { authorization: "transactionlink", headers: {}, body: undefined, onStatus: {}, onCode: {} };
    expect(definitionOf()).toEqual({
      baseUrl: "https://api.transactionlink.io",
      authorizePath: "/auth/authorize",
      operations: {
        start: {
          ...plain,
          method: "POST",
          path: "/workflows",
          body: {
            workflowDefinitionId: "{workflowDefinitionId}",
            locale: "{locale}",
            parameters: "{parameters}",
            expiresAt: "{expiresAt}",
            recordId: "{recordId}",
          },
        },
        get: { ...plain, method: "GET", path: "/workflows/{runId}" },
        cancel: { ...plain, method: "POST", path: "/workflows/{runId}/cancel" },
        result: { ...plain, method: "GET", path: "/workflows/{runId}/result" },
      },
      answers: {
        runId: [["id"]],
        status: ["status"],
        expiresAt: ["expiresAt"],
        result: [[]],
        message: ["message"],
        code: ["code"],
      },
      statuses: {
        RUNNING: "running",
        AWAITING: "running",
        COMPLETED: "succeeded",
        FAILED: "failed",
        CANCELLED: "canceled",
        CANCELED: "canceled",
        EXPIRED: "expired",
      },
      absentRunId: "00000000-0000-0000-0000-000000000000",
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
      result: { ...definitionOf().operations.result, path: "/workflows/{runId}/output" },
    });
  });

  test("replaces one method and leaves its path", () => {
    const { operations } = definitionOf({ operations: { cancel: { method: "DELETE" } } });
    expect(operations.cancel).toMatchObject({ method: "DELETE", path: "/workflows/{runId}/cancel" });
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
