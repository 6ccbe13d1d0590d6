// docs/examples/engines/cloudflare-workflows.config.json end to end, against a stand-in of Cloudflare's REST API.
import { describe, it } from "vitest";
import config from "../../docs/examples/engines/cloudflare-workflows.config.json";
import { cloudflareWorkflows, wrapped } from "../fakes/cloudflare-workflows.ts";
import { SECRETS, scene } from "./other-engines.ts";

const ACCOUNT = "0123456789abcdef0123456789abcdef";

function open({ existsStatus = 409, secrets = SECRETS } = {}) {
  const engine = cloudflareWorkflows(ACCOUNT, SECRETS.CLOUDFLARE_WORKFLOWS_TOKEN ?? "", existsStatus);
  return { engine, ...scene(config, engine, secrets) };
}

describe("an instance of Cloudflare Workflows", () => {
  it("is started by a webhook under an id of ours, and its output reaches the callback", async ({ expect }) => {
    const { engine, event, minutes, stored, told } = open();
    const id = await event("order.paid", "1");
    const instance = engine.only("fulfil-order");
    const { runId, recordId } = await stored(id);
    expect(runId).toBe(instance.id);
    expect(instance.params).toEqual({ recordId, locale: "en", parameters: { order: "order.paid-1", total: 1250 } });
    Object.assign(instance, { status: "complete", output: { shipped: true } });
    await minutes(2);
    expect(told()).toMatchObject([{ type: "execution.succeeded", data: { runId, result: { shipped: true } } }]);
    expect([...new Set(engine.seen.map(({ headers }) => headers.authorization))]).toEqual([
      "Bearer cloudflare-api-token",
    ]);
  });

  it.for([200, 400, 409])(
    "is started once though the answer was lost: its id is taken (HTTP %i), which is a start",
    async (existsStatus, { expect }) => {
      const { engine, event, minutes, stored, told } = open({ existsStatus });
      engine.spoiled.push({ method: "POST", how: { done: true } });
      const id = await event("order.paid", "1");
      expect(await stored(id)).toMatchObject({ run: "queued", uncertainStarts: 1, runId: null });
      await minutes(2);
      const instance = engine.only("fulfil-order");
      const found = await stored(id);
      expect(found).toMatchObject({ run: "running", runId: instance.id, startAttempts: 2 });
      expect(found.timeline.at(-1)?.detail).toBe(`run ${instance.id}, which an earlier call had started`);
      Object.assign(instance, { status: "complete", output: null });
      await minutes(2);
      expect(told()).toMatchObject([{ type: "execution.succeeded", data: { result: null } }]);
    },
  );

  it("is another one where a person starts again what is over", async ({ expect }) => {
    const { engine, event, minutes, api, settled } = open();
    const id = await event("order.paid", "1");
    Object.assign(engine.only("fulfil-order"), { status: "errored", error: { name: "Error", message: "no stock" } });
    await minutes(2);
    const answer = await api(`/executions/${id}/replay`, { intent: "restart" });
    expect(answer.status).toBeLessThan(300);
    await settled();
    await minutes(1);
    expect(engine.workflows.get("fulfil-order")?.size).toBe(2);
  });

  it("that failed is told with its error", async ({ expect }) => {
    const { engine, event, minutes, told } = open();
    await event("order.paid", "1");
    Object.assign(engine.only("fulfil-order"), { status: "errored", error: { name: "Error", message: "no stock" } });
    await minutes(2);
    expect(told()).toMatchObject([
      { type: "execution.failed", data: { result: { name: "Error", message: "no stock" } } },
    ]);
  });

  it("is terminated when a cancel rule says so", async ({ expect }) => {
    const { engine, event, minutes, told } = open();
    await event("order.paid", "1");
    await event("order.refunded", "1");
    await minutes(3);
    expect(engine.only("fulfil-order").status).toBe("terminated");
    expect(told()).toMatchObject([{ type: "execution.canceled" }]);
  });

  it.for(["paused", "waiting", "waitingForPause", "rollingBack", "a word of next year"])(
    "that is %s goes on",
    async (status, { expect }) => {
      const { engine, event, minutes, stored } = open();
      const id = await event("order.paid", "1");
      Object.assign(engine.only("fulfil-order"), { status });
      await minutes(5);
      expect(await stored(id)).toMatchObject({ run: "running" });
    },
  );

  it("that is finished counts as finished though the answer carries an error flag beside it", async ({ expect }) => {
    const { engine, event, minutes, told } = open();
    await event("order.paid", "1");
    const result = { status: "complete", output: { shipped: true }, error: null };
    const errors = [{ code: 10001, message: "workflows.api.error.internal_server" }];
    for (let i = 0; i < 4; i++) {
      const answer = Response.json({ success: false, errors, messages: [], result });
      engine.spoiled.push({ method: "GET", how: { done: true, answer } });
    }
    await minutes(2);
    expect(told()).toMatchObject([{ type: "execution.succeeded", data: { result: { shipped: true } } }]);
  });

  it("that is not known any more has failed", async ({ expect }) => {
    const { engine, event, minutes, told } = open();
    await event("order.paid", "1");
    engine.workflows.get("fulfil-order")?.clear();
    await minutes(8);
    expect(told()).toMatchObject([{ data: { reason: "the engine does not know the run any more" } }]);
  });
});

describe("a start that Cloudflare refuses", () => {
  it.for([
    ["for the token (403, code 10000)", () => wrapped(403, 10000, "Authentication error"), "unauthorized"],
    ["for the token (401)", () => wrapped(401, 9109, "Invalid access token"), "unauthorized"],
    ["for now (429)", () => new Response("", { status: 429, headers: { "retry-after": "5" } }), "throttled"],
    ["for now (503)", () => wrapped(503, 0, "no"), "unavailable"],
    ["with an internal error (500)", () => wrapped(500, 10001, "workflows.api.error.internal_server"), "uncertain"],
    ["with an internal error in a 200", () => wrapped(200, 10001, "workflows.api.error.internal_server"), "uncertain"],
    ["with an error that nobody knows in a 200", () => wrapped(200, 4711, "?"), "uncertain"],
  ] as const)("%s is made again, and there is one instance", async ([, refusal, outcome], { expect }) => {
    const { engine, event, minutes, stored } = open();
    engine.spoiled.push({ method: "POST", how: { done: false, answer: refusal() } });
    const id = await event("order.paid", "1");
    const { run, timeline, uncertainStarts } = await stored(id);
    expect(run).toBe("queued");
    expect(timeline.at(-1)).toMatchObject({ step: "start", outcome });
    expect(uncertainStarts).toBe(outcome === "uncertain" ? 1 : 0);
    await minutes(3);
    expect(await stored(id)).toMatchObject({ run: "running", runId: engine.only("fulfil-order").id });
  });

  it("because there is no such workflow ends, and the callback is told in Cloudflare's words", async ({ expect }) => {
    const { engine, event, told } = open();
    engine.workflows.clear();
    await event("order.paid", "1");
    expect(told()).toMatchObject([
      { type: "execution.rejected", data: { reason: "start: HTTP 404: workflows.api.error.workflow.not_found" } },
    ]);
  });

  it("for a wrong token waits for the right one", async ({ expect }) => {
    const { event, stored, minutes } = open({ secrets: { ...SECRETS, CLOUDFLARE_WORKFLOWS_TOKEN: "another" } });
    const id = await event("order.paid", "1");
    await minutes(5);
    expect(await stored(id)).toMatchObject({ run: "queued", uncertainStarts: 0 });
  });
});
