// npm run dev: the bridge with the user's own bridge.config.json, the engine simulator and a callback receiver, staying
// up. Edits to the configuration and the source take effect at once; the cron trigger is fired every few seconds. Made-up
// webhooks come in by themselves, so that there is something to see; with --quiet they do not.
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { styleText } from "node:util";
import { readSetup } from "../src/bridge/setup.ts";
import { type Config, startStack } from "./local-stack.ts";
import type { ReceivedMessage } from "./receiver.ts";
import { simulatorControl } from "./simulator-control.ts";
import { prepareTraffic } from "./traffic.ts";

const PERSIST_TO = ".wrangler/dev";
const PORT = 8787;
const SWEEP_EVERY_MS = 10_000;
const WEBHOOK_EVERY_MS = 4_000;

const config = readConfig();
const stack = await startStack({
  persistTo: PERSIST_TO,
  config,
  watchConfig: true,
  port: PORT,
  onMessage: printMessage,
  onOutput: (process, text) => {
    // wrangler's word that cron events do not fire by themselves: here they do, see below.
    if (!text.includes("Scheduled Workers are not automatically triggered")) {
      console.log(styleText("dim", `[${process}] ${text.trimEnd()}`));
    }
  },
}).catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : String(thrown));
  process.exit(1);
});

const sources = Object.entries(config.sources).map(
  ([id, { preset }]) => `${stack.bridge.url}/in/${id}  (${preset ?? "own scheme"})`,
);
const secrets = Object.entries(stack.secrets.all).map(([name, value]) => `${name}=${value}`);
console.log(`
 ${styleText("bold", "Hookspan is up.")} Stop it with Ctrl-C; what it has stored stays in ${PERSIST_TO}.

 dashboard   ${stack.bridge.url}/ui, with the token ${stack.secrets.adminToken}
 sources     ${sources.join("\n             ")}
 operations  curl -H "Authorization: Bearer ${stack.secrets.adminToken}" ${stack.bridge.url}/api/executions
 engine      ${stack.simulator.url} (the simulator; src/simulator/README.md says how to steer it)
 callbacks   ${stack.receiver.url}, printed below as they come
 secrets     ${secrets.join("\n             ")}
`);

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());

try {
  const quiet = process.argv.includes("--quiet");
  await Promise.all([
    repeatedly(SWEEP_EVERY_MS, "The sweep", () => stack.sweep()),
    ...(quiet ? [] : [repeatedly(WEBHOOK_EVERY_MS, "A made-up webhook", await traffic())]),
  ]);
} finally {
  await stack.stop();
}

/** Until somebody presses Ctrl-C. */
async function repeatedly(everyMs: number, what: string, work: () => Promise<void>): Promise<void> {
  while (!stopping.signal.aborted) {
    await work().catch((thrown: unknown) => console.error(`${what} failed: ${String(thrown)}`));
    await wait(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  }
}

/** Numbered by the time, so that those of this session are new to what an earlier one has left. */
async function traffic(): Promise<() => Promise<void>> {
  const { send } = await prepareTraffic(stack, simulatorControl(stack.simulator.url), {
    sources: Object.keys(config.sources),
  });
  let n = Math.floor(Date.now() / 1_000);
  return () => send(n++);
}

/** The configuration, once it is known to be one: a fault is told in words, before anything is started. */
function readConfig(): Config {
  const path = new URL("../bridge.config.json", import.meta.url);
  const faults = (messages: readonly string[]): never => {
    console.error(`bridge.config.json is refused:\n${messages.map((message) => `  ${message}`).join("\n")}`);
    process.exit(1);
  };
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, "utf8"));
  } catch (thrown) {
    return faults([String(thrown)]);
  }
  const setup = readSetup(document, { development: true, hasSecret: () => true });
  if (!setup.ok) return faults(setup.error.faults.map(({ path: at, message }) => `${at || "document"}: ${message}`));
  return document as Config;
}

function printMessage(message: ReceivedMessage): void {
  const signature = message.verified ? "signature verified" : styleText("red", "signature NOT verified");
  console.log(
    `[callback ${message.callback}] ${message.type} ${message.id}, ${signature}: ${JSON.stringify(message.data)}`,
  );
}
