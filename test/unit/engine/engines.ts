// The engine client as the tests of `engine` use it: a configuration as a person writes it, a fixed clock, Node's fetch.
import type { Engine, EngineFailure, StartCall } from "../../../src/bridge/ports.ts";
import { EngineConfig } from "../../../src/core/engine-config.ts";
import type { Result } from "../../../src/core/result.ts";
import { createEngine, type EngineDeps } from "../../../src/engine/engine-client.ts";
import { resolveEngine } from "../../../src/engine/presets.ts";

/** 2026-11-23T12:00:00Z */
export const NOW = Date.UTC(2026, 10, 23, 12);
export const TOKEN = "tot_0123456789abcdef";

export const START: StartCall = {
  workflowDefinitionId: "0940b863-eb4e-471a-8ae4-40a24b889e03",
  locale: "en",
  parameters: { customer: "cus_1", amount: 49.5 },
  expiresAt: NOW + 3_600_000,
  recordId: "6c3e5f0a-6b0d-5a53-9b34-2f1f2ad7c101",
};

export function definitionOf(config: object = {}) {
  return resolveEngine(EngineConfig.parse({ token: "TRANSACTIONLINK_TOKEN", ...config }));
}

export function engineAt(baseUrl: string, config: object = {}, deps: Partial<EngineDeps> = {}): Engine {
  return createEngine(definitionOf({ baseUrl, ...config }), {
    token: TOKEN,
    fetch: (url, init) => fetch(url, init),
    now: () => NOW,
    ...deps,
  });
}

/** An engine that is not waited for. */
export function impatientEngineAt(baseUrl: string, timeoutMs: number): Engine {
  const deps = { token: TOKEN, fetch: (url: string, init: RequestInit) => fetch(url, init), now: () => NOW };
  return createEngine({ ...definitionOf({ baseUrl }), timeoutMs }, deps);
}

/** An engine that has this answer for every call, without a connection. */
export function engineAnswering(answer: () => Response, deps: Partial<EngineDeps> = {}): Engine {
  return engineAt("https://engine.test", {}, { fetch: async () => answer(), ...deps });
}

/** The failure of a call that is expected to fail. */
export async function failureOf(call: Promise<Result<unknown, EngineFailure>>): Promise<EngineFailure> {
  const result = await call;
  if (result.ok) throw new Error(`It was expected to fail: ${JSON.stringify(result.value)}`);
  return result.error;
}
