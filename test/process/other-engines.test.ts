// The examples of other engines over real connections: a bridge in a workerd process of its own, with both engines of docs/examples,
// whose stand-ins listen on loopback; webhooks in, signed ends out.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalStack, startStack } from "../../scripts/local-stack.ts";
import { cloudflareWorkflows } from "../fakes/cloudflare-workflows.ts";
import { n8n } from "../fakes/n8n.ts";
import type { StandIn } from "../fakes/stand-in.ts";

const ACCOUNT = "0123456789abcdef0123456789abcdef";
/** As developmentSecrets makes up what .dev.vars does not set. */
const tokenOf = (name: string) => `tot_development-${name.toLowerCase()}`;

const directory = mkdtempSync(join(tmpdir(), "hookspan-engines-"));
const example = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../docs/examples/engines/${name}.config.json`, import.meta.url), "utf8"));

const cloudflare = cloudflareWorkflows(ACCOUNT, tokenOf("CLOUDFLARE_WORKFLOWS_TOKEN"));
const servers: Server[] = [];
let flows: ReturnType<typeof n8n>;
let stack: LocalStack;

/** Serves a stand-in; an answer that is spoiled without one breaks the connection. @returns the address */
async function served(origin: string, standIn: () => StandIn): Promise<string> {
  const server = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
      const init = { method: request.method ?? "GET", headers, ...(body.length > 0 ? { body: body.toString() } : {}) };
      const answer = await standIn().fetch(`${origin}${request.url}`, init);
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
    })().catch(() => request.socket.resetAndDestroy());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  const [first, second] = [example("cloudflare-workflows"), example("n8n")];
  const cloudflareUrl = await served("https://api.cloudflare.com", () => cloudflare);
  const n8nUrl = await served("https://n8n.example.com", () => flows);
  const config = {
    ...first,
    engines: {
      cloudflare: { ...first.engines.default, baseUrl: `${cloudflareUrl}/client/v4/accounts/${ACCOUNT}` },
      n8n: { ...second.engines.default, baseUrl: n8nUrl },
    },
    rules: [
      { ...first.rules[0], id: "by-cloudflare", engine: "cloudflare" },
      { ...second.rules[0], id: "by-n8n", engine: "n8n" },
    ],
  };
  stack = await startStack({ persistTo: directory, config, engineUrl: () => "" });
  flows = n8n({ apiKey: tokenOf("N8N_API_KEY"), webhookToken: stack.secrets.all.N8N_WEBHOOK_TOKEN ?? "" });
});

afterAll(async () => {
  await stack?.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(directory, { recursive: true, force: true });
});

async function send(order: string): Promise<Map<string, string>> {
  const answer = await fetch(`${stack.bridge.url}/in/shop`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-webhook-token": stack.secrets.ofSource("shop") },
    body: JSON.stringify({ id: order, type: "order.paid", customer: "cus_42", total: 1250 }),
  });
  const { executions } = (await answer.json()) as { executions: { id: string; rule: string }[] };
  return new Map(executions.map(({ id, rule }) => [rule, id]));
}

describe("one event, two engines", () => {
  it("is a run at each, though both connections broke after the work was done, and each end is told", async () => {
    cloudflare.spoiled.push({ method: "POST", how: { done: true } });
    flows.spoiled.push({ method: "POST", how: { done: true } });
    const executions = await send("order-1");
    expect([...executions.keys()]).toEqual(["by-cloudflare", "by-n8n"]);
    // The first sweep starts again, once its time has come; the second sees the ends.
    const later = Date.now() + 120_000;
    const uncertain = async (rule: string) =>
      (await stack.api<{ uncertainStarts: number }>(`/executions/${executions.get(rule)}`)).uncertainStarts;
    await expect.poll(async () => [await uncertain("by-cloudflare"), await uncertain("by-n8n")]).toEqual([1, 1]);
    await stack.sweep(later);
    await expect.poll(() => flows.executions.length).toBe(2);
    const instance = cloudflare.only("fulfil-order");
    Object.assign(instance, { status: "complete", output: { shipped: true } });
    for (const execution of flows.executions) Object.assign(execution, { status: "success", output: { ok: 1 } });
    await stack.sweep(later + 60_000);
    await stack.sweep(later + 120_000);
    const end = (rule: string) => stack.receiver.message(({ data }) => data.execution === executions.get(rule));
    expect(await end("by-cloudflare")).toMatchObject({ verified: true, data: { result: { shipped: true } } });
    expect(await end("by-n8n")).toMatchObject({ verified: true, data: { result: { ok: 1 } } });
    // Named by us, it ran once; n8n, which takes no name, was started twice under one startId.
    expect(cloudflare.workflows.get("fulfil-order")?.size).toBe(1);
    const startIds = flows.executions.map(({ input }) => (input as { startId: string }).startId);
    expect(startIds).toEqual([startIds[0], startIds[0]]);
  });
});
