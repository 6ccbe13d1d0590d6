// Starts the simulator as processes of its own, on free ports, and stops them without a trace.
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { freePort, LocalWorker } from "../../../scripts/local-stack.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it as users do. `directory` holds the state and is kept, `token` is the only one that it accepts. */
export async function startWranglerDev(directory: string, token: string): Promise<Running> {
  const flags = ["-c", "src/simulator/wrangler.toml", "--persist-to", directory, "--var", `SIMULATOR_TOKEN:${token}`];
  const worker = new LocalWorker(await freePort(), "/", flags, () => undefined);
  await worker.start();
  return { url: worker.url, stop: () => worker.kill() };
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
