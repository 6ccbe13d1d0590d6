// The operations API on one execution, and on what it cannot answer.
import { describe, it } from "vitest";
import { err } from "../../src/core/result.ts";
import { ADMIN, http, NOW, type Receipt } from "./http-bridge.ts";
import { problemIn } from "./http-problem.ts";

const ISO_NOW = new Date(NOW).toISOString();

describe("one execution", () => {
  it("is told whole: the event, the start request, the result and the timeline", async ({ expect }) => {
    const { stripe, settled, api } = http();
    const { executions } = await (await stripe({ id: "evt_1", ends: "succeeded" })).json<Receipt>();
    await settled();
    const response = await api(`/executions/${executions[0]?.id}`);
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(await response.json()).toMatchObject({
      id: executions[0]?.id,
      state: "succeeded",
      event: {
        id: "evt_1",
        type: "customer.subscription.created",
        data: { object: { customer: "cus_1", ends: "succeeded" } },
      },
      start: {
        workflowDefinitionId: "0940b863-eb4e-471a-8ae4-40a24b889e03",
        locale: "en",
        parameters: { customer: "cus_1", ends: "succeeded" },
        expiresInMs: null,
      },
      result: { outcome: "APPROVED" },
      timeline: [
        { at: ISO_NOW, step: "admitted", outcome: "new" },
        { at: ISO_NOW, step: "start", outcome: "running", attempt: 1, detail: "run run_1" },
        { at: ISO_NOW, step: "ended", outcome: "succeeded" },
        {
          at: ISO_NOW,
          step: "callback",
          outcome: "delivered",
          callback: "crm",
          attempt: 1,
          status: 204,
          durationMs: 12,
        },
      ],
    });
  });

  it("that the engine refused says why", async ({ expect }) => {
    const { stripe, settled, api } = http();
    const { executions } = await (await stripe({ id: "evt_1", ends: "rejected" })).json<Receipt>();
    await settled();
    expect(await (await api(`/executions/${executions[0]?.id}`)).json()).toMatchObject({
      state: "rejected",
      reason: "start: HTTP 400: no",
      result: null,
      runId: null,
    });
  });

  it("whose rule failed on the event says where", async ({ expect }) => {
    const { stripe, api } = http();
    const response = await stripe({ id: "evt_1", customer: "" });
    const { executions } = await response.json<Receipt>();
    expect([response.status, executions[0]?.state]).toEqual([202, "invalid"]);
    expect(await (await api(`/executions/${executions[0]?.id}`)).json()).toMatchObject({
      state: "invalid",
      reason: expect.stringContaining("start.recordId"),
      start: null,
    });
  });

  it.for(["exe_0_1", "exe_zz_zzzzzzzzz", "exe_00_01", "nothing", "exe_0_1'--", "..%2F..", "%E0%A4%A"])(
    "named %s is not found",
    async (id, { expect }) => {
      expect((await problemIn(await http().api(`/executions/${id}`), 404, expect)).type).toBe("not-found");
    },
  );
});

describe("the API", () => {
  it.for(["POST", "PUT", "PATCH", "DELETE"])("takes no %s yet, and says what it takes", async (method, { expect }) => {
    for (const path of ["/api/executions", "/api/executions/exe_0_1"]) {
      const response = await http().fetch(path, { method, headers: { authorization: `Bearer ${ADMIN}` } });
      expect(response.headers.get("allow")).toBe("GET");
      await problemIn(response, 405, expect);
    }
  });

  it("knows nothing at other addresses", async ({ expect }) => {
    for (const path of ["/elsewhere", "/", "/executions/exe_0_1/more"]) {
      await problemIn(await http().api(path), 404, expect);
    }
  });

  it("tells whoever has the token every fault of a refused configuration, with its path", async ({ expect }) => {
    const faults = [
      { path: "rules[0].start.locale", message: "gave nothing" },
      { path: "callbacks.crm.url", message: "the URL must be https" },
      { path: "", message: "expected an object" },
    ];
    const { api } = http({}, { bridge: err({ reason: "misconfigured", faults }) });
    for (const path of ["/executions", "/executions/exe_0_1"]) {
      const { detail } = await problemIn(await api(path), 503, expect);
      expect(detail).toContain("rules[0].start.locale: gave nothing.");
      expect(detail).toContain("callbacks.crm.url: the URL must be https.");
      expect(detail).toContain("document: expected an object.");
      expect(detail).not.toContain("send it again");
    }
  });

  it("is a 503 while the ledger cannot be reached, and the log knows more", async ({ expect }) => {
    const unreachable = async () => {
      throw new Error("Durable Object storage operation exceeded timeout");
    };
    const { bridge } = http();
    const { api, lines } = http({ ledger: { ...bridge.ledger, list: unreachable, get: unreachable } });
    for (const path of ["/executions", "/executions/exe_0_1"]) {
      const response = await api(path);
      expect(response.headers.get("retry-after")).toBe("30");
      expect((await problemIn(response, 503, expect)).detail).not.toContain("Durable Object");
    }
    expect(lines).toMatchObject([
      { level: "error", name: "request.failed", fields: { path: "/api/executions" } },
      { level: "error", name: "request.failed", fields: { path: "/api/executions/exe_0_1" } },
    ]);
  });
});
