// npm run chaos: the proof that nothing accepted is lost and nothing is started twice without need. Real workerd with
// SQLite on disk, webhooks, faults, and SIGKILLs at random moments; afterwards the accounts of all sides are held against
// each other. Exit code 0 only if nothing is found that must not be.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Chance, chanceOf } from "./chaos/chance.ts";
import { createKiller, type Killer } from "./chaos/killer.ts";
import { type Load, startLoad } from "./chaos/load.ts";
import { gather, remaining } from "./chaos/observer.ts";
import { type ChaosOptions, readOptions, USAGE } from "./chaos/options.ts";
import { reconcile } from "./chaos/reconcile.ts";
import { printOffences, printTable } from "./chaos/report.ts";
import { drain, startCron, travel } from "./chaos/sweeps.ts";
import { startWeather } from "./chaos/weather.ts";
import { createWorld, SHARDS, type World } from "./chaos/world.ts";

const MAX_EPOCHS = 5;
const KILLS_PER_EPOCH = 3;
/** The share of kills that meet sweeps while time travels. */
const TRAVELLING_SHARE = 0.2;

/** Before the last kill: what was answered until then is known to the bridge for certain, which gives the judge a case. */
const SETTLING_MS = 6_000;

const options = readOptions(process.argv.slice(2));
if (typeof options === "string") {
  console.error(`${options}\n${USAGE}`);
  process.exit(2);
}
const directory = options.keep ?? mkdtempSync(join(tmpdir(), "hookspan-chaos-"));
const begun = Date.now();
console.log(
  ` chaos: ${options.events} events, ${options.kills} kills, --seed ${options.seed}${options.selfHost ? " --self-host" : ""}, storage in ${directory}`,
);

const world = await createWorld({
  directory,
  selfHost: options.selfHost,
  ...(options.verbose && { onOutput: (name, text) => console.log(`[${name}] ${text.trimEnd()}`) }),
});
try {
  const chance = chanceOf(options.seed);
  const load = startLoad(world, chance.fork(), options.events, options.concurrency);
  const killer = createKiller(world, chance.fork());
  await Promise.race([unfold(world, chance, load, killer, options), failureOf(load)]);

  const evidence = await gather(world, load, killer);
  writeFileSync(join(directory, "evidence.json"), JSON.stringify(evidence));
  const found = reconcile(evidence);
  printTable(found, load, killer, Date.now() - begun);
  await printOffences(found, world);
  const whole = found.accepted >= options.events && killer.kills.length === options.kills;
  if (!whole) console.log(" The run was not a whole one: fewer events or kills than asked for.");
  process.exitCode = whole && found.offences.length === 0 ? 0 : 1;
} finally {
  await world.stop();
  if (options.keep === undefined && process.exitCode === 0) rmSync(directory, { recursive: true, force: true });
}

/** Epochs of load, each with kills and ended by one of the bridge, with a journey in time after it; and the end of it all. */
async function unfold(world: World, chance: Chance, load: Load, killer: Killer, plan: ChaosOptions): Promise<void> {
  const epochs = Math.min(MAX_EPOCHS, Math.floor(plan.kills / KILLS_PER_EPOCH));
  const travelling = Math.min(Math.round(plan.kills * TRAVELLING_SHARE), plan.kills - epochs);
  const underLoad = plan.kills - epochs - travelling;
  const weather = startWeather(world, chance.fork());

  for (let epoch = 0; epoch < epochs; epoch++) {
    const from = Math.round((plan.events * epoch) / epochs);
    const to = Math.round((plan.events * (epoch + 1)) / epochs);
    const kills = share(underLoad, epoch, epochs);
    const cron = startCron(world, chance.fork());
    load.resume();
    if (epoch === Math.floor(epochs / 2)) {
      await load.reach(Math.round(from + (to - from) / (2 * (kills + 1))));
      await world.moreShards();
      console.log(` ${load.accepted} accepted, from here on ${SHARDS.after} shards in place of ${SHARDS.before}`);
    }
    for (let kill = 1; kill <= kills; kill++) {
      await load.reach(Math.round(from + ((to - from) * (kill - chance.next())) / (kills + 1)));
      await killer.killSomeone();
    }
    await load.reach(to);
    if (epoch === epochs - 1) {
      await load.done;
      await wait(SETTLING_MS);
    }
    load.pause();
    world.realTime(false);
    await killer.kill("bridge");
    await cron.stop();
    console.log(
      ` ${load.accepted} accepted, ${killer.kills.length} killed, ${Math.round((Date.now() - begun) / 1000)} s`,
    );
    await travel(world, chance, share(travelling, epoch, epochs), killer.killSomeone);
    world.realTime(true);
  }
  await weather.clear();
  await drain(world, () => remaining(world));
}

/** A whole part of `total` for one of several, so that all of them make up the total. */
function share(total: number, index: number, of: number): number {
  return Math.round((total * (index + 1)) / of) - Math.round((total * index) / of);
}

/** Rejects when the load does, and never resolves. */
async function failureOf(load: Load): Promise<never> {
  await load.done;
  return new Promise(() => undefined);
}
