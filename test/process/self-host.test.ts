// npm start, as a real process: served, killed in the midst of work and started again, stopped in order, backed up while it runs
// and restored. What was accepted is counted at the senders, the engine and the receiver.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { developmentSecrets } from "../../scripts/development-secrets.ts";
import { freePort, LocalWorker } from "../../scripts/local-stack.ts";
import { type Receiver, startReceiver } from "../../scripts/receiver.ts";
import { type SimulatorControl, simulatorControl } from "../../scripts/simulator-control.ts";
import { postStripe, signedByStripe } from "../../scripts/webhooks.ts";

/** The version that the one at hand is exchanged with. */
const EARLIER = "5b7873e846df5ea0f037ba3787eef3187f01d4e4";

const directory = mkdtempSync(join(tmpdir(), "hookspan-self-host-"));
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
const secrets = developmentSecrets(config);
const configFile = join(directory, "bridge.config.json");
const secretsFile = join(directory, "secrets");

let simulator: LocalWorker;
let control: SimulatorControl;
let receiver: Receiver;

beforeAll(async () => {
  writeFileSync(configFile, JSON.stringify(config));
  writeFileSync(
    secretsFile,
    Object.entries(secrets.all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
    { mode: 0o600 },
  );
  receiver = await startReceiver((callback) => secrets.ofCallback(callback));
  simulator = new LocalWorker(
    await freePort(),
    "/",
    ["-c", "src/simulator/wrangler.toml", "--persist-to", join(directory, "simulator")],
    () => undefined,
  );
  await simulator.start();
  control = simulatorControl(simulator.url);
  await control.settings({ runsForMs: 0 });
});

afterAll(async () => {
  await Promise.all([...servers].map((server) => server.kill()));
  await Promise.all([simulator?.kill(), receiver?.stop()]);
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
});

const servers = new Set<Server>();

/** One `npm start`, which can be killed as a whole, or only the workerd in it. */
class Server {
  readonly url: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  output = "";

  constructor(port: number, data: string) {
    this.url = `http://127.0.0.1:${port}`;
    this.#args = [
      "--config",
      configFile,
      "--secrets",
      secretsFile,
      "--data",
      data,
      "--port",
      String(port),
      "--allow-private-network",
    ];
    servers.add(this);
  }

  /** @param sources where those of another version are */
  async start(sources?: string): Promise<void> {
    const rehearsal = {
      engineUrl: simulator.url,
      callbackUrl: receiver.url,
      tickEveryMs: 500,
      watch: { everyMs: 300, deadlineMs: 2_000, failures: 3, startMs: 20_000 },
      ...(sources !== undefined && { sources }),
    };
    const file = join(directory, `rehearsal-${new URL(this.url).port}.json`);
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
      headers: { authorization: `Bearer ${secrets.adminToken}` },
    });
    if (!answer.ok) throw new Error(`GET /api${path} answered ${answer.status}`);
    return (await answer.json()) as T;
  }

  post(path: string): Promise<Response> {
    return fetch(`${this.url}/api${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${secrets.adminToken}` },
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
    const signed = signedByStripe({ id: `evt_${n}`, type, object }, secrets.ofSource("stripe"));
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
async function overLives(
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
async function reconciled(server: Server, accepted: readonly string[], first: number): Promise<void> {
  expect(new Set(accepted).size).toBe(accepted.length);
  const told = (): Set<string> => new Set(receiver.messages.map(({ data }) => data.execution));
  // What was under way when it was killed is leased for a minute.
  await until(async () => accepted.every((id) => told().has(id)), 150_000);
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

async function until(holds: () => Promise<boolean>, patienceMs = 40_000): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

// Together, since most of the time of the first two is waiting for leases.
describe.concurrent("npm start", () => {
  it("loses nothing and delivers everything, however often it is killed in the midst of work", async () => {
    const server = new Server(await freePort(), join(directory, "killed"));
    await server.start();
    const accepted = await overLives(server, 10_000, 5, async () => {
      await server.kill();
      await server.start();
    });
    await reconciled(server, accepted, 10_000);
    await server.kill();
  }, 240_000);

  it("takes an earlier version's data, and gives it back to it: old and new by turns lose nothing and double nothing", async () => {
    const old = join(directory, "old");
    mkdirSync(old);
    const archived = spawnSync(
      "git",
      ["archive", "--format=tar", EARLIER, "src", "bridge.config.json", "wrangler.toml"],
      { maxBuffer: 2 ** 28 },
    );
    if (archived.status !== 0)
      throw new Error(`this test needs the whole history of the repository: ${archived.stderr}`);
    if (spawnSync("tar", ["-x", "-C", old], { input: archived.stdout }).status !== 0) throw new Error("tar has failed");
    symlinkSync(resolve("node_modules"), join(old, "node_modules"));

    const server = new Server(await freePort(), join(directory, "versions"));
    await server.start(old);
    const accepted = await overLives(server, 20_000, 4, async (life) => {
      // A deployment lets the old one end what it does; sometimes it does not come to that.
      if (life % 2 === 0) await server.stop();
      else await server.kill();
      await server.start(life % 2 === 0 ? undefined : old);
    });
    // A rollback: the old version, which runs now, knows what the new one has taken in.
    expect(accepted).toContain(await server.deliver(20_045));
    await reconciled(server, accepted, 20_000);
    await server.kill();
    await server.start();
    const again = await Promise.all(Array.from({ length: 120 }, (_, n) => server.deliver(20_000 + n)));
    expect(again.toSorted()).toEqual(accepted.toSorted());
    await server.kill();
  }, 240_000);

  it("starts workerd again when that alone is killed, sweeps by itself, and stops in order", async () => {
    const data = join(directory, "supervised");
    const server = new Server(await freePort(), data);
    await server.start();
    process.kill(server.workerd, "SIGKILL");
    await until(async () => server.output.includes("workerd has ended (SIGKILL)"));
    await server.ready();
    await until(async () => (server.output.match(/sweep\.finished/g) ?? []).length > 1);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    for (const file of ["workerd.capnp", "worker.js"]) {
      const text = readFileSync(join(data, file), "utf8");
      for (const secret of Object.values(secrets.all)) expect(text).not.toContain(secret);
    }
    expect(await server.stop()).toBe(0);
    expect(await fetch(`${server.url}/healthz`).catch(() => "gone")).toBe("gone");
  });

  it("kills a workerd that hangs and starts it again: what is sent meanwhile is delivered", async () => {
    const server = new Server(await freePort(), join(directory, "hung"));
    await server.start();
    const before = await server.deliver(30_000);
    await until(async () => receiver.messages.some(({ data }) => data.execution === before));
    const hung = server.workerd;
    process.kill(hung, "SIGSTOP");
    const meanwhile = server.deliver(30_001);
    await until(async () => server.output.includes("workerd hangs: it is killed."));
    expect(server.output.match(/workerd has not answered \(\d of 3\): the time was over/g)).toHaveLength(3);
    await until(async () => server.output.includes("workerd has ended (SIGKILL)"));
    await server.ready();
    expect(server.workerd).not.toBe(hung);
    await reconciled(server, [before, await meanwhile], 30_000);
    await server.stop();
  }, 240_000);

  it("lets nobody else have its port or its directory, not even where only workerd is left of it", async () => {
    const data = join(directory, "owned");
    const port = await freePort();
    const server = new Server(port, data);
    await server.start();
    const start = (...args: string[]) =>
      spawnSync(process.execPath, ["scripts/start.ts", "--config", configFile, "--secrets", secretsFile, ...args], {
        encoding: "utf8",
        env: { PATH: process.env.PATH },
      });
    expect(start("--data", join(directory, "other"), "--port", String(port))).toMatchObject({
      status: 75,
      stderr: `Port ${port} of 127.0.0.1 is in use: end what listens there, or choose another with --port.\n`,
    });
    const free = String(await freePort());
    expect(start("--data", data, "--port", free)).toMatchObject({
      status: 75,
      stderr: expect.stringContaining(`${data} is in use by another process`),
    });
    const left = server.workerd;
    process.kill(server.pid, "SIGKILL");
    await until(async () => start("--data", data, "--port", free).stderr.includes(`workerd still serves ${data}`));
    process.kill(left, "SIGKILL");
    await until(async () => !existsSync(`/proc/${left}`));
    await server.start();
    await server.stop();
  });

  it("believes nobody's word on who they are", async () => {
    const server = new Server(await freePort(), join(directory, "door"));
    await server.start();
    const wrong = (name: string) =>
      fetch(`${server.url}/api/whoami`, {
        headers: { authorization: "Bearer hks_none", "cf-connecting-ip": name, "x-forwarded-for": name },
      });
    // From one address, whatever it says of itself, tokens cannot be tried for ever.
    const statuses = [];
    for (let n = 0; n < 25; n++) statuses.push((await wrong(`203.0.113.${n}`)).status);
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
    expect(statuses.at(-1)).toBe(429);
    await server.stop();
  });

  it("is copied while it runs, and restored: what was over is known, what was under way comes to its end", async () => {
    const server = new Server(await freePort(), join(directory, "original"));
    await server.start();
    const numbers = (from: number): number[] => [from, from + 1, from + 2];
    const isTold = (id: string | undefined): boolean => receiver.messages.some(({ data }) => data.execution === id);
    const over = await Promise.all(numbers(1_001).map((n) => server.send(n)));
    await until(async () => over.every(isTold));
    // Longer than the fast path follows them: a sweep has to find out, of which there is none for a minute.
    const running = await Promise.all(numbers(1_101).map((n) => server.send(n, 8_000)));
    await until(async () => (await server.states("running")).length === 3);
    expect((await server.post("/engines/default/pause")).status).toBe(200);
    const queued = await Promise.all(numbers(1_201).map((n) => server.send(n, 0)));
    await until(async () => (await server.states("queued")).length === 3);

    const copy = join(directory, "copy");
    const backup = (...args: string[]) =>
      spawnSync(process.execPath, ["scripts/backup.ts", ...args], { encoding: "utf8" });
    const sending = Promise.all(Array.from({ length: 20 }, (_, n) => server.send(2_000 + n)));
    const made = backup("--data", join(directory, "original"), "--to", copy);
    expect(made.stderr).toBe("");
    expect(made.stdout).toMatch(/^\d+ objects are copied/);
    await sending;
    expect(backup("--data", join(directory, "original"), "--to", copy).stderr).toContain("is not empty");
    expect(backup("--restore", copy, "--data", join(directory, "original"))).toMatchObject({ status: 75 });
    await server.kill();
    expect([...running, ...queued].some(isTold)).toBe(false);

    const restored = join(directory, "restored");
    expect(backup("--restore", copy, "--data", restored).stdout).toMatch(/objects are back/);
    expect(backup("--restore", copy, "--data", restored).stderr).toContain("is not empty");
    const again = new Server(await freePort(), restored);
    await again.start();
    for (const [index, n] of numbers(1_001).entries()) {
      expect(await again.send(n)).toBe(over[index]);
      const found = await again.api<{ executions: { state: string }[] }>(`/executions?record=cus_${n}`);
      expect(found.executions).toMatchObject([{ state: "succeeded" }]);
    }
    expect(await again.states("queued")).toEqual(expect.arrayContaining(queued));
    expect((await again.post("/engines/default/resume")).status).toBe(200);
    await until(async () => [...running, ...queued].every(isTold), 150_000);
    const charges = (await control.starts()).map(({ body }) => JSON.parse(body).parameters.charge);
    for (const n of [...numbers(1_101), ...numbers(1_201)])
      expect(charges.filter((charge) => charge === `ch_${n}`)).toHaveLength(1);
    expect(await again.send(3_000)).toMatch(/^exe_/);
    await again.stop();
  }, 240_000);

  it("serves in production, and warns where others can reach it without TLS", async () => {
    const said: Record<string, string> = {};
    for (const proxy of [[], ["--trust-proxy"]]) {
      const port = await freePort();
      const args = ["--config", configFile, "--secrets", secretsFile, "--data", join(directory, `open${proxy}`)];
      const child = spawn(
        process.execPath,
        ["scripts/start.ts", ...args, "--host", "0.0.0.0", "--port", String(port), ...proxy],
        { env: { PATH: process.env.PATH }, stdio: ["ignore", "ignore", "pipe"] },
      );
      let text = "";
      child.stderr.setEncoding("utf8").on("data", (part) => (text += part));
      const gone = once(child, "exit");
      await until(async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok).finally(() =>
        child.kill("SIGTERM"),
      );
      expect(await gone).toEqual([0, null]);
      said[proxy.join()] = text;
    }
    expect(said[""]).toMatch(/^Warning: 0\.0\.0\.0 can be reached from elsewhere/);
    expect(said["--trust-proxy"]).not.toContain("Warning");
  });

  it("says what is wrong before it starts anything", async () => {
    const start = (...args: string[]) =>
      spawnSync(process.execPath, ["scripts/start.ts", ...args], { encoding: "utf8", env: { PATH: process.env.PATH } });
    expect(start("--config", "nowhere.json")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("There is no"),
    });
    expect(start("--port", "http")).toMatchObject({ status: 2, stderr: expect.stringContaining("is no port") });
    expect(start("--colour")).toMatchObject({ status: 2, stderr: expect.stringContaining("--colour") });
    const missing = start("--config", configFile);
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain("the Worker has no secret named STRIPE_WEBHOOK_SECRET");
    chmodSync(secretsFile, 0o644);
    expect(start("--config", configFile, "--secrets", secretsFile).stderr).toContain("chmod 600");
    chmodSync(secretsFile, 0o600);
    const development = spawnSync(process.execPath, ["scripts/start.ts"], {
      encoding: "utf8",
      env: { ...secrets.all, PATH: process.env.PATH, DEVELOPMENT: "true" },
    });
    expect(development).toMatchObject({ status: 2, stderr: expect.stringContaining("DEVELOPMENT is set in") });
    const long = start("--config", configFile, "--secrets", secretsFile, "--data", join(directory, "x".repeat(90)));
    expect(long).toMatchObject({ status: 2, stderr: expect.stringContaining("too long a path") });
    expect(existsSync("data")).toBe(false);
    expect(start("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("--trust-proxy") });
  });
});
