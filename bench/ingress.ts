// The way in, whole, beside its floor: a signed Stripe event is verified, parsed, decided by a hundred rules, given its record id,
// deduplicated and admitted, against a Worker that does nothing but make the body durable. Real workerd without a development
// proxy, SQLite on disk, the load in a process of its own, in turns. The engine is paused, so that nothing follows the answer.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Killable } from "../scripts/chaos/killable.ts";
import { prepareWorkerd } from "../scripts/chaos/workerd.ts";
import { developmentSecrets } from "../scripts/development-secrets.ts";
import { freePort } from "../scripts/local-stack.ts";
import type { Load, Seen } from "./load.ts";

const LOAD = fileURLToPath(new URL("load.ts", import.meta.url));
const TICKS_PER_SECOND = 100;

interface Side {
  readonly name: string;
  readonly process: Killable;
  readonly url: string;
  readonly seen: (Seen & { readonly cpuMs: number })[];
}

export async function ingress({
  shardCounts = [1, 4, 16],
  requests = 3_000,
  rounds = 6,
  connections = 32,
} = {}): Promise<void> {
  console.log(
    `${requests.toLocaleString("en")} events of ${connections} connections a round, ${rounds} rounds in turns; medians.\n`,
  );
  console.log(
    "| shards | | requests/s | ratio | p50, ms | p99, ms | CPU, ms a request | ratio |\n|---|---|---|---|---|---|---|---|",
  );
  for (const shards of shardCounts) {
    const directory = mkdtempSync(join(tmpdir(), "hookspan-ingress-"));
    const sides = [
      await floor(directory, shards, false),
      await floor(directory, shards, true),
      await ours(directory, shards),
    ];
    try {
      const secret = secretsOf().ofSource("stripe");
      for (let round = 0; round <= rounds; round++) {
        for (const side of sides) {
          const before = cpuMs(side.process);
          const seen = await load({ url: side.url, secret, requests, connections, name: `${shards}_${round}` });
          if (seen.others > 0) throw new Error(`${side.name}: ${seen.others} events were not answered with 202`);
          // The first is for the compiler.
          if (round > 0) side.seen.push({ ...seen, cpuMs: (cpuMs(side.process) - before) / requests });
        }
      }
      report(shards, sides, requests);
    } finally {
      await Promise.all(sides.map(({ process }) => process.kill()));
      rmSync(directory, { recursive: true, force: true });
    }
  }
}

function report(shards: number, sides: readonly Side[], requests: number): void {
  const [base] = sides;
  if (!base) return;
  for (const { name, seen } of sides) {
    const of = (pick: (each: Side["seen"][number]) => number): number => median(seen.map(pick));
    // Round by round, since all of a round have met the same machine.
    const ratio = (pick: (each: Side["seen"][number]) => number): string =>
      median(seen.map((each, n) => pick(each) / pick(base.seen[n] ?? each))).toFixed(2);
    const rate = Math.round(of(({ seconds }) => requests / seconds)).toLocaleString("en");
    const cpu = of((each) => each.cpuMs).toFixed(3);
    const [p50, p99] = [of((each) => each.p50), of((each) => each.p99)].map((ms) => ms.toFixed(1));
    console.log(
      `| ${shards} | ${name} | ${rate} | ${ratio(({ seconds }) => 1 / seconds)} | ${p50} | ${p99} | ${cpu} | ${ratio((each) => each.cpuMs)} |`,
    );
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** @param promises whether it also does what the bridge's promises cost anybody */
async function floor(directory: string, shards: number, promises: boolean): Promise<Side> {
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
  return { name, process, url: `http://127.0.0.1:${port}/`, seen: [] };
}

function secretsOf() {
  return developmentSecrets(JSON.parse(readFileSync(new URL("../scripts/demo.config.json", import.meta.url), "utf8")));
}

async function ours(directory: string, shards: number): Promise<Side> {
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
  return { name: "Hookspan", process, url: `${url}/in/stripe`, seen: [] };
}

/** What the process has used of the processor, ms. Linux. */
function cpuMs({ pid }: Killable): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND;
}

function load(asked: Load): Promise<Seen> {
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
