// npm start: the bridge without Cloudflare. Plain workerd, SQLite on disk, a ticker in place of the cron trigger. docs/self-host.md
// says what is weaker than on Cloudflare, and what the exit statuses mean.
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { isLoopback } from "../src/core/url-policy.ts";
import { InUse, restoringOf, takeDirectory, tickerSocket } from "./self-host/data-directory.ts";
import { EXIT } from "./self-host/exit-status.ts";
import { readSettings, type Settings, USAGE } from "./self-host/settings.ts";
import { supervise } from "./self-host/supervisor.ts";
import { WATCH } from "./self-host/watch.ts";
import { writeSite } from "./workerd/site.ts";

const MINUTE_MS = 60_000;

if (process.argv.includes("--help")) {
  console.log(USAGE);
  process.exit(0);
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

const say = (text: string): void => console.error(text);
const { settings, command } = await prepared().catch((thrown: unknown) => {
  say(thrown instanceof Error ? thrown.message : String(thrown));
  process.exit(thrown instanceof InUse ? EXIT.inUse : EXIT.refused);
});

const { data, host, port, variables, trustProxy, rehearsal } = settings;
if (rehearsal) say("This is a rehearsal: engines and callbacks are stand-ins on this machine.");
if (!isLoopback(host) && !trustProxy) {
  say(
    `Warning: ${host} can be reached from elsewhere, and what comes there comes without TLS: secrets and payloads can be read on their way. ` +
      "Put a proxy with TLS in front, and say --trust-proxy.",
  );
}
console.log(`Hookspan is served at http://${inUrl(host)}:${port}, the dashboard at /ui; what it keeps is in ${data}.`);
await supervise(
  {
    command,
    environment: { ...surroundings(), ...variables },
    ticker: tickerSocket(data),
    tickEveryMs: rehearsal?.tickEveryMs === undefined ? MINUTE_MS : rehearsal.tickEveryMs,
    watch: { url: `http://${inUrl(reachable(host))}:${port}/healthz`, ...(rehearsal?.watch ?? WATCH) },
    say,
  },
  stop.signal,
);

async function prepared(): Promise<{ settings: Settings; command: readonly [string, ...string[]] }> {
  const read = readSettings(process.argv.slice(2), process.env);
  await takeDirectory(read.data);
  if (existsSync(restoringOf(read.data))) {
    throw new Error(
      `A restore into ${read.data} was cut off: do it again (npm run backup -- --restore), or remove ${restoringOf(read.data)} to start with what is there.`,
    );
  }
  await mustBeFree(read);
  const written = await writeSite(
    {
      directory: read.data,
      name: "hookspan",
      host: read.host,
      port: read.port,
      door: { trustProxy: read.trustProxy },
      ticker: `unix:${tickerSocket(read.data)}`,
      fromEnvironment: Object.keys(read.variables),
      networks: read.allowPrivateNetwork ? ["public", "private"] : ["public"],
    },
    { wranglerConfig: "wrangler.toml", configFile: read.configFile, root: read.rehearsal?.sources },
  );
  return { settings: read, command: written };
}

/** workerd would say it in other words, again and again. */
function mustBeFree({ host: address, port: at }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(new Error(`--host ${address} --port ${at}: ${error.message}`));
      reject(new InUse(`Port ${at} of ${address} is in use: end what listens there, or choose another with --port.`));
    });
    server.listen(at, address, () => server.close(() => resolve()));
  });
}

/** Where this machine finds what listens everywhere. */
function reachable(address: string): string {
  return address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
}

function inUrl(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** The Worker is given its own variables and nothing else of what this process knows. */
function surroundings(): Record<string, string> {
  return { PATH: process.env.PATH ?? "", ...(process.env.TZ === undefined ? {} : { TZ: process.env.TZ }) };
}
