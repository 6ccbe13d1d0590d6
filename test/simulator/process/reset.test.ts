// Faults over real TCP: the simulator runs in its own processes, under wrangler dev as users start it and under Miniflare
// with a direct socket as benchmarks and chaos tests start it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Running, startMiniflare, startWranglerDev } from "./simulator-process.ts";

const DEFINITION = "0940b863-eb4e-471a-8ae4-40a24b889e03";
const TOKEN = "tot_process-test";
const HEADERS = { authorization: TOKEN, "content-type": "application/json" };

function start(url: string): Promise<Response> {
  const body = JSON.stringify({ workflowDefinitionId: DEFINITION, locale: "en", parameters: {} });
  return fetch(`${url}/workflows`, { method: "POST", headers: HEADERS, body });
}

async function setFault(url: string, rule: object): Promise<void> {
  await fetch(`${url}/_control/reset`, { method: "POST" });
  await fetch(`${url}/_control/faults`, { method: "POST", body: JSON.stringify(rule) });
}

async function seen(url: string): Promise<{ executions: number; requests: unknown[] }> {
  const { total } = JSON.parse(await (await fetch(`${url}/_control/executions`)).text());
  const { requests } = JSON.parse(await (await fetch(`${url}/_control/requests`)).text());
  return { executions: total, requests: requests.map((entry: { status: unknown }) => entry.status) };
}

describe("on a direct socket of workerd", () => {
  let simulator: Running;
  beforeAll(async () => {
    simulator = await startMiniflare();
  });
  afterAll(() => simulator.stop());

  it.for([
    ["reset-before", 0],
    ["reset-after", 1],
  ] as const)("%s closes the connection before any byte of an answer", async ([fault, executions], { expect }) => {
    await setFault(simulator.url, { operation: "start", fault });
    await expect(start(simulator.url)).rejects.toMatchObject({ cause: { code: "UND_ERR_SOCKET" } });
    expect(await seen(simulator.url)).toEqual({ executions, requests: ["reset"] });
  });

  it("a cut in the body comes after the headers", async ({ expect }) => {
    await setFault(simulator.url, { operation: "start", fault: "reset-after", cut: "in-body" });
    const response = await start(simulator.url);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toMatchObject({ cause: { code: "UND_ERR_SOCKET" } });
  });
});

describe("under wrangler dev", () => {
  let directory: string;
  let simulator: Running;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "simulator-"));
    simulator = await startWranglerDev(directory, TOKEN);
  });
  afterAll(async () => {
    await simulator.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it.for([
    ["reset-before", 0],
    ["reset-after", 1],
  ] as const)("%s closes the connection in the body, and is one request", async ([fault, executions], { expect }) => {
    await setFault(simulator.url, { operation: "start", fault });
    const response = await start(simulator.url);
    await expect(response.text()).rejects.toMatchObject({ cause: { code: "UND_ERR_SOCKET" } });
    expect(await seen(simulator.url)).toEqual({ executions, requests: ["reset"] });
  });

  it("a read is cut once as well: the proxy does not repeat it", async ({ expect }) => {
    await setFault(simulator.url, { operation: "get", fault: "reset-before" });
    const response = await fetch(`${simulator.url}/workflows/${DEFINITION}`, { headers: HEADERS });
    await expect(response.text()).rejects.toThrow();
    expect(await seen(simulator.url)).toEqual({ executions: 0, requests: ["reset"] });
  });

  it("a cut before the headers becomes the proxy's own 500", async ({ expect }) => {
    await setFault(simulator.url, { operation: "start", fault: "reset-after", cut: "before-headers" });
    expect((await start(simulator.url)).status).toBe(500);
    expect((await seen(simulator.url)).executions).toBe(1);
  });

  it("the variable SIMULATOR_TOKEN pins the token", async ({ expect }) => {
    const headers = { ...HEADERS, authorization: "tot_another-one" };
    const response = await fetch(`${simulator.url}/workflows/${DEFINITION}`, { headers });
    expect(response.status).toBe(401);
    await response.text();
  });

  it("what was started is still there after being killed and started again", async ({ expect }) => {
    await fetch(`${simulator.url}/_control/reset`, { method: "POST" });
    const { id } = JSON.parse(await (await start(simulator.url)).text());
    await simulator.stop();
    simulator = await startWranglerDev(directory, TOKEN);
    const response = await fetch(`${simulator.url}/workflows/${id}`, { headers: HEADERS });
    expect(response.status).toBe(200);
    await response.text();
  });
});
