// workerd's configuration around a Worker of ours: for `npm start`, for the chaos run and for the benchmarks. Pure text; it holds the
// values of `variables`, so secrets that must stand in no file are named in `fromEnvironment`.
import type { Deployment } from "../deployment.ts";

export interface Site {
  /** Where bundle and storage are; the same directory again means the same data again. */
  readonly directory: string;
  /** The keys of the Durable Objects begin with it: another name means other data. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Stands before the Worker and says who the client is; without it requests come as they are. */
  readonly door?: { readonly trustProxy: boolean };
  /** Where the cron trigger is fired: `host:port`, or `unix:` and a path. */
  readonly ticker?: string;
  /** Variables whose values stand in the file. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Names of variables and secrets that workerd finds in its environment. */
  readonly fromEnvironment?: readonly string[];
  /** What the Worker may call, in workerd's words: `public`, `private`, `local`. */
  readonly networks: readonly string[];
}

/** The files that the configuration embeds, beside it. */
export const FILES = { worker: "worker.js", door: "door.js", ticker: "ticker.js", config: "workerd.capnp" } as const;
/** Where the Durable Objects are, one SQLite file for each. */
export const STORAGE = "storage";

export function capnp(site: Site, { date, flags, objects }: Deployment): string {
  const { directory, name, host, port, door, ticker, variables = {}, fromEnvironment = [], networks } = site;
  const bindings = [
    ...objects.map(
      ({ binding, className }) => `(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`,
    ),
    ...Object.entries(variables).map(([key, value]) => `(name = ${text(key)}, text = ${text(value)})`),
    ...fromEnvironment.map((key) => `(name = ${text(key)}, fromEnvironment = ${text(key)})`),
  ];
  const namespaces = objects.map(
    ({ className }) =>
      `(className = ${text(className)}, uniqueKey = ${text(`${name}-${className}`)}, enableSql = true)`,
  );
  const plain = `compatibilityDate = ${text(date)}`;
  const toWorker = '(name = "WORKER", service = "worker")';
  const services = [
    `(name = "worker", worker = (
      modules = [(name = "worker", esModule = embed ${text(FILES.worker)})],
      ${plain}, compatibilityFlags = ${flags},
      bindings = [${bindings.join(",\n        ")}],
      durableObjectNamespaces = [${namespaces.join(", ")}],
      durableObjectStorage = (localDisk = "storage"),
      globalOutbound = "outside"
    ))`,
    `(name = "storage", disk = (path = ${text(`${directory}/${STORAGE}`)}, writable = true))`,
    `(name = "outside", network = (allow = [${networks.map(text).join(", ")}], tlsOptions = (trustBrowserCas = true)))`,
  ];
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const sockets = [`(name = "http", address = ${text(address)}, http = (), service = "${door ? "door" : "worker"}")`];
  if (door) {
    services.push(`(name = "door", worker = (
      modules = [(name = "door", esModule = embed ${text(FILES.door)})], ${plain},
      bindings = [${toWorker}, (name = "TRUST_PROXY", json = "${door.trustProxy}")]
    ))`);
  }
  if (ticker !== undefined) {
    services.push(`(name = "ticker", worker = (
      modules = [(name = "ticker", esModule = embed ${text(FILES.ticker)})],
      ${plain}, compatibilityFlags = ["service_binding_extra_handlers"],
      bindings = [${toWorker}]
    ))`);
    sockets.push(`(name = "ticker", address = ${text(ticker)}, http = (), service = "ticker")`);
  }
  return `# Written anew with each start.
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${services.join(",\n    ")}
  ],
  sockets = [
    ${sockets.join(",\n    ")}
  ]
);
`;
}

/** A string of Cap'n Proto, which reads the escapes of JSON but for those by code point: these are ASCII. */
function text(value: string): string {
  return JSON.stringify(value);
}
