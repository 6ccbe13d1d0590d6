// Tells of senders that have fallen silent: a webhook that was switched off at the other end makes no error anywhere.
// Runs once with every sweep, over the sources that say how often they are to be heard; each silence is told once, and
// so is its end. A desk out of reach is told as well, and keeps nothing else from its turn.
import { durationMs } from "../core/duration.ts";
import type { Bridge } from "./ports.ts";

/** One call each, to objects of their own; a Worker holds six connections that wait at a time. */
const CONCURRENCY = 6;

interface Watched {
  readonly source: string;
  readonly expectEveryMs: number;
}

export async function tellSilence(bridge: Bridge): Promise<void> {
  const rest = watchedSources(bridge).values();
  const work = async (): Promise<void> => {
    for (const watched of rest) await tellOne(bridge, watched);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

/** A paused source is silent by our own wish. */
function watchedSources({ setup }: Bridge): Watched[] {
  return Object.entries(setup.config.sources).flatMap(([source, { expectEvery, state }]) =>
    expectEvery === undefined || state === "paused" ? [] : [{ source, expectEveryMs: durationMs(expectEvery) }],
  );
}

async function tellOne(bridge: Bridge, { source, expectEveryMs }: Watched): Promise<void> {
  const now = bridge.now();
  try {
    const { turned, silentSince } = await bridge.desk.watch(source, now, expectEveryMs);
    if (turned === "silent") {
      const silentForMs = silentSince === null ? null : now - silentSince;
      bridge.log("warn", "source.silent", { source, silentForMs, expectEveryMs });
    }
    if (turned === "heard") bridge.log("info", "source.heard", { source });
  } catch (thrown) {
    bridge.log("error", "sweep.watch-failed", { source, error: String(thrown) });
  }
}
