// The bridge and the engine simulator in local workerd, each a `wrangler dev` process of its own that can be killed and
// started again on the same storage, and a callback receiver in this process. Used by the demo, by `npm run dev` and by
// the tests that kill things. Loopback only.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { type DevelopmentSecrets, developmentSecrets } from "./development-secrets.ts";
import { type ReceivedMessage, type Receiver, startReceiver } from "./receiver.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WRANGLER = fileURLToPath(new URL("../node_modules/wrangler/bin/wrangler.js", import.meta.url));
const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 50;
const PORT_PATIENCE_MS = 5_000;

export interface StackOptions {
  /** Where workerd keeps its storage; the same directory again means the same data again. */
  readonly persistTo: string;
  /** Takes the place of bridge.config.json. */
  readonly config: Config;
  /** Whether the bridge watches the user's bridge.config.json instead of being given `config`. */
  readonly watchConfig?: boolean;
  /** Puts something between the bridge and the simulator: given the simulator's URL, gives the one to call. */
  engineUrl?(simulatorUrl: string): string;
  /** A fixed port for the bridge; any free one otherwise. */
  readonly port?: number;
  /** Is told of each message that the receiver gets, as it comes. */
  onMessage?(message: ReceivedMessage): void;
  /** Receives what the processes print. */
  onOutput?(process: "bridge" | "simulator", text: string): void;
}

interface EngineSecrets {
  readonly token?: string;
  readonly credentials?: { readonly key: string; readonly secret: string };
  readonly operations?: Readonly<Record<string, { readonly token?: string }>>;
}

export interface Config {
  readonly engines: Record<string, EngineSecrets & { followFor?: string }>;
  readonly sources: Record<
    string,
    { preset?: string; secrets?: readonly string[]; handshakeSecrets?: readonly string[] }
  >;
  readonly callbacks?: Record<string, { secrets: readonly string[] }>;
}

/** One wrangler process and the workerd under it. */
export class LocalWorker {
  readonly url: string;
  readonly #port: number;
  readonly #args: readonly string[];
  readonly #onOutput: (text: string) => void;
  readonly #readyPath: string;
  #child: ChildProcess | undefined;

  constructor(port: number, readyPath: string, args: readonly string[], onOutput: (text: string) => void) {
    this.url = `http://127.0.0.1:${port}`;
    this.#port = port;
    this.#args = ["dev", "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0", ...args];
    this.#onOutput = onOutput;
    this.#readyPath = readyPath;
  }

  async start(): Promise<void> {
    await mustBeFree(this.#port);
    const quiet = {
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_HIDE_BANNER: "true",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
    };
    // A process group of its own: killing it takes workerd down together with wrangler.
    const child = spawn(process.execPath, [WRANGLER, ...this.#args], {
      cwd: ROOT,
      env: { ...process.env, ...quiet },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stdout.setEncoding("utf8").on("data", this.#onOutput);
    child.stderr.setEncoding("utf8").on("data", this.#onOutput);
    await this.#ready(child);
  }

  async #ready(child: ChildProcess): Promise<void> {
    const until = Date.now() + READY_TIMEOUT_MS;
    while (Date.now() < until) {
      if (child.exitCode !== null)
        throw new Error(`wrangler ended with exit code ${child.exitCode} before it was ready`);
      const answer = await fetch(this.url + this.#readyPath).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer) return;
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    }
    throw new Error(`${this.url} did not answer within ${READY_TIMEOUT_MS} ms`);
  }

  /** SIGKILL, as hard as it gets: nothing is told, nothing is flushed. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    if (process.platform === "win32" || child.pid === undefined) child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
    await gone;
  }
}

export interface LocalStack {
  readonly bridge: LocalWorker;
  readonly simulator: LocalWorker;
  readonly receiver: Receiver;
  readonly secrets: DevelopmentSecrets;
  /** Fires the cron trigger as if it were `at` (ms since the epoch): the sweep lives at that time. */
  sweep(at?: number): Promise<void>;
  /** A GET to the operations API. */
  api<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

export async function startStack(options: StackOptions): Promise<LocalStack> {
  const secrets = developmentSecrets(options.config);
  const receiver = await startReceiver((callback) => secrets.ofCallback(callback), options.onMessage);
  const output = options.onOutput ?? (() => undefined);
  const simulatorArgs = ["-c", "src/simulator/wrangler.toml", "--persist-to", `${options.persistTo}/simulator`];
  const simulator = new LocalWorker(await freePort(), "/", simulatorArgs, (text) => output("simulator", text));

  const variables: Record<string, string> = {
    DEVELOPMENT: "true",
    DEVELOPMENT_ENGINE_URL: options.engineUrl?.(simulator.url) ?? simulator.url,
    DEVELOPMENT_CALLBACK_URL: receiver.url,
    ...(options.watchConfig ? {} : { DEVELOPMENT_CONFIG: JSON.stringify(options.config) }),
    ...secrets.all,
  };
  const bridgeArgs = ["-c", "wrangler.toml", "--persist-to", `${options.persistTo}/bridge`];
  for (const [name, value] of Object.entries(variables)) bridgeArgs.push("--var", `${name}:${value}`);
  const bridge = new LocalWorker(options.port ?? (await freePort()), "/healthz", bridgeArgs, (text) =>
    output("bridge", text),
  );

  const stop = async (): Promise<void> => {
    await Promise.all([bridge.kill(), simulator.kill(), receiver.stop()]);
  };
  try {
    await Promise.all([bridge.start(), simulator.start()]);
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return {
    bridge,
    simulator,
    receiver,
    secrets,
    stop,
    async sweep(at = Date.now()) {
      const answer = await fetch(`${bridge.url}/cdn-cgi/local/scheduled?cron=*+*+*+*+*&time=${at}`);
      if (!answer.ok) throw new Error(`the cron trigger answered ${answer.status}`);
      await answer.text();
    },
    async api(path) {
      const answer = await fetch(`${bridge.url}/api${path}`, {
        headers: { authorization: `Bearer ${secrets.adminToken}` },
      });
      if (!answer.ok) throw new Error(`GET /api${path} answered ${answer.status}: ${await answer.text()}`);
      return answer.json() as never;
    },
  };
}

/** Whoever else listens there would be taken for the worker that is being started. One just killed is waited for. */
async function mustBeFree(port: number): Promise<void> {
  const until = Date.now() + PORT_PATIENCE_MS;
  while (!(await isFree(port))) {
    if (Date.now() > until) throw new Error(`Port ${port} is in use: stop what runs there.`);
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
