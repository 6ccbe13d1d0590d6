// Starts the simulator as processes of its own, on free ports, and stops them without a trace.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";

const ROOT = resolve(import.meta.dirname, "../../..");
const READY_WITHIN_MS = 40_000;
const POLL_MS = 100;

export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") {
    throw new Error("no TCP port");
  }
  return address.port;
}

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    const response = await fetch(url).catch(() => null);
    await response?.text();
    if (response?.ok) {
      return;
    }
    await sleep(POLL_MS);
  }
  throw new Error(`the simulator did not answer at ${url}`);
}

/** Starts it as users do. `directory` holds the state and is kept, `token` is the only one that it accepts. */
export async function startWranglerDev(directory: string, token: string): Promise<Running> {
  const port = await freePort();
  const wrangler = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
  const config = join(ROOT, "src/simulator/wrangler.toml");
  const flags = ["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0", "--persist-to", directory];
  // A process group of its own: workerd outlives a killed wrangler.
  const child = spawn(
    process.execPath,
    [wrangler, "dev", "-c", config, ...flags, "--var", `SIMULATOR_TOKEN:${token}`],
    {
      cwd: ROOT,
      detached: true,
      stdio: "ignore",
      env: {
        ...process.env,
        WRANGLER_SEND_METRICS: "false",
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        WRANGLER_HIDE_BANNER: "true",
      },
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.pid !== undefined) {
      process.kill(-child.pid, "SIGKILL");
      await once(child, "exit");
    }
  };
  return { url, stop };
}

/** Starts it on a direct socket: nothing stands between the client and the Worker. */
export async function startMiniflare(): Promise<Running> {
  const port = await freePort();
  const bundle = await build({
    entryPoints: [join(ROOT, "src/simulator/index.ts")],
    bundle: true,
    write: false,
    format: "esm",
    external: ["cloudflare:workers"],
  });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      port: await freePort(),
      modules: true,
      script: bundle.outputFiles[0]?.text ?? "",
      compatibilityDate: "2026-10-01",
      bindings: { SIMULATOR_CONTROL: "true" },
      durableObjects: { STATE: { className: "SimulatorState", useSQLite: true } },
      unsafeDirectSockets: [{ host: "127.0.0.1", port }],
    }),
  );
  await miniflare.ready;
  return { url: `http://127.0.0.1:${port}`, stop: () => miniflare.dispose() };
}
