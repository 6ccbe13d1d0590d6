// How long it takes from a webhook to its start call, and from the end of a run to its callback: quiet and under load; with an engine
// that pushes, with the polls of the fast path, by sweeps alone; beside a bare Worker that passes on what it gets. Real workerd for
// bridge and engine simulator, real HTTP, one clock: this process sends, stands between bridge and engine, and receives.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ends, latencyWorld, type World } from "./latency-world.ts";
import { median, quantile } from "./quantile.ts";

interface Load {
  readonly name: string;
  readonly events: number;
  readonly senders: number;
  /** Between two events of a sender, ms. */
  readonly pauseMs: number;
}

const WAYS: Readonly<Record<Ends, string>> = {
  push: "the engine pushes",
  "fast path": "early polls, 0.5, 1.5, 3.5 and 7.5 s after the start",
  sweep: "a sweep, from its beginning",
};

export async function latency({ quiet = 30, busy = 400, pauseMs = 150 } = {}): Promise<void> {
  const loads: readonly Load[] = [
    { name: "quiet", events: quiet, senders: 1, pauseMs },
    { name: "load", events: busy, senders: 16, pauseMs: 0 },
  ];
  const rows: string[] = [];
  const ends: string[] = [];
  for (const way of Object.keys(WAYS) as Ends[]) {
    for (const load of loads) {
      const directory = mkdtempSync(join(tmpdir(), "hookspan-latency-"));
      const world = await latencyWorld(directory, way);
      try {
        const passed = await passedOn(world, load);
        const { toStart, toCallback } = await measured(world, way, load);
        if (way === "push") rows.push(row(`a bare Worker, ${load.name}`, passed, passed));
        if (way !== "sweep") rows.push(row(`webhook to start call, ${way}, ${load.name}`, toStart, passed));
        ends.push(row(`${WAYS[way]}, ${load.name}`, toCallback, way === "push" ? passed : null));
      } finally {
        await world.stop();
        rmSync(directory, { recursive: true, force: true });
      }
    }
  }
  const head = "| p50 | p90 | p99 | longest | p50 to the floor's |\n|---|---|---|---|---|---|";
  console.log(
    `ms; quiet: ${quiet} events, one at a time; load: ${busy} events of 16 senders, as fast as they are answered.\n`,
  );
  console.log(`| webhook sent, to the call at the engine ${head}\n${rows.join("\n")}\n`);
  console.log(`| end at the engine, to the callback ${head}\n${ends.join("\n")}\n`);
  console.log(
    `A cron sweep comes once a minute: where nothing else sees the end first, up to 60 s go by before it begins, 30 on the mean (computed).`,
  );
}

/** The floor: a Worker that answers, and passes on what it got. */
async function passedOn(world: World, load: Load): Promise<number[]> {
  const times: number[] = [];
  await each(load, async (n) => {
    const begun = performance.now();
    const arrival = world.passed(`floor_${n}`);
    await world.sendToFloor(`floor_${n}`);
    times.push((await arrival) - begun);
  });
  return times;
}

async function measured(world: World, way: Ends, load: Load) {
  const toStart: number[] = [];
  const toCallback: number[] = [];
  const ended: { told: Promise<number>; at: number }[] = [];
  const running: string[] = [];
  // The first is for the compiler.
  for (const n of ["warm", "up"]) {
    await world.send(n);
    await world.started(n);
  }
  await each(load, async (n) => {
    const customer = `${load.name}_${n}`;
    const begun = performance.now();
    await world.send(customer);
    const { at } = await world.started(customer);
    toStart.push(at - begun);
    if (way === "sweep") running.push(customer);
    else ended.push({ told: world.told(customer), at: await world.end(customer, n) });
  });
  if (way === "sweep") {
    for (const customer of running) await world.end(customer, 0);
    const at = performance.now();
    const told = running.map((customer) => ({ told: world.told(customer), at }));
    ended.push(...told);
    await world.sweep();
  }
  for (const { told, at } of ended) toCallback.push((await told) - at);
  return { toStart, toCallback };
}

async function each({ events, senders, pauseMs }: Load, run: (n: number) => Promise<void>): Promise<void> {
  const rest = Array.from({ length: events }, (_, n) => n).values();
  await Promise.all(
    Array.from({ length: senders }, async () => {
      for (const n of rest) {
        await run(n);
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }),
  );
}

/** @param floor null where what takes the time is a wait, to which no floor compares */
function row(what: string, times: readonly number[], floor: readonly number[] | null): string {
  const cells = [0.5, 0.9, 0.99, 1].map((share) => {
    const ms = quantile(times, share);
    return ms.toFixed(ms < 100 ? 1 : 0);
  });
  const ratio = floor ? (median(times) / median(floor)).toFixed(1) : "–";
  return `| ${what} | ${cells.join(" | ")} | ${ratio} |`;
}
