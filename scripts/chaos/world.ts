// What a chaos run runs: the configuration, and the four parts that it is about. The bridge, the engine simulator and the
// receiver are processes that can be killed; the tap between bridge and simulator is part of this one and never is.
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DevelopmentSecrets, developmentSecrets } from "../development-secrets.ts";
import { type SimulatorControl, simulatorControl } from "../simulator-control.ts";
import { fireTicker } from "../workerd/ticker.ts";
import { Killable } from "./killable.ts";
import { type SelfHosted, selfHosted } from "./self-hosted.ts";
import { createTap, type Tap } from "./tap.ts";
import { prepareWorkerd } from "./workerd.ts";

const CALLBACK = { url: "https://crm.example.com/hook", secrets: ["CRM_CALLBACK_SECRET"], timeout: "1s" };
const MAX_LOG = 1_000_000;

/** The rules, by id: both policies, with a record and without, from two senders that sign differently. */
export const RULES = {
  retry: { source: "stripe", type: "customer.created", record: true, policy: "retry" },
  hold: { source: "stripe", type: "customer.updated", record: true, policy: "hold" },
  "retry-bare": { source: "orders", type: "order.paid", record: false, policy: "retry" },
  "hold-bare": { source: "orders", type: "order.refunded", record: false, policy: "hold" },
} as const;
export type RuleId = keyof typeof RULES;
export const RULE_IDS = Object.keys(RULES) as RuleId[];

/** The ledger is moved in the middle of the run: what was admitted before must be found after it. */
export const SHARDS = { before: 8, after: 16 };
const MOVED = { ledger: { shards: SHARDS.after, formerShards: [SHARDS.before] } };

const CONFIG = {
  ledger: { shards: SHARDS.before },
  engines: { default: { token: "TRANSACTIONLINK_TOKEN", timeout: "10s", followFor: "1s" } },
  sources: {
    stripe: { preset: "stripe", secrets: ["STRIPE_WEBHOOK_SECRET"] },
    orders: { preset: "standard-webhooks", secrets: ["ORDERS_WEBHOOK_SECRET"] },
  },
  callbacks: { crm: CALLBACK },
  rules: Object.entries(RULES).map(([id, { source, type, record, policy }]) => ({
    id,
    source,
    on: [type],
    start: {
      workflowDefinitionId: "0940b863-eb4e-471a-8ae4-40a24b889e03",
      ...(record ? { recordId: "{% data.object.customer %}" } : {}),
      parameters: {
        event: "{% id %}",
        $simulate: source === "stripe" ? "{% data.object.run %}" : "{% data.data.run %}",
      },
    },
    onUncertainStart: policy,
    callbacks: ["crm"],
  })),
};

export interface World {
  readonly bridge: Killable;
  readonly simulator: Killable;
  readonly receiver: Killable;
  readonly tap: Tap;
  readonly bridgeUrl: string;
  readonly receiverUrl: string;
  readonly receiverLog: string;
  readonly control: SimulatorControl;
  readonly simulatorUrl: string;
  readonly secrets: DevelopmentSecrets;
  /** From the bridge's next life on the real time counts, or only what `sweep` says. */
  realTime(on: boolean): void;
  /** Fires the cron trigger as if it were `at`. @returns false where the bridge was not there, or not until the end */
  sweep(at: number): Promise<boolean>;
  /** Puts a configuration with more shards in force, while everything goes on; later lives of the bridge begin with it. */
  moreShards(): Promise<void>;
  /** A GET to the operations API; undefined where the answer is not 200. */
  api<T>(path: string): Promise<T | undefined>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly directory: string;
  /** Whether the bridge is what `npm start` runs, in place of a workerd of the run's own. */
  readonly selfHost: boolean;
  onOutput?(name: string, text: string): void;
}

export async function createWorld({ directory, selfHost, onOutput }: WorldOptions): Promise<World> {
  const [bridgePort = 0, cronPort = 0, simulatorPort = 0, receiverPort = 0] = await freePorts(4);
  const secrets = developmentSecrets(CONFIG);
  const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
  const bridgeUrl = `http://127.0.0.1:${bridgePort}`;
  const receiverUrl = `http://127.0.0.1:${receiverPort}`;
  const receiverLog = join(directory, "receiver.jsonl");
  mkdirSync(directory, { recursive: true });

  let config: object = CONFIG;
  const tap = createTap(simulatorPort);
  const simulator = await prepareWorkerd({
    name: "simulator",
    wranglerConfig: "src/simulator/wrangler.toml",
    directory: join(directory, "simulator"),
    port: simulatorPort,
    readyPath: "/",
    variables: { SIMULATOR_CONTROL: "true" },
    onOutput: (text) => onOutput?.("simulator", text),
  });
  const { bridge, tick, sweep } = selfHost ? served() : await plain();
  const program = fileURLToPath(new URL("receiver-process.ts", import.meta.url));
  const receiver = new Killable({
    name: "receiver",
    command: [process.execPath, program, String(receiverPort), receiverLog, ...secrets.ofCallback("crm")],
    readyUrl: `${receiverUrl}/ready`,
    onOutput: (text) => onOutput?.("receiver", text),
  });

  function served(): SelfHosted {
    return selfHosted({
      directory: join(directory, "bridge"),
      port: bridgePort,
      config: () => config,
      secrets: secrets.all,
      callbackUrl: receiverUrl,
      engineUrl: () => tap.enter(),
      onOutput: (text) => onOutput?.("bridge", text),
    });
  }

  async function plain(): Promise<SelfHosted> {
    const killable = await prepareWorkerd({
      name: "bridge",
      wranglerConfig: "wrangler.toml",
      directory: join(directory, "bridge"),
      port: bridgePort,
      cronPort,
      readyPath: "/healthz",
      variables: { DEVELOPMENT: "true", DEVELOPMENT_CALLBACK_URL: receiverUrl, ...secrets.all },
      environmentNames: ["DEVELOPMENT_ENGINE_URL", "DEVELOPMENT_CONFIG"],
      environment: async () => ({
        DEVELOPMENT_ENGINE_URL: await tap.enter(),
        DEVELOPMENT_CONFIG: JSON.stringify(config),
      }),
      onOutput: (text) => onOutput?.("bridge", text),
    });
    return { bridge: killable, tick: () => undefined, sweep: (at) => fireTicker({ port: cronPort }, { at }) };
  }

  const stop = async (): Promise<void> => {
    await Promise.all([bridge.kill(), simulator.kill(), receiver.kill()]);
    tap.close();
  };
  const control = simulatorControl(simulatorUrl);
  try {
    await Promise.all([bridge.start(), simulator.start(), receiver.start()]);
    await control.settings({ requestLogLimit: MAX_LOG });
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return {
    bridge,
    simulator,
    receiver,
    tap,
    bridgeUrl,
    receiverUrl,
    receiverLog,
    control,
    simulatorUrl,
    secrets,
    stop,
    realTime: tick,
    sweep: async (at) => (await sweep(at).catch(() => undefined)) === "ok",
    async moreShards() {
      config = { ...CONFIG, ...MOVED };
      const authorization = `Bearer ${secrets.adminToken}`;
      const { headers } = await fetch(`${bridgeUrl}/api/config`, { headers: { authorization } });
      const answer = await fetch(`${bridgeUrl}/api/config`, {
        method: "PUT",
        headers: { authorization, "if-match": headers.get("etag") ?? "" },
        body: JSON.stringify(config),
      });
      if (!answer.ok) throw new Error(`the configuration was answered with ${answer.status}: ${await answer.text()}`);
      await answer.body?.cancel();
    },
    async api(path) {
      const headers = { authorization: `Bearer ${secrets.adminToken}` };
      const answer = await fetch(`${bridgeUrl}/api${path}`, { headers }).catch(() => undefined);
      return answer?.ok ? ((await answer.json()) as never) : undefined;
    },
  };
}

/** Below the range from which the system gives out ports: while a process is dead nobody else may get its port. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
