// The Workers that the benchmarks of the way in send their load to, each in plain workerd, and the process that sends it: the floors,
// and the bridge with a hundred rules and its engine paused, so that nothing follows the answer.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Killable } from "../scripts/chaos/killable.ts";
import { prepareWorkerd } from "../scripts/chaos/workerd.ts";
import { developmentSecrets } from "../scripts/development-secrets.ts";
import { freePort } from "../scripts/local-stack.ts";
import type { Load, Seen } from "./load.ts";

const LOAD = fileURLToPath(new URL("load.ts", import.meta.url));
const TICKS_PER_SECOND = 100;

export interface Side {
  readonly name: string;
  readonly process: Killable;
  readonly url: string;
}

/** @param promises whether it also does what the bridge's promises cost anybody */
export async function floor(directory: string, shards: number, promises: boolean): Promise<Side> {
  const name = promises ? "floor, with HMAC, JSON, key and log" : "floor";
  const port = await freePort();
  const process = await prepareWorkerd({
    name: "floor",
    wranglerConfig: "bench/floor.toml",
    directory: join(directory, `floor-${promises}`),
    port,
    readyPath: "/",
    variables: { SHARDS: String(shards), PROMISES: String(promises), SECRET: secretsOf().ofSource("stripe") },
  });
  await process.start();
  return { name, process, url: `http://127.0.0.1:${port}/` };
}

export function secretsOf() {
  return developmentSecrets(JSON.parse(readFileSync(new URL("../scripts/demo.config.json", import.meta.url), "utf8")));
}

export async function ours(directory: string, shards: number): Promise<Side> {
  const config = JSON.parse(readFileSync(new URL("../scripts/demo.config.json", import.meta.url), "utf8"));
  const [first] = config.rules;
  const others = Array.from({ length: 99 }, (_, n) => ({
    ...first,
    id: `rule-${n}`,
    on: [n % 2 === 0 ? `other.type.${n}` : `other.${n}.*`],
  }));
  const document = { ...config, rules: [first, ...others], ledger: { shards } };
  const secrets = secretsOf();
  const port = await freePort();
  const process = await prepareWorkerd({
    name: "hookspan",
    wranglerConfig: "wrangler.toml",
    directory: join(directory, "ours"),
    port,
    readyPath: "/healthz",
    variables: { DEVELOPMENT: "true", DEVELOPMENT_CONFIG: JSON.stringify(document), ...secrets.all },
  });
  await process.start();
  const url = `http://127.0.0.1:${port}`;
  const headers = { authorization: `Bearer ${secrets.adminToken}` };
  const paused = await fetch(`${url}/api/engines/default/pause`, { method: "POST", headers });
  if (!paused.ok) throw new Error(`the engine could not be paused: ${await paused.text()}`);
  return { name: "Hookspan", process, url: `${url}/in/stripe` };
}

/** What the process has used of the processor, ms. Linux. */
export function cpuMs({ pid }: Killable): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND;
}

export function load(asked: Load): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [LOAD, JSON.stringify(asked)], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`the load has ended with ${code}`)),
    );
  });
}

/** What the process has of memory that is its own, MiB. Linux. */
export function residentMiB({ pid }: Killable): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kib) / 1_024;
}
