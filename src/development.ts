// What `npm run dev` and the demo change about the configuration: every engine and every callback is local. The rest of
// the user's configuration runs as it is, and what is kept of it says nothing of this. Pure; used only where the binding
// DEVELOPMENT says so.
import type { BridgeConfig } from "./core/config.ts";
import type { EngineConfig } from "./core/engine-config.ts";

export interface LocalSettings {
  /** Takes the place of every engine's base URL. */
  readonly engineUrl: string | undefined;
  /** Takes the place of every callback's URL, with the callback's name appended. */
  readonly callbackUrl: string | undefined;
}

export function forDevelopment(config: BridgeConfig, { engineUrl, callbackUrl }: LocalSettings): BridgeConfig {
  return {
    ...config,
    engines: mapParts(config.engines, (engine) => (engineUrl ? simulated(engine, engineUrl) : engine)),
    callbacks: mapParts(config.callbacks, (callback, id) =>
      callbackUrl ? { ...callback, url: `${callbackUrl}/${id}` } : callback,
    ),
  };
}

/** Whatever the engine is, the one that stands in for it speaks the simulator's API. */
function simulated(engine: EngineConfig, baseUrl: string): EngineConfig {
  if (engine.preset === "transactionlink") return { ...engine, baseUrl };
  const described = { operations: {}, answers: {}, onStatus: {}, onCode: {}, statuses: {} };
  const { authorization: _, absentRunId: __, ...rest } = engine;
  return { ...rest, ...described, preset: "transactionlink", baseUrl };
}

function mapParts<Part>(parts: Record<string, Part>, change: (part: Part, id: string) => Part): Record<string, Part> {
  return Object.fromEntries(Object.entries(parts).map(([id, part]) => [id, change(part, id)]));
}
