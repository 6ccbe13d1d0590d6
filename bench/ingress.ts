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
    "| shards | | requests/s | p50, ms | p99, ms | CPU of workerd, ms a request |\n|---|---|---|---|---|---|",
  );
  for (const shards of shardCounts) {
    const directory = mkdtempSync(join(tmpdir(), "hookspan-ingress-"));
    const sides = [await floor(directory, shards), await ours(directory, shards)];
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

function report(shards: number, [base, own]: readonly Side[], requests: number): void {
  if (!base || !own) return;
  for (const { name, seen } of [base, own]) {
    const of = (pick: (each: Side["seen"][number]) => number): number => median(seen.map(pick));
    const rate = of(({ seconds }) => requests / seconds);
    console.log(
      `| ${shards} | ${name} | ${Math.round(rate).toLocaleString("en")} | ${of(({ p50 }) => p50).toFixed(1)} | ${of(({ p99 }) => p99).toFixed(1)} | ${of(({ cpuMs }) => cpuMs).toFixed(3)} |`,
    );
  }
  // Round by round, since both of a round have met the same machine.
  const ratio = (pick: (each: Side["seen"][number]) => number): string =>
    median(own.seen.map((each, n) => pick(each) / pick(base.seen[n] ?? each))).toFixed(2);
  console.log(
    `| ${shards} | ratio | ${ratio(({ seconds }) => 1 / seconds)} | ${ratio(({ p50 }) => p50)} | ${ratio(({ p99 }) => p99)} | ${ratio(({ cpuMs }) => cpuMs)} |`,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function floor(directory: string, shards: number): Promise<Side> {
  const port = await freePort();
  const process = await prepareWorkerd({
    name: "floor",
    wranglerConfig: "bench/floor.toml",
    directory: join(directory, "floor"),
    port,
    readyPath: "/",
    variables: { SHARDS: String(shards) },
  });
  await process.start();
  return { name: "floor", process, url: `http://127.0.0.1:${port}/`, seen: [] };
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
