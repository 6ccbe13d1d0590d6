// Talks to the simulator inside the test's own workerd. `forget` makes a test independent of those before it.
import { env } from "cloudflare:workers";
import { presentMoment } from "../../src/simulator/ambient.ts";
import type { SimulatorEnv } from "../../src/simulator/env.ts";
import app from "../../src/simulator/index.ts";

export const TOKEN = "tot_simulator-test";
export const DEFINITION = "0940b863-eb4e-471a-8ae4-40a24b889e03";
export const RECORD = "6c3e5f0a-6b0d-5a53-9b34-2f1f2ad7c101";
export const JSON_TYPE = "application/json;charset=UTF-8";

/** The bindings of the simulator's wrangler.toml; the generated Env is the bridge's. */
const bindings = env as unknown as SimulatorEnv;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of a body
  readonly body: any;
}

export async function request(
  method: string,
  path: string,
  init: { body?: string; headers?: Record<string, string> } = {},
  vars: Partial<SimulatorEnv> = {},
): Promise<Reply> {
  const response = await app.request(path, { method, ...init }, { ...bindings, ...vars });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

/** A call with a good token. */
export function call(method: string, path: string): Promise<Reply> {
  return request(method, path, { headers: { authorization: TOKEN } });
}

export function startFields(fields: object = {}): object {
  return { workflowDefinitionId: DEFINITION, locale: "en", parameters: {}, ...fields };
}

/** A start with a good token. */
export function start(fields: object = {}): Promise<Reply> {
  const headers = { authorization: TOKEN, "content-type": JSON_TYPE };
  return request("POST", "/workflows", { headers, body: JSON.stringify(startFields(fields)) });
}

/** Starts an execution that is expected to start, and gives its id. */
export async function started(fields: object = {}): Promise<string> {
  const { status, body } = await start(fields);
  if (status !== 200) {
    throw new Error(`start answered ${status}: ${JSON.stringify(body)}`);
  }
  return body.id;
}

export function control(method: string, path: string, body?: object): Promise<Reply> {
  return request(method, `/_control/${path}`, body === undefined ? {} : { body: JSON.stringify(body) });
}

/** Moves the simulator's clock, counted from the real time. */
export async function moveClock(offsetMs: number): Promise<void> {
  await control("PUT", "clock", { offsetMs });
}

export async function forget(): Promise<void> {
  await control("POST", "reset");
}

/** An ISO date-time so many ms from now. */
export function fromNow(ms: number): string {
  return new Date(presentMoment().now + ms).toISOString();
}
