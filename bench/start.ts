// How long the Worker takes to be there, and what it keeps of memory: the time from the process to its first answer, for a Worker of a
// few lines, for the bridge as a module that does nothing, and for the bridge with its first request, each start beside the others;
// then the memory of the process while requests go on, beside the floor.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Killable } from "../scripts/chaos/killable.ts";
import { prepareWorkerd } from "../scripts/chaos/workerd.ts";
import { freePort } from "../scripts/local-stack.ts";
import { floor, load, ours, residentMiB, type Side, secretsOf } from "./ingress-sides.ts";
import { median } from "./quantile.ts";

const CONNECTIONS = 32;
const SHARDS = 4;

export async function start({ starts = 15, requests = 100_000, step = 10_000 } = {}): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "hookspan-start-"));
  const sides = [await floor(directory, SHARDS, true), await ours(directory, SHARDS)];
  const [plain, bridge] = sides;
  try {
    if (plain && bridge) await startTimes(plain, await moduleOnly(directory), bridge, starts);
    await memory(sides, requests, step);
  } finally {
    await Promise.all(sides.map(({ process }) => process.kill()));
    rmSync(directory, { recursive: true, force: true });
  }
}

async function startTimes(plain: Side, module: Killable, bridge: Side, starts: number): Promise<void> {
  const contenders: Readonly<Record<string, Killable>> = {
    "a Worker of a few lines": plain.process,
    "the bridge as a module": module,
    "the bridge, its first request included": bridge.process,
  };
  const times = new Map(Object.keys(contenders).map((name): [string, number[]] => [name, []]));
  for (let n = -1; n < starts; n++) {
    for (const [name, process] of Object.entries(contenders)) {
      await process.kill();
      const begun = performance.now();
      await process.start();
      if (n >= 0) times.get(name)?.push(performance.now() - begun);
    }
  }
  await module.kill();
  const medians = [...times].map(([name, each]) => ({ name, ms: median(each) }));
  const [{ ms: base } = { ms: 0 }] = medians;
  console.log(`From the process to its first answer, ms, median of ${starts} starts in turns.\n`);
  console.log("| what | ms | more than the first |\n|---|---|---|");
  for (const { name, ms } of medians) console.log(`| ${name} | ${ms.toFixed(0)} | ${(ms - base).toFixed(0)} |`);
}

async function moduleOnly(directory: string): Promise<Killable> {
  const port = await freePort();
  return prepareWorkerd({
    name: "module",
    wranglerConfig: "bench/start.toml",
    directory: join(directory, "module"),
    port,
    readyPath: "/",
    variables: {},
  });
}

async function memory(sides: readonly Side[], requests: number, step: number): Promise<void> {
  const secret = secretsOf().ofSource("stripe");
  const seen = sides.map(({ process }): number[] => [residentMiB(process)]);
  for (let sent = 0; sent < requests; sent += step) {
    for (const [index, { process, url, name }] of sides.entries()) {
      const { others } = await load({ url, secret, requests: step, connections: CONNECTIONS, name: `m${sent}` });
      if (others > 0) throw new Error(`${name}: ${others} events were not answered with 202`);
      seen[index]?.push(residentMiB(process));
    }
  }
  const after = (each: readonly number[], share: number): string =>
    (each[Math.round((each.length - 1) * share)] ?? 0).toFixed(0);
  console.log(`\nMemory of the process, MiB, while ${requests.toLocaleString("en")} events come in.\n`);
  console.log("| what | at first | after a tenth | after half | after all |\n|---|---|---|---|---|");
  for (const [index, { name }] of sides.entries()) {
    const each = seen[index] ?? [];
    console.log(`| ${name} | ${[0, 0.1, 0.5, 1].map((share) => after(each, share)).join(" | ")} |`);
  }
}
