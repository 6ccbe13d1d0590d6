// npm start: the bridge without Cloudflare. Plain workerd, SQLite on disk, a ticker in place of the cron trigger. docs/self-host.md
// says what is weaker than on Cloudflare.
import { chmodSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { workerdPath } from "./deployment.ts";
import { tickerSocket, writeServer } from "./self-host/bundle.ts";
import { readSettings, type Settings, USAGE } from "./self-host/settings.ts";
import { supervise } from "./self-host/supervisor.ts";

const MINUTE_MS = 60_000;

if (process.argv.includes("--help")) {
  console.log(USAGE);
  process.exit(0);
}

const settings = await prepared().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : String(thrown));
  process.exit(2);
});

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

const { data, host, port, variables } = settings;
console.log(`Hookspan is served at http://${host}:${port}, the dashboard at /ui; what it keeps is in ${data}.`);
await supervise(
  {
    command: [workerdPath(), "serve", "--experimental", `${data}/workerd.capnp`],
    environment: { ...pathOnly(), ...variables },
    ticker: tickerSocket(data),
    // For tests: a minute is long.
    tickEveryMs: Number(process.env.HOOKSPAN_TICK_MS ?? MINUTE_MS),
    say: (text) => console.error(text),
  },
  stop.signal,
);

async function prepared(): Promise<Settings> {
  const read = readSettings(process.argv.slice(2), process.env);
  mkdirSync(read.data, { recursive: true, mode: 0o700 });
  chmodSync(read.data, 0o700);
  await mustBeFree(read);
  // For tests: the sources of another version.
  await writeServer({ ...read, names: Object.keys(read.variables) }, process.env.HOOKSPAN_SOURCES);
  return read;
}

/** workerd would say it in other words, again and again. */
function mustBeFree({ host: address, port: at }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      const inUse = error.code === "EADDRINUSE";
      reject(new Error(inUse ? `Port ${at} is in use: choose another with --port.` : `${address}: ${error.message}`));
    });
    server.listen(at, address, () => server.close(() => resolve()));
  });
}

/** The Worker is given its own variables and nothing else of what this process knows. */
function pathOnly(): Record<string, string> {
  return { PATH: process.env.PATH ?? "", ...(process.env.TZ === undefined ? {} : { TZ: process.env.TZ }) };
}
