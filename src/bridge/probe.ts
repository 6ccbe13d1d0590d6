// Finds out, once with every sweep, whether an engine that nobody calls can be called again. A probe has no effect: it
// asks for a run that does not exist, and a 404 proves that the engine is alive and takes our token.
import { outcomeOf } from "./permits.ts";
import type { Bridge } from "./ports.ts";

/** @returns the engines that are shut, and until when, ms since the epoch */
export async function probeEngines(bridge: Bridge): Promise<Map<string, number>> {
  const engines = Object.keys(bridge.setup.config.engines);
  const shut = new Map<string, number>();
  await Promise.all(
    engines.map(async (engine) => {
      try {
        const reason = await probeOne(bridge, engine);
        if (reason) shut.set(engine, bridge.now() + reason.waitMs);
      } catch (thrown) {
        bridge.log("error", "sweep.probe-failed", { engine, error: String(thrown) });
      }
    }),
  );
  return shut;
}

async function probeOne(bridge: Bridge, engine: string) {
  const { shut, probe } = await bridge.gate.inspect(engine);
  const client = bridge.engine(engine);
  if (probe === null || !client) return shut;
  return bridge.gate.probed(engine, probe, outcomeOf(await client.get(client.absentRunId)));
}
