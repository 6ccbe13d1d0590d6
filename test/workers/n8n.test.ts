// docs/examples/engines/n8n.config.json and n8n-workflow.json end to end, against a stand-in of n8n's webhooks and public API.
import { describe, it } from "vitest";
import config from "../../docs/examples/engines/n8n.config.json";
import { n8n } from "../fakes/n8n.ts";
import { SECRETS, scene } from "./other-engines.ts";

function open({ secrets = SECRETS } = {}) {
  const engine = n8n({ apiKey: SECRETS.N8N_API_KEY ?? "", webhookToken: SECRETS.N8N_WEBHOOK_TOKEN ?? "" });
  return { engine, ...scene(config, engine, secrets) };
}

describe("an execution of n8n", () => {
  it("is started by its webhook, followed by its id, and its result reaches the callback", async ({ expect }) => {
    const { engine, event, minutes, stored, told } = open();
    const id = await event("order.paid", "1");
    const { recordId, runId } = await stored(id);
    expect(runId).toBe("1000");
    expect(engine.executions[0]?.input).toEqual({
      startId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      recordId,
      locale: "en",
      parameters: { order: "order.paid-1", total: 1250 },
    });
    Object.assign(engine.executions[0] ?? {}, { status: "success", output: { outcome: "FULFILLED" } });
    await minutes(2);
    expect(told()).toMatchObject([{ type: "execution.succeeded", data: { runId, result: { outcome: "FULFILLED" } } }]);
  });

  it("sends the webhook its own token and never the API key", async ({ expect }) => {
    const { engine, event, minutes } = open();
    await event("order.paid", "1");
    await minutes(2);
    const [start, ...others] = engine.seen;
    expect(JSON.stringify(start)).not.toContain(SECRETS.N8N_API_KEY);
    expect(others.length).toBeGreaterThan(0);
    for (const call of others) {
      expect(call.headers["x-n8n-api-key"]).toBe(SECRETS.N8N_API_KEY);
      expect(JSON.stringify(call)).not.toContain(SECRETS.N8N_WEBHOOK_TOKEN);
    }
  });

  it("that failed is told with its error", async ({ expect }) => {
    const { engine, event, minutes, told } = open();
    await event("order.paid", "1");
    Object.assign(engine.executions[0] ?? {}, { status: "error" });
    await minutes(2);
    expect(told()).toMatchObject([{ type: "execution.failed", data: { result: { message: "no such order" } } }]);
  });

  it.for(["new", "waiting", "unknown"])("that is %s goes on", async (status, { expect }) => {
    const { engine, event, minutes, stored } = open();
    const id = await event("order.paid", "1");
    Object.assign(engine.executions[0] ?? {}, { status });
    await minutes(5);
    expect(await stored(id)).toMatchObject({ run: "running" });
  });

  it("is stopped when a cancel rule says so", async ({ expect }) => {
    const { engine, event, minutes, told } = open();
    await event("order.paid", "1");
    await event("order.refunded", "1");
    await minutes(3);
    expect(engine.executions[0]?.status).toBe("canceled");
    expect(told()).toMatchObject([{ type: "execution.canceled" }]);
  });

  it("is started again after a lost answer, under the same startId, by which the workflow can tell", async ({
    expect,
  }) => {
    const { engine, event, minutes, stored } = open();
    engine.spoiled.push({ method: "POST", how: { done: true } });
    const id = await event("order.paid", "1");
    await minutes(2);
    expect(await stored(id)).toMatchObject({ run: "running", uncertainStarts: 1, runId: "1001" });
    const startIds = engine.executions.map(({ input }) => (input as { startId: string }).startId);
    expect(startIds).toHaveLength(2);
    expect(new Set(startIds).size).toBe(1);
  });

  it("whose webhook responds at once, without an id, is an uncertain start: the timeline says what is missing", async ({
    expect,
  }) => {
    const { engine, event, stored } = open();
    engine.responseMode = "onReceived";
    const id = await event("order.paid", "1");
    const { timeline } = await stored(id);
    expect(timeline.at(-1)).toMatchObject({ outcome: "uncertain", detail: "start: the answer names no run" });
  });
});

describe("a start that n8n refuses", () => {
  it("because the workflow is not active waits until it is", async ({ expect }) => {
    const { engine, event, minutes, stored } = open();
    engine.active = false;
    const id = await event("order.paid", "1");
    expect(await stored(id)).toMatchObject({ run: "queued", uncertainStarts: 0 });
    engine.active = true;
    await minutes(2);
    expect(await stored(id)).toMatchObject({ run: "running" });
    expect(engine.executions).toHaveLength(1);
  });

  it("for a wrong webhook token (403) waits for the right one", async ({ expect }) => {
    const { engine, event, stored } = open({ secrets: { ...SECRETS, N8N_WEBHOOK_TOKEN: "another" } });
    const id = await event("order.paid", "1");
    const { run, timeline } = await stored(id);
    expect([run, timeline.at(-1)?.outcome]).toEqual(["queued", "unauthorized"]);
    expect(engine.executions).toHaveLength(0);
  });

  it.for([
    [429, "throttled"],
    [500, "uncertain"],
    [503, "unavailable"],
  ] as const)("with %i is made again: %s", async ([status, outcome], { expect }) => {
    const { engine, event, minutes, stored } = open();
    engine.spoiled.push({ method: "POST", how: { done: false, answer: new Response("", { status }) } });
    const id = await event("order.paid", "1");
    expect((await stored(id)).timeline.at(-1)).toMatchObject({ outcome });
    await minutes(2);
    expect(await stored(id)).toMatchObject({ run: "running" });
    expect(engine.executions).toHaveLength(1);
  });
});

it("an n8n that is asked whether it works is asked for a number: anything else is a 500 of its database", async ({
  expect,
}) => {
  const { bridge } = open();
  const engine = bridge.engine("default");
  const answer = await engine?.get(engine.absentRunId);
  expect(answer).toMatchObject({ ok: false, error: { reason: "rejected", status: 404 } });
});
