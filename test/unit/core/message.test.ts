// What a callback is told about an end: the same bytes every time, and nothing that it is not meant to see.
import { describe, expect, test } from "vitest";
import { attempted } from "../../../src/core/attempt.ts";
import { admitted, ended, started } from "../../../src/core/execution.ts";
import type { Json } from "../../../src/core/json.ts";
import { messageBody, messageId } from "../../../src/core/message.ts";
import { eventWith } from "../../fakes/test-bridge.ts";

const NOW = 1_795_425_600_000;

function endedWith(result: Json | undefined) {
  const fresh = admitted(
    "exe_1_a",
    {
      rule: "kyb",
      engine: "default",
      event: eventWith({ subject: "order/7", headers: { "x-shop": "main" }, data: { secret: "payload" } }),
      recordId: "0940b863-eb4e-471a-8ae4-40a24b889e03",
      dedupeKey: "key",
      windowMs: 1,
      onUncertainStart: "retry",
      callbacks: ["crm"],
      start: { workflowDefinitionId: "d", locale: "en", parameters: { inner: "parameter" }, expiresInMs: null },
      revision: 3,
      onDuplicate: "skip",
      cancel: null,
      over: null,
    },
    NOW,
  );
  return ended(started(fresh, { runId: "run-1", expiresAt: null }, NOW), "succeeded", { result }, NOW + 1_500);
}

describe("the message", () => {
  test("says what ended, how, and what came of it", () => {
    expect(JSON.parse(messageBody(endedWith({ verdict: "approved" })))).toEqual({
      type: "execution.succeeded",
      timestamp: "2026-11-23T09:20:01.500Z",
      data: {
        execution: "exe_1_a",
        rule: "kyb",
        recordId: "0940b863-eb4e-471a-8ae4-40a24b889e03",
        runId: "run-1",
        status: "succeeded",
        reason: null,
        event: {
          id: "event-1",
          source: "signup",
          type: "order.created",
          subject: "order/7",
          time: "2026-11-23T09:20:00.000Z",
        },
        result: { verdict: "approved" },
      },
    });
  });

  test("carries neither the event's data nor its headers nor its key nor the parameters", () => {
    const body = messageBody(endedWith(undefined));
    for (const inner of ["payload", "x-shop", '"key"', "parameter", "dedupeKey", "timeline"])
      expect(body).not.toContain(inner);
  });

  test("has a result in any case: null where there is none", () => {
    expect(JSON.parse(messageBody(endedWith(undefined))).data.result).toBeNull();
    expect(JSON.parse(messageBody(endedWith(false))).data.result).toBe(false);
  });

  test("is the same bytes after a failed attempt, and after a way through the ledger", () => {
    const execution = endedWith({ b: 1, a: [2, { c: null }] });
    const body = messageBody(execution);
    const failed = { delivered: false, status: 500, detail: "HTTP 500", durationMs: 1 } as const;
    expect(messageBody(attempted(execution, "crm", failed, NOW + 9_999, 0))).toBe(body);
    expect(messageBody(JSON.parse(JSON.stringify(execution)))).toBe(body);
  });

  test("has an id of its own for each execution and callback", () => {
    expect(messageId(endedWith(null), "crm")).toBe("exe_1_a_crm");
    expect(messageId(endedWith(null), "audit")).toBe("exe_1_a_audit");
  });
});
