// A Worker of ours where plain workerd can serve it: bundled as a deployment is, its Durable Objects in SQLite on disk. Nothing stands
// between the sockets and the runtime, it is one process, and it is up again a tenth of a second after a SIGKILL.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { readDeployment, workerdPath } from "../deployment.ts";
import { capnp, FILES, type Site, STORAGE } from "./capnp.ts";
import { DOOR, TICKER } from "./workers.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Sources {
  /** The deployment's own configuration, relative to the root: entry, Durable Objects, compatibility. */
  readonly wranglerConfig: string;
  /** Of the sources; those of another version give its Worker. This project's otherwise. */
  readonly root?: string | undefined;
  /** Takes the place of bridge.config.json. */
  readonly configFile?: string;
}

/** @returns the command that serves it */
export async function writeSite(site: Site, sources: Sources): Promise<readonly [string, ...string[]]> {
  const { directory } = site;
  const deployment = readDeployment(join(sources.root ?? ROOT, sources.wranglerConfig));
  mkdirSync(join(directory, STORAGE), { recursive: true, mode: 0o700 });
  await bundle(deployment.entry, join(directory, FILES.worker), sources.configFile);
  writeFileSync(join(directory, FILES.door), DOOR);
  writeFileSync(join(directory, FILES.ticker), TICKER);
  const file = join(directory, FILES.config);
  writeFileSync(file, capnp(site, deployment));
  return [workerdPath(), "serve", "--experimental", file];
}

async function bundle(entry: string, outfile: string, configFile: string | undefined): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    // workerd tells entrypoints and objects apart by the names of their classes.
    keepNames: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    legalComments: "none",
    logLevel: "error",
    plugins: [
      {
        name: "the operator's configuration",
        setup({ onResolve }) {
          if (configFile !== undefined) onResolve({ filter: /\/bridge\.config\.json$/ }, () => ({ path: configFile }));
        },
      },
    ],
  });
}
