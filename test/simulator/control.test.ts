// The control API: what it shows, what it steers, and when it is closed.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it } from "vitest";
import type { SimulatorEnv } from "../../src/simulator/env.ts";
import { simulatorState } from "../../src/simulator/state-stub.ts";
import { call, control, DEFINITION, forget, moveClock, request, start, started, TOKEN } from "./simulator-client.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

describe("the control API", () => {
  beforeEach(forget);

  it.for([undefined, "false", "1", ""])("is 404 while SIMULATOR_CONTROL is %j", async (value, { expect }) => {
    const vars = { SIMULATOR_CONTROL: value } as Partial<SimulatorEnv>;
    expect((await request("GET", "/_control/requests", {}, vars)).status).toBe(404);
    expect((await request("POST", "/_control/reset", {}, vars)).status).toBe(404);
  });

  it("answers 404 to a path that it does not have", async ({ expect }) => {
    expect((await control("GET", "nonsense")).status).toBe(404);
  });

  it.for([
    ["PUT", `definitions/${DEFINITION}`, { runsForMs: -1 }, "runsForMs"],
    ["PUT", `definitions/${DEFINITION}`, { status: "RUNNING" }, "status"],
    ["PUT", `definitions/${DEFINITION}`, { result: [] }, "result"],
    ["PUT", "definitions/kyb", {}, "id"],
    ["PUT", "settings", { strict: "yes" }, "strict"],
    ["PUT", "clock", {}, "offsetMs"],
    ["POST", `executions/${DEFINITION}/finish`, { status: "DONE" }, "status"],
  ] as const)("%s %s with %j is refused by name", async ([method, path, body, field], { expect }) => {
    const reply = await control(method, path, body);
    expect(reply.status).toBe(400);
    expect(reply.body.details).toEqual([{ field, message: expect.any(String) }]);
  });

  it("refuses an unknown setting and text that is not JSON", async ({ expect }) => {
    expect((await control("PUT", "settings", { runForMs: 1 })).body.message).toContain("runForMs");
    expect((await request("PUT", "/_control/settings", { body: "{" })).body.message).toContain("not JSON");
    expect((await request("GET", "/_control/requests?limit=0")).status).toBe(400);
  });
});

describe("the request log", () => {
  beforeEach(forget);

  it("holds every request to the API in order, with its answer and its fault", async ({ expect }) => {
    await control("POST", "faults", { operation: "result", fault: "reset-before" });
    const { body } = await start({ locale: "fr" });
    await request("GET", "/workflows/x?q=1");
    await call("GET", `/workflows/${body.id}/result`).catch(() => undefined);
    const { requests, next } = (await control("GET", "requests")).body;
    expect(next).toBeNull();
    expect(requests).toMatchObject([
      { seq: 1, method: "POST", path: "/workflows", status: 200, fault: null },
      { seq: 2, method: "GET", path: "/workflows/x?q=1", status: 401, fault: null, body: "" },
      { seq: 3, method: "GET", path: `/workflows/${body.id}/result`, status: "reset", fault: "reset-before" },
    ]);
    expect(requests[0].headers).toMatchObject({
      authorization: TOKEN,
      "content-type": expect.stringContaining("json"),
    });
    expect(JSON.parse(requests[0].body).locale).toBe("fr");
    expect(requests[0].at).toBeGreaterThan(0);
  });

  it("does not hold the control API's own requests", async ({ expect }) => {
    await control("GET", "settings");
    expect((await control("GET", "requests")).body.requests).toEqual([]);
  });

  it("is read in pages", async ({ expect }) => {
    for (let i = 0; i < 5; i++) {
      await call("GET", `/workflows/${i}`);
    }
    const first = (await control("GET", "requests?limit=3")).body;
    expect([first.requests.length, first.next]).toEqual([3, 3]);
    const second = (await control("GET", `requests?since=${first.next}&limit=3`)).body;
    expect([second.requests.map((entry: { seq: number }) => entry.seq), second.next]).toEqual([[4, 5], null]);
  });

  it("keeps the newest requests once it is full", async ({ expect }) => {
    await control("PUT", "settings", { requestLogLimit: 10 });
    await Promise.all(Array.from({ length: 256 }, () => call("GET", "/workflows/x")));
    const { requests } = (await control("GET", "requests")).body;
    expect([requests.length, requests[0].seq, requests.at(-1).seq]).toEqual([10, 247, 256]);
  });
});

describe("executions", () => {
  beforeEach(forget);

  it("are listed in the order of their starts, as they stand", async ({ expect }) => {
    const ids = [await started({ parameters: { n: 1 } }), await started({ parameters: { n: 2 } })];
    await call("POST", `/workflows/${ids[1]}/cancel`);
    const { total, executions, next } = (await control("GET", "executions")).body;
    expect([total, next]).toEqual([2, null]);
    expect(executions).toMatchObject([
      { seq: 1, id: ids[0], status: "RUNNING", parameters: { n: 1 }, endedAt: null },
      { seq: 2, id: ids[1], status: "CANCELLED", parameters: { n: 2 }, endedAt: expect.any(Number) },
    ]);
    expect((await control("GET", "executions?since=1")).body.executions).toHaveLength(1);
  });

  it("can be finished now with a status and a result", async ({ expect }) => {
    const id = await started();
    const result = { outcome: "REJECTED" };
    expect((await control("POST", `executions/${id}/finish`, { result })).body).toEqual({ id, status: "COMPLETED" });
    expect((await call("GET", `/workflows/${id}/result`)).body).toEqual(result);
  });

  it("can be finished without a word, as they would end", async ({ expect }) => {
    const id = await started({ parameters: { $simulate: { status: "FAILED" } } });
    expect((await control("POST", `executions/${id}/finish`)).body.status).toBe("FAILED");
  });

  it("can be finished once only", async ({ expect }) => {
    const id = await started();
    await control("POST", `executions/${id}/finish`, { status: "FAILED" });
    expect((await control("POST", `executions/${id}/finish`, {})).status).toBe(409);
    expect((await control("POST", `executions/${DEFINITION}/finish`, {})).status).toBe(404);
  });
});

describe("settings", () => {
  beforeEach(forget);

  it("change by name and leave the others", async ({ expect }) => {
    await control("PUT", "settings", { strict: true });
    const { body } = await control("PUT", "settings", { runsForMs: 5 });
    expect(body).toEqual({ token: null, strict: true, runsForMs: 5, requestLogLimit: 10_000, clockOffsetMs: 0 });
  });

  it("show the definitions that are registered", async ({ expect }) => {
    await control("PUT", `definitions/${DEFINITION}`, { runsForMs: 1 });
    expect((await control("GET", "definitions")).body).toEqual({ definitions: { [DEFINITION]: { runsForMs: 1 } } });
  });

  it("move the clock, so that what is started then is dated then", async ({ expect }) => {
    await moveClock(DAY_MS);
    await started();
    const { executions } = (await control("GET", "executions")).body;
    await moveClock(0);
    await started();
    const later = (await control("GET", "executions")).body.executions[1];
    expect(executions[0].startedAt - later.startedAt).toBeGreaterThan(DAY_MS - 60_000);
  });

  it("are forgotten with everything else by a reset", async ({ expect }) => {
    await started();
    await control("PUT", "settings", { strict: true });
    await control("PUT", `definitions/${DEFINITION}`, {});
    await control("POST", "faults", { operation: "*", fault: "throttle" });
    await moveClock(DAY_MS);
    expect((await control("POST", "reset")).status).toBe(204);
    expect((await control("GET", "executions")).body.total).toBe(0);
    expect((await control("GET", "requests")).body.requests).toEqual([]);
    expect((await control("GET", "definitions")).body.definitions).toEqual({});
    expect((await control("GET", "faults")).body.faults).toEqual([]);
    expect((await control("GET", "settings")).body).toMatchObject({ strict: false, clockOffsetMs: 0 });
  });

  it("survive, like everything else, the end of the object in memory", async ({ expect }) => {
    const id = await started();
    await control("PUT", "settings", { runsForMs: 77 });
    await evictDurableObject(simulatorState(env as unknown as SimulatorEnv));
    expect((await call("GET", `/workflows/${id}`)).status).toBe(200);
    expect((await control("GET", "settings")).body.runsForMs).toBe(77);
  });
});

describe("GET /", () => {
  it("says what this is", async ({ expect }) => {
    const { status, body } = await request("GET", "/");
    expect([status, body.name, body.control]).toEqual([200, "Hookspan engine simulator", "/_control"]);
  });
});
