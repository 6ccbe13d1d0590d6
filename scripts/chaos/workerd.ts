// A Worker in plain `workerd serve`: bundled once, its Durable Objects in SQLite on disk. Nothing stands between the
// sockets and the runtime, it is one process, and it is up again a tenth of a second after a SIGKILL; `wrangler dev`
// takes two seconds of a core for that and puts a proxy in front which hides what a killed worker looks like.
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { unstable_readConfig as readWranglerConfig } from "wrangler";
import { Killable } from "./killable.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** The program that Miniflare runs, itself: not the Node script around it. */
const { resolve } = createRequire(import.meta.url);
const WORKERD: string = createRequire(resolve("miniflare"))("workerd").default;

/** The cron trigger: workerd has none, so a second Worker in the same process calls `scheduled` when it is asked to. */
const CRON_DRIVER = `export default {
  async fetch(request, env) {
    const at = Number(new URL(request.url).searchParams.get("at"));
    const { outcome } = await env.WORKER.scheduled({ scheduledTime: new Date(at), cron: "* * * * *" });
    return new Response(outcome, { status: outcome === "ok" ? 200 : 500 });
  },
};`;

export interface WorkerdOptions {
  readonly name: string;
  /** The deployment's own configuration, relative to the project: entry, Durable Objects, compatibility. */
  readonly wranglerConfig: string;
  /** Where bundle and storage are; the same directory again means the same data again. */
  readonly directory: string;
  readonly port: number;
  readonly cronPort?: number;
  /** Answers as soon as the worker is up. */
  readonly readyPath: string;
  readonly variables: Readonly<Record<string, string>>;
  onOutput?(text: string): void;
}

export async function prepareWorkerd(options: WorkerdOptions): Promise<Killable> {
  const { directory, name, port, readyPath, onOutput } = options;
  const path = join(ROOT, options.wranglerConfig);
  const config: WranglerConfig = readWranglerConfig({ config: path }, { hideWarnings: true });
  if (config.main === undefined) throw new Error(`${options.wranglerConfig} names no entry`);
  mkdirSync(join(directory, "storage"), { recursive: true });
  await build({
    entryPoints: [config.main],
    outfile: join(directory, "worker.js"),
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
  });
  writeFileSync(join(directory, "cron.js"), CRON_DRIVER);
  const file = join(directory, "workerd.capnp");
  writeFileSync(file, capnp(options, config));
  return new Killable(
    name,
    [WORKERD, "serve", "--experimental", file],
    `http://127.0.0.1:${port}${readyPath}`,
    onOutput,
  );
}

/** What is used of a wrangler configuration that was read. */
interface WranglerConfig {
  readonly main: string | undefined;
  readonly compatibility_date: string | undefined;
  readonly compatibility_flags: readonly string[];
  readonly vars: Readonly<Record<string, unknown>>;
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
}

function capnp({ variables, port, cronPort, name, directory }: WorkerdOptions, config: WranglerConfig): string {
  const objects = config.durable_objects.bindings;
  const date = config.compatibility_date ?? "";
  const flags = config.compatibility_flags;
  const bindings = [
    ...objects.map((object) => `(name = ${text(object.name)}, durableObjectNamespace = ${text(object.class_name)})`),
    ...Object.entries({ ...config.vars, ...variables }).map(
      ([key, value]) => `(name = ${text(key)}, text = ${text(String(value))})`,
    ),
  ];
  const namespaces = objects.map(
    ({ class_name: each }) => `(className = ${text(each)}, uniqueKey = ${text(`${name}-${each}`)}, enableSql = true)`,
  );
  const cron =
    cronPort === undefined
      ? { service: "", socket: "" }
      : {
          service: `, (name = "cron", worker = (modules = [(name = "cron.js", esModule = embed "cron.js")],
            compatibilityDate = ${text(date)}, compatibilityFlags = ["service_binding_extra_handlers"],
            bindings = [(name = "WORKER", service = "worker")]))`,
          socket: `, (name = "cron", address = "127.0.0.1:${cronPort}", http = (), service = "cron")`,
        };
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = ${text(date)}, compatibilityFlags = [${flags.map(text).join(", ")}],
      bindings = [${bindings.join(",\n        ")}],
      durableObjectNamespaces = [${namespaces.join(", ")}],
      durableObjectStorage = (localDisk = "storage"),
      globalOutbound = "loopback"
    )),
    (name = "storage", disk = (path = ${text(join(directory, "storage"))}, writable = true)),
    (name = "loopback", network = (allow = ["local"]))${cron.service}
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "worker")${cron.socket}]
);
`;
}

/** A string of Cap'n Proto, which reads the escapes of JSON but for those by code point: these are ASCII anyway. */
function text(value: string): string {
  return JSON.stringify(value);
}
