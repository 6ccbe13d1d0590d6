// The engine simulator, a Worker of its own beside the test's (see vitest.config.ts), and the engine client that calls it.
import { env } from "cloudflare:workers";
import type { Engine } from "../../src/bridge/ports.ts";
import { EngineConfig } from "../../src/core/engine-config.ts";
import { createEngine } from "../../src/engine/engine-client.ts";
import { resolveEngine } from "../../src/engine/presets.ts";

export const TOKEN = "tot_0123456789abcdef";
export const DEFINITION = "0940b863-eb4e-471a-8ae4-40a24b889e03";
export const RECORD = "6c3e5f0a-6b0d-5a53-9b34-2f1f2ad7c101";

const { ENGINE_SIMULATOR } = env as unknown as { readonly ENGINE_SIMULATOR: Fetcher };

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: number | "reset";
}

/** A fetch that knows nothing but the simulator, whatever the URL's host. */
export function simulatorFetch(url: string, init?: RequestInit): Promise<Response> {
  return ENGINE_SIMULATOR.fetch(url, init);
}

export function engine(options: { token?: string; timeoutMs?: number } = {}): Engine {
  const definition = resolveEngine(EngineConfig.parse({ token: "TRANSACTIONLINK_TOKEN" }));
  return createEngine(
    { ...definition, timeoutMs: options.timeoutMs ?? definition.timeoutMs },
    {
      token: options.token ?? TOKEN,
      fetch: simulatorFetch,
      now: () => Date.now(),
    },
  );
}

/** A call to the simulator's control API. */
export async function control<T>(method: string, path: string, body?: object): Promise<T> {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await simulatorFetch(`https://simulator.test/_control/${path}`, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return (text === "" ? null : JSON.parse(text)) as T;
}

export async function requests(): Promise<LoggedRequest[]> {
  return (await control<{ requests: LoggedRequest[] }>("GET", "requests")).requests;
}

/** How many executions the engine has. */
export async function total(): Promise<number> {
  return (await control<{ total: number }>("GET", "executions")).total;
}

export async function fault(rule: object): Promise<void> {
  await control("POST", "faults", rule);
}
