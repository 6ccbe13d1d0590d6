// A Worker in plain `workerd serve`: bundled once, its Durable Objects in SQLite on disk. Nothing stands between the
// sockets and the runtime, it is one process, and it is up again a tenth of a second after a SIGKILL; `wrangler dev`
// takes two seconds of a core for that and puts a proxy in front which hides what a killed worker looks like.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Deployment, readDeployment, workerdPath } from "../deployment.ts";
import { Killable } from "./killable.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

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
  /** Variables that each life finds anew, by name. */
  environment?(): Promise<Record<string, string>>;
  /** The names of these. */
  readonly environmentNames?: readonly string[];
  onOutput?(text: string): void;
}

export async function prepareWorkerd(options: WorkerdOptions): Promise<Killable> {
  const { directory, name, port, readyPath, onOutput, environment } = options;
  const deployment = readDeployment(join(ROOT, options.wranglerConfig));
  mkdirSync(join(directory, "storage"), { recursive: true });
  await build({
    entryPoints: [deployment.entry],
    outfile: join(directory, "worker.js"),
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
  });
  writeFileSync(join(directory, "cron.js"), CRON_DRIVER);
  const file = join(directory, "workerd.capnp");
  writeFileSync(file, capnp(options, deployment));
  return new Killable({
    name,
    command: [workerdPath(), "serve", "--experimental", file],
    readyUrl: `http://127.0.0.1:${port}${readyPath}`,
    ...(onOutput && { onOutput }),
    ...(environment && { environment }),
  });
}

function capnp(options: WorkerdOptions, { date, flags, objects }: Deployment): string {
  const { variables, environmentNames = [], port, cronPort, name, directory } = options;
  const bindings = [
    ...objects.map(
      ({ binding, className }) => `(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`,
    ),
    ...Object.entries(variables).map(([key, value]) => `(name = ${text(key)}, text = ${text(value)})`),
    ...environmentNames.map((key) => `(name = ${text(key)}, fromEnvironment = ${text(key)})`),
  ];
  const namespaces = objects.map(
    ({ className }) =>
      `(className = ${text(className)}, uniqueKey = ${text(`${name}-${className}`)}, enableSql = true)`,
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
      compatibilityDate = ${text(date)}, compatibilityFlags = ${flags},
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
