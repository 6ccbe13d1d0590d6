// npm start, as a real process: served, killed in the midst of work and started again, stopped in order, backed up while it runs
// and restored. What was accepted is counted at the senders, the engine and the receiver.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../scripts/local-stack.ts";
import { openStage, overLives, reconciled, type Stage, until } from "./self-host-stage.ts";

/** The version that the one at hand is exchanged with. */
const EARLIER = "5b7873e846df5ea0f037ba3787eef3187f01d4e4";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

// Together, since most of the time of the first two is waiting for leases.
describe.concurrent("npm start", () => {
  it("loses nothing and delivers everything, however often it is killed in the midst of work", async () => {
    const server = await stage.server("killed");
    await server.start();
    const accepted = await overLives(server, 10_000, 5, async () => {
      await server.kill();
      await server.start();
    });
    await reconciled(stage, server, accepted, 10_000);
    await server.kill();
  }, 240_000);

  it("takes an earlier version's data, and gives it back to it: old and new by turns lose nothing and double nothing", async () => {
    const old = join(stage.directory, "old");
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

    const server = await stage.server("versions");
    await server.start(old);
    const accepted = await overLives(server, 20_000, 4, async (life) => {
      // A deployment lets the old one end what it does; sometimes it does not come to that.
      if (life % 2 === 0) await server.stop();
      else await server.kill();
      await server.start(life % 2 === 0 ? undefined : old);
    });
    // A rollback: the old version, which runs now, knows what the new one has taken in.
    expect(accepted).toContain(await server.deliver(20_045));
    await reconciled(stage, server, accepted, 20_000);
    await server.kill();
    await server.start();
    const again = await Promise.all(Array.from({ length: 120 }, (_, n) => server.deliver(20_000 + n)));
    expect(again.toSorted()).toEqual(accepted.toSorted());
    await server.kill();
  }, 240_000);

  it("starts workerd again when that alone is killed, sweeps by itself, and stops in order", async () => {
    const data = join(stage.directory, "supervised");
    const server = await stage.server("supervised");
    await server.start();
    process.kill(server.workerd, "SIGKILL");
    await until(async () => server.output.includes("workerd has ended (SIGKILL)"));
    await server.ready();
    await until(async () => (server.output.match(/sweep\.finished/g) ?? []).length > 1);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    for (const file of ["workerd.capnp", "worker.js"]) {
      const text = readFileSync(join(data, file), "utf8");
      for (const secret of Object.values(stage.secrets.all)) expect(text).not.toContain(secret);
    }
    expect(await server.stop()).toBe(0);
    expect(await fetch(`${server.url}/healthz`).catch(() => "gone")).toBe("gone");
  });

  it("kills a workerd that hangs and starts it again: what is sent meanwhile is delivered", async () => {
    const server = await stage.server("hung");
    await server.start();
    const before = await server.deliver(30_000);
    await until(async () => stage.receiver.messages.some(({ data }) => data.execution === before));
    const hung = server.workerd;
    process.kill(hung, "SIGSTOP");
    const meanwhile = server.deliver(30_001);
    await until(async () => server.output.includes("workerd hangs: it is killed."));
    expect(server.output).toContain("workerd has not answered (3 of 3): the time was over");
    await until(async () => server.output.includes("workerd has ended (SIGKILL)"));
    await server.ready();
    expect(server.workerd).not.toBe(hung);
    await reconciled(stage, server, [before, await meanwhile], 30_000);
    await server.stop();
  }, 240_000);

  it("lets nobody else have its port or its directory, not even where only workerd is left of it", async () => {
    const data = join(stage.directory, "owned");
    const server = await stage.server("owned");
    const { port } = new URL(server.url);
    await server.start();
    const start = (...args: string[]) =>
      spawnSync(
        process.execPath,
        ["scripts/start.ts", "--config", stage.configFile, "--secrets", stage.secretsFile, ...args],
        {
          encoding: "utf8",
          env: { PATH: process.env.PATH },
        },
      );
    expect(start("--data", join(stage.directory, "other"), "--port", port)).toMatchObject({
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
    const server = await stage.server("door");
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
    const server = await stage.server("original");
    await server.start();
    const numbers = (from: number): number[] => [from, from + 1, from + 2];
    const isTold = (id: string | undefined): boolean =>
      stage.receiver.messages.some(({ data }) => data.execution === id);
    const over = await Promise.all(numbers(1_001).map((n) => server.send(n)));
    await until(async () => over.every(isTold));
    // Longer than the fast path follows them: a sweep has to find out, of which there is none for a minute.
    const running = await Promise.all(numbers(1_101).map((n) => server.send(n, 8_000)));
    await until(async () => (await server.states("running")).length === 3);
    expect((await server.post("/engines/default/pause")).status).toBe(200);
    const queued = await Promise.all(numbers(1_201).map((n) => server.send(n, 0)));
    await until(async () => (await server.states("queued")).length === 3);

    const copy = join(stage.directory, "copy");
    const backup = (...args: string[]) =>
      spawnSync(process.execPath, ["scripts/backup.ts", ...args], { encoding: "utf8" });
    const sending = Promise.all(Array.from({ length: 20 }, (_, n) => server.send(2_000 + n)));
    const made = backup("--data", join(stage.directory, "original"), "--to", copy);
    expect(made.stderr).toBe("");
    expect(made.stdout).toMatch(/^\d+ objects are copied/);
    await sending;
    expect(backup("--data", join(stage.directory, "original"), "--to", copy).stderr).toContain("is not empty");
    expect(backup("--restore", copy, "--data", join(stage.directory, "original"))).toMatchObject({ status: 75 });
    await server.kill();
    expect([...running, ...queued].some(isTold)).toBe(false);

    const restored = join(stage.directory, "restored");
    expect(backup("--restore", copy, "--data", restored).stdout).toMatch(/objects are back/);
    expect(backup("--restore", copy, "--data", restored).stderr).toContain("is not empty");
    const again = await stage.server("restored");
    await again.start();
    for (const [index, n] of numbers(1_001).entries()) {
      expect(await again.send(n)).toBe(over[index]);
      const found = await again.api<{ executions: { state: string }[] }>(`/executions?record=cus_${n}`);
      expect(found.executions).toMatchObject([{ state: "succeeded" }]);
    }
    expect(await again.states("queued")).toEqual(expect.arrayContaining(queued));
    expect((await again.post("/engines/default/resume")).status).toBe(200);
    await until(async () => [...running, ...queued].every(isTold), 150_000);
    const charges = (await stage.control.starts()).map(({ body }) => JSON.parse(body).parameters.charge);
    for (const n of [...numbers(1_101), ...numbers(1_201)])
      expect(charges.filter((charge) => charge === `ch_${n}`)).toHaveLength(1);
    expect(await again.send(3_000)).toMatch(/^exe_/);
    await again.stop();
  }, 240_000);

  it("serves in production, and warns where others can reach it without TLS", async () => {
    const said: Record<string, string> = {};
    for (const proxy of [[], ["--trust-proxy"]]) {
      const port = await freePort();
      const args = [
        "--config",
        stage.configFile,
        "--secrets",
        stage.secretsFile,
        "--data",
        join(stage.directory, `open${proxy}`),
      ];
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
    const missing = start("--config", stage.configFile);
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain("the Worker has no secret named STRIPE_WEBHOOK_SECRET");
    const readable = join(stage.directory, "readable");
    copyFileSync(stage.secretsFile, readable);
    chmodSync(readable, 0o644);
    expect(start("--config", stage.configFile, "--secrets", readable).stderr).toContain("chmod 600");
    const development = spawnSync(process.execPath, ["scripts/start.ts"], {
      encoding: "utf8",
      env: { ...stage.secrets.all, PATH: process.env.PATH, DEVELOPMENT: "true" },
    });
    expect(development).toMatchObject({ status: 2, stderr: expect.stringContaining("DEVELOPMENT is set in") });
    const long = start(
      "--config",
      stage.configFile,
      "--secrets",
      stage.secretsFile,
      "--data",
      join(stage.directory, "x".repeat(90)),
    );
    expect(long).toMatchObject({ status: 2, stderr: expect.stringContaining("too long a path") });
    expect(existsSync("data")).toBe(false);
    expect(start("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("--trust-proxy") });
  });
});
