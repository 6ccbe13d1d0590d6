// What the benchmark of latencies runs: the bridge and the engine simulator in workerd, the floor, and in this process what stands
// between bridge and engine and notes when start calls come, and the receiver of callbacks.
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { prepareWorkerd } from "../scripts/chaos/workerd.ts";
import { developmentSecrets } from "../scripts/development-secrets.ts";
import { freePort } from "../scripts/local-stack.ts";
import { startReceiver } from "../scripts/receiver.ts";
import { simulatorControl } from "../scripts/simulator-control.ts";
import { postStripe, signedByStripe } from "../scripts/webhooks.ts";
import { fireTicker } from "../scripts/workerd/ticker.ts";
import { MINUTE_MS } from "../src/core/duration.ts";

export type Ends = "push" | "fast path" | "sweep";

/** Runs go on until they are told to end. */
const RUNS_FOR_MS = 3_600_000;
/** An early poll comes within this; ends are spread over it. */
const SPREAD_MS = 1_500;

export interface Started {
  readonly at: number;
  readonly runId: string;
}

export interface World {
  send(customer: string): Promise<void>;
  /** When its start call came to the engine. */
  started(customer: string): Promise<Started>;
  /** Ends its run. @returns when it had ended, or, where the engine pushes, when it was told to push */
  end(customer: string, n: number): Promise<number>;
  /** When its callback came. */
  told(customer: string): Promise<number>;
  sweep(): Promise<void>;
  sendToFloor(name: string): Promise<void>;
  /** When the floor had passed it on. */
  passed(name: string): Promise<number>;
  stop(): Promise<void>;
}

/** What is noted by name when it comes, and waited for. */
class Arrivals<T> {
  readonly #known = new Map<string, PromiseWithResolvers<T>>();

  #of(name: string): PromiseWithResolvers<T> {
    const known = this.#known.get(name) ?? Promise.withResolvers<T>();
    this.#known.set(name, known);
    return known;
  }

  note(name: string, value: T): void {
    this.#of(name).resolve(value);
  }

  of(name: string): Promise<T> {
    return this.#of(name).promise;
  }
}

export async function latencyWorld(directory: string, ends: Ends): Promise<World> {
  const config = configOf(ends);
  const secrets = developmentSecrets(config);
  const [bridgePort, cronPort, simulatorPort, floorPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const told = new Arrivals<number>();
  const receiver = await startReceiver(
    (callback) => secrets.ofCallback(callback),
    ({ data, verified }) => {
      if (verified) told.note(data.recordId ?? "", performance.now());
    },
  );
  const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
  const bridgeUrl = `http://127.0.0.1:${bridgePort}`;
  const starts = new Arrivals<Started>();
  const passed = new Arrivals<number>();
  const between = await standBetween(simulatorUrl, starts, passed);
  const simulator = await prepareWorkerd({
    name: "simulator",
    wranglerConfig: "src/simulator/wrangler.toml",
    directory: join(directory, "simulator"),
    port: simulatorPort,
    readyPath: "/",
    variables: { SIMULATOR_CONTROL: "true" },
  });
  const bridge = await prepareWorkerd({
    name: "bridge",
    wranglerConfig: "wrangler.toml",
    directory: join(directory, "bridge"),
    port: bridgePort,
    cronPort,
    readyPath: "/healthz",
    variables: {
      DEVELOPMENT: "true",
      DEVELOPMENT_CONFIG: JSON.stringify(config),
      DEVELOPMENT_ENGINE_URL: between.url,
      DEVELOPMENT_CALLBACK_URL: receiver.url,
      ...secrets.all,
    },
  });
  const floor = await prepareWorkerd({
    name: "floor",
    wranglerConfig: "bench/floor.toml",
    directory: join(directory, "floor"),
    port: floorPort,
    readyPath: "/",
    variables: { SHARDS: "1", PROMISES: "false", SECRET: "none", PASS_ON_TO: `${between.url}/passed` },
  });
  await Promise.all([simulator, bridge, floor].map((each) => each.start()));
  await simulatorControl(simulatorUrl).settings({ runsForMs: RUNS_FOR_MS });
  const steer = async (runId: string, path: string, body: object): Promise<void> => {
    const to = `${simulatorUrl}/_control/executions/${runId}/${path}`;
    const answer = await fetch(to, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${to} answered ${answer.status}: ${await answer.text()}`);
    await answer.text();
  };
  return {
    async send(customer) {
      const event = {
        id: `evt_${customer}`,
        type: "customer.created",
        object: { id: customer, customer: recordOf(customer) },
      };
      const { status } = await postStripe(bridgeUrl, signedByStripe(event, secrets.ofSource("stripe")));
      if (status !== 202) throw new Error(`a webhook was answered with ${status}`);
    },
    started: (customer) => starts.of(recordOf(customer)),
    async end(customer, n) {
      const { runId } = await starts.of(recordOf(customer));
      if (ends === "fast path") await new Promise((resolve) => setTimeout(resolve, (n * 397) % SPREAD_MS));
      await steer(runId, "finish", {});
      const at = performance.now();
      if (ends === "push") await steer(runId, "push", { url: `${bridgeUrl}/engine/default` });
      return at;
    },
    told: (customer) => told.of(recordOf(customer)),
    async sweep() {
      const outcome = await fireTicker({ port: cronPort }, { at: Date.now() + MINUTE_MS });
      if (outcome !== "ok") throw new Error("the sweep has failed");
    },
    async sendToFloor(name) {
      await (await fetch(`http://127.0.0.1:${floorPort}/`, { method: "POST", body: name })).text();
    },
    passed: (name) => passed.of(name),
    async stop() {
      await Promise.all([bridge.kill(), simulator.kill(), floor.kill(), receiver.stop()]);
      between.close();
    },
  };
}

/** Passes everything to the simulator, and notes the start calls as they come and what run each has become. */
async function standBetween(simulatorUrl: string, starts: Arrivals<Started>, passed: Arrivals<number>) {
  const server = createServer(async (request, response) => {
    const at = performance.now();
    const body = await textOf(request);
    if (request.url === "/passed") {
      passed.note(body, at);
      return response.writeHead(202).end();
    }
    const headers = { authorization: request.headers.authorization ?? "", "content-type": "application/json" };
    const method = request.method ?? "GET";
    const answer = await fetch(simulatorUrl + request.url, { method, headers, ...(body === "" ? {} : { body }) });
    const text = await answer.text();
    if (method === "POST" && request.url === "/workflows" && answer.ok)
      starts.note(JSON.parse(body).recordId, { at, runId: JSON.parse(text).id });
    return response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** A UUID, which the bridge takes as it is: so record, start call and callback can be told to belong together. */
function recordOf(customer: string): string {
  return `00000000-0000-4000-8000-${Buffer.from(customer).toString("hex").padStart(12, "0").slice(-12)}`;
}

function configOf(ends: Ends) {
  return {
    engines: {
      default: {
        token: "TRANSACTIONLINK_TOKEN",
        followFor: ends === "fast path" ? "16s" : "0s",
        maxConcurrent: 500,
        push: { enabled: true },
      },
    },
    sources: { stripe: { preset: "stripe", secrets: ["STRIPE_WEBHOOK_SECRET"] } },
    callbacks: { crm: { url: "https://crm.example.com/hook", secrets: ["CRM_CALLBACK_SECRET"] } },
    rules: [
      {
        id: "kyb",
        source: "stripe",
        on: ["customer.created"],
        start: { workflowDefinitionId: "0940b863-eb4e-471a-8ae4-40a24b889e03", recordId: "{% data.object.customer %}" },
        callbacks: ["crm"],
      },
    ],
  };
}
