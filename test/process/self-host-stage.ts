// Where `npm start` is tried: an engine simulator, a receiver, and servers that can be killed, all on this machine. Not a test itself.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type DevelopmentSecrets, developmentSecrets } from "../../scripts/development-secrets.ts";
import { freePort, LocalWorker } from "../../scripts/local-stack.ts";
import { type Receiver, startReceiver } from "../../scripts/receiver.ts";
import { type SimulatorControl, simulatorControl } from "../../scripts/simulator-control.ts";
import { postStripe, signedByStripe } from "../../scripts/webhooks.ts";

interface Surroundings {
  readonly directory: string;
  readonly configFile: string;
  readonly secretsFile: string;
  readonly secrets: DevelopmentSecrets;
  readonly simulator: LocalWorker;
  readonly receiver: Receiver;
}

export interface Stage extends Surroundings {
  readonly control: SimulatorControl;
  /** @param data the name of its directory; another server may have had it before */
  server(data: string): Promise<Server>;
  close(): Promise<void>;
}

const config = JSON.parse(readFileSync("scripts/demo.config.json", "utf8"));
/** Takes as long as the event says. */
config.rules.push({
  id: "slow",
  source: "stripe",
  on: ["charge.updated"],
  start: {
    workflowDefinitionId: "b6a1c3f2-2d0f-4b7e-8a57-5c1f0e9d7a42",
    recordId: "{% data.object.customer %}",
    parameters: { charge: "{% data.object.id %}", $simulate: { runsForMs: "{% data.object.runs_for_ms %}" } },
  },
  callbacks: ["crm"],
});

export async function openStage(): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), "hookspan-self-host-"));
  const configFile = join(directory, "bridge.config.json");
  const secretsFile = join(directory, "secrets");
  const secrets = developmentSecrets(config);
  writeFileSync(configFile, JSON.stringify(config));
  const lines = Object.entries(secrets.all).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(secretsFile, lines.join(""), { mode: 0o600 });
  const receiver = await startReceiver((callback) => secrets.ofCallback(callback));
  const simulator = new LocalWorker(
    await freePort(),
    "/",
    ["-c", "src/simulator/wrangler.toml", "--persist-to", join(directory, "simulator")],
    () => undefined,
  );
  await simulator.start();
  const control = simulatorControl(simulator.url);
  await control.settings({ runsForMs: 0 });
  const servers = new Set<Server>();
  const surroundings = { directory, configFile, secretsFile, secrets, simulator, receiver };
  return {
    ...surroundings,
    control,
    async server(data) {
      const server = new Server(surroundings, await freePort(), join(directory, data));
      servers.add(server);
      return server;
    },
    async close() {
      await Promise.all([...servers].map((server) => server.kill()));
      await Promise.all([simulator.kill(), receiver.stop()]);
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** One `npm start`, which can be killed as a whole, or only the workerd in it. */
export class Server {
  readonly url: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  output = "";

  readonly #stage: Surroundings;
  readonly #port: number;

  constructor(stage: Surroundings, port: number, data: string) {
    this.#stage = stage;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#args = [
      "--config",
      stage.configFile,
      "--secrets",
      stage.secretsFile,
      "--data",
      data,
      "--port",
      String(port),
      "--allow-private-network",
    ];
  }

  /** @param sources where those of another version are */
  async start(sources?: string): Promise<void> {
    const rehearsal = {
      engineUrl: this.#stage.simulator.url,
      callbackUrl: this.#stage.receiver.url,
      tickEveryMs: 500,
      watch: { everyMs: 300, deadlineMs: 2_000, failures: 3, startMs: 20_000 },
      ...(sources !== undefined && { sources }),
    };
    const file = join(this.#stage.directory, `rehearsal-${this.#port}.json`);
    writeFileSync(file, JSON.stringify(rehearsal));
    const child = spawn(process.execPath, ["scripts/start.ts", ...this.#args, "--rehearsal", file], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    }
    this.#child = child;
    await this.ready();
  }

  async ready(): Promise<void> {
    await until(async () => (await fetch(`${this.url}/healthz`)).ok);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Of the workerd in it. */
  get workerd(): number {
    const pid = Number(spawnSync("pgrep", ["-P", String(this.pid), "workerd"], { encoding: "utf8" }).stdout.trim());
    if (!(pid > 0)) throw new Error("there is no workerd");
    return pid;
  }

  /** All of it at once, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    process.kill(-child.pid, "SIGKILL");
    await gone;
  }

  async stop(): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) throw new Error("it does not run");
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    const [code] = await gone;
    return code;
  }

  async api<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.url}/api${path}`, {
      headers: { authorization: `Bearer ${this.#stage.secrets.adminToken}` },
    });
    if (!answer.ok) throw new Error(`GET /api${path} answered ${answer.status}`);
    return (await answer.json()) as T;
  }

  post(path: string): Promise<Response> {
    return fetch(`${this.url}/api${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.#stage.secrets.adminToken}` },
    });
  }

  /** @returns the ids of the executions in this state */
  async states(state: string): Promise<string[]> {
    const { executions } = await this.api<{ executions: { id: string }[] }>(`/executions?limit=200&state=${state}`);
    return executions.map(({ id }) => id);
  }

  /** @returns the execution's id where it was accepted */
  async send(n: number, runsForMs?: number): Promise<string | undefined> {
    const object = { id: `ch_${n}`, customer: `cus_${n}`, amount_refunded: 100, runs_for_ms: runsForMs };
    const type = runsForMs === undefined ? "charge.refunded" : "charge.updated";
    const signed = signedByStripe({ id: `evt_${n}`, type, object }, this.#stage.secrets.ofSource("stripe"));
    const answer = await postStripe(this.url, signed).catch(() => undefined);
    return answer?.status === 202 ? answer.executions[0]?.id : undefined;
  }

  /** Comes again until it is answered, as Stripe does. */
  async deliver(n: number): Promise<string> {
    for (;;) {
      const id = await this.send(n);
      if (id !== undefined) return id;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/**
 * Sends events of this range over several lives, each of which ends in the midst of work.
 * @param next ends this life and begins another
 */
export async function overLives(
  server: Server,
  first: number,
  lives: number,
  next: (life: number) => Promise<void>,
): Promise<string[]> {
  const accepted: string[] = [];
  let sent = first;
  for (let life = 0; life < lives; life++) {
    const batch = Array.from({ length: 30 }, () => sent++);
    const sending = batch.map(async (n) => accepted.push(await server.deliver(n)));
    await until(async () => accepted.length >= sent - first - 20);
    await next(life);
    await Promise.all(sending);
  }
  return accepted;
}

/** Nothing is lost, nothing is doubled but what nobody could know, and every message is signed. */
export async function reconciled(
  { receiver, control }: Stage,
  server: Server,
  accepted: readonly string[],
  first: number,
): Promise<void> {
  expect(new Set(accepted).size).toBe(accepted.length);
  const told = (): Set<string> => new Set(receiver.messages.map(({ data }) => data.execution));
  // What was under way when it was killed is leased for a minute.
  await until(async () => accepted.every((id) => told().has(id)), 180_000);
  expect(receiver.messages.every(({ verified }) => verified)).toBe(true);
  const own = (charge: string): boolean => {
    const n = Number(charge.slice("ch_".length));
    return n >= first && n < first + accepted.length;
  };
  const { executions } = await server.api<{ executions: { uncertainStarts: number }[] }>("/executions?limit=200");
  const uncertain = executions.reduce((sum, each) => sum + each.uncertainStarts, 0);
  const starts = (await control.starts()).filter(({ body }) => own(JSON.parse(body).parameters.charge)).length;
  expect(starts).toBeGreaterThanOrEqual(accepted.length);
  expect(starts).toBeLessThanOrEqual(accepted.length + uncertain);
}

export async function until(holds: () => Promise<boolean>, patienceMs = 40_000): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
