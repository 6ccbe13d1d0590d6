// What `npm start` runs: the Worker of the deployment, bundled with the operator's configuration, and workerd's configuration around
// it. Written into the data directory; never holds a secret: those come by the environment.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Deployment, readDeployment } from "../deployment.ts";
import { DOOR, TICKER } from "./workers.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface ServerOptions {
  /** Where everything is that must outlive the process. */
  readonly data: string;
  readonly host: string;
  readonly port: number;
  /** The configuration that the first start takes; later ones take what is in the store. */
  readonly configFile: string;
  /** Names of secrets and variables that workerd finds in its environment. */
  readonly names: readonly string[];
  /** Whether a proxy in front says who the client is. */
  readonly trustProxy: boolean;
  /** Whether engines and callbacks may be in the operator's own network. */
  readonly allowPrivateNetwork: boolean;
}

/** Where the ticker listens: a socket in the data directory, which only its owner may enter. */
export function tickerSocket(data: string): string {
  return join(data, "ticker.sock");
}

/**
 * @param root of the sources; those of another version give its Worker
 * @returns the file of workerd's configuration
 */
export async function writeServer(options: ServerOptions, root = ROOT): Promise<string> {
  const { data, configFile } = options;
  mkdirSync(join(data, "storage"), { recursive: true, mode: 0o700 });
  const deployment = readDeployment(join(root, "wrangler.toml"));
  await build({
    entryPoints: [deployment.entry],
    outfile: join(data, "worker.js"),
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
        setup: ({ onResolve }) => onResolve({ filter: /\/bridge\.config\.json$/ }, () => ({ path: configFile })),
      },
    ],
  });
  writeFileSync(join(data, "door.js"), DOOR);
  writeFileSync(join(data, "ticker.js"), TICKER);
  const file = join(data, "workerd.capnp");
  writeFileSync(file, serverConfig(options, deployment));
  return file;
}

export function serverConfig(options: ServerOptions, { date, flags, objects }: Deployment): string {
  const { data, host, port, names, trustProxy, allowPrivateNetwork } = options;
  const bindings = [
    ...objects.map(
      ({ binding, className }) => `(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`,
    ),
    ...names.map((name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`),
  ];
  const namespaces = objects.map(
    ({ className }) =>
      `(className = ${text(className)}, uniqueKey = ${text(`hookspan-${className}`)}, enableSql = true)`,
  );
  const plain = `compatibilityDate = ${text(date)}`;
  const networks = allowPrivateNetwork ? '"public", "private"' : '"public"';
  return `# Written by npm start; it is written anew with each start.
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "door", worker = (
      modules = [(name = "door.js", esModule = embed "door.js")], ${plain},
      bindings = [(name = "WORKER", service = "worker"), (name = "TRUST_PROXY", json = "${trustProxy}")]
    )),
    (name = "worker", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      ${plain}, compatibilityFlags = ${flags},
      bindings = [${bindings.join(",\n        ")}],
      durableObjectNamespaces = [${namespaces.join(", ")}],
      durableObjectStorage = (localDisk = "storage"),
      globalOutbound = "outside"
    )),
    (name = "ticker", worker = (
      modules = [(name = "ticker.js", esModule = embed "ticker.js")],
      ${plain}, compatibilityFlags = ["service_binding_extra_handlers"],
      bindings = [(name = "WORKER", service = "worker")]
    )),
    (name = "storage", disk = (path = ${text(join(data, "storage"))}, writable = true)),
    (name = "outside", network = (allow = [${networks}], tlsOptions = (trustBrowserCas = true)))
  ],
  sockets = [
    (name = "http", address = ${text(`${host.includes(":") ? `[${host}]` : host}:${port}`)}, http = (), service = "door"),
    (name = "ticker", address = ${text(`unix:${tickerSocket(data)}`)}, http = (), service = "ticker")
  ]
);
`;
}

/** A string of Cap'n Proto, which reads the escapes of JSON but for those by code point: these are ASCII. */
function text(value: string): string {
  return JSON.stringify(value);
}
