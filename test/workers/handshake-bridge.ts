// The front door over a whole bridge: sources as the test says, real rules and a real ledger (a Durable Object), a desk
// in memory, a clock that stands still, and a log that is kept. No engine is called.

import { env } from "cloudflare:workers";
import type { Bridge, Engine, LogFields, SourceDesk } from "../../src/bridge/ports.ts";
import { readSetup } from "../../src/bridge/setup.ts";
import { ok } from "../../src/core/result.ts";
import { app } from "../../src/http/app.ts";
import { createLedger } from "../../src/ledger/ledger-client.ts";
import type { LedgerShard } from "../../src/ledger/ledger-shard.ts";
import { noKeys } from "../../src/sources/verify.ts";
import { plainRequest } from "../fakes/fake-access.ts";
import { createFakeDesk, type FakeDesk } from "../fakes/fake-desk.ts";
import { openGate } from "../fakes/fake-gate.ts";
import { createMemoryJobs } from "../fakes/memory-jobs.ts";

/** 2026-11-23T12:00:00Z */
export const NOW = Date.UTC(2026, 10, 23, 12);

export const SECRETS: Readonly<Record<string, string>> = {
  ENGINE_TOKEN: "engine-token-of-the-tests",
  SENDER_SECRET: "sender-secret-0123456789",
  OLD_SECRET: "old-secret-9876543210",
  VERIFY_TOKEN: "verify-token-abcdef",
};

/** The sender signs the body, hex, in X-Signature. */
export const SIGNED_SOURCE = {
  verify: { family: "hmac", encoding: "hex", signature: { from: "header:x-signature" } },
  secrets: ["SENDER_SECRET"],
};

export interface Receipt {
  readonly events: readonly { readonly id: string; readonly type: string }[];
  readonly executions: readonly {
    readonly event: string;
    readonly id: string;
    readonly rule: string;
    readonly recordId: string | null;
    readonly outcome: string;
    readonly state: string;
  }[];
}

export interface Door {
  readonly bridge: Bridge;
  readonly desk: FakeDesk;
  readonly lines: { readonly level: string; readonly name: string; readonly fields: LogFields }[];
  /** Everything that was logged or noted, as one text. */
  told(): string;
  ask(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The same, signed as `SIGNED_SOURCE` has it. */
  signed(path: string, body: unknown, secret?: string): Promise<Response>;
  settled(): Promise<void>;
}

let rooms = 0;

/** @param sources every one of them has a rule, `on-<source>`, that takes all its events but those of type "unwanted" */
export function door(sources: Record<string, unknown>, changes: Partial<Bridge> = {}): Door {
  const lines: Door["lines"] = [];
  const deferred: Promise<unknown>[] = [];
  const desk = createFakeDesk();
  const bridge: Bridge = { ...bridgeOf(sources, desk, lines), ...changes };
  const bindings = {
    bridge: ok(bridge),
    adminToken: undefined,
    ...plainRequest(),
    defer: (work: Promise<unknown>) => void deferred.push(work),
  };
  const ask = async (path: string, init?: RequestInit): Promise<Response> =>
    app.fetch(new Request(`https://bridge.example.com${path}`, init), bindings);
  const post: Door["post"] = (path, body, headers = {}) =>
    ask(path, { method: "POST", body: textOf(body), headers: { "content-type": "application/json", ...headers } });
  return {
    bridge,
    desk,
    lines,
    told: () => JSON.stringify([lines, desk.notes]),
    ask,
    post,
    signed: async (path, body, secret) => post(path, body, { "x-signature": await signatureOf(textOf(body), secret) }),
    settled: async () => void (await Promise.all(deferred)),
  };
}

export function signatureOf(body: string, secret = SECRETS.SENDER_SECRET ?? ""): Promise<string> {
  return hmacHex("SHA-256", encoder.encode(secret), body);
}

export async function hmacHex(hash: string, keyBytes: Uint8Array | ArrayBuffer, text: string): Promise<string> {
  const key = await crypto.subtle.importKey("raw", keyBytes, { name: "HMAC", hash }, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text)));
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const encoder = new TextEncoder();

function textOf(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

function bridgeOf(sources: Record<string, unknown>, desk: SourceDesk, lines: Door["lines"]): Bridge {
  const start = { workflowDefinitionId: "0940b863-eb4e-471a-8ae4-40a24b889e03" };
  const rules = Object.keys(sources).map((source) => ({
    id: `on-${source}`,
    source,
    on: ["*"],
    when: "type != 'unwanted'",
    start,
  }));
  const document = { engines: { default: { token: "ENGINE_TOKEN" } }, sources, callbacks: {}, rules };
  const setup = readSetup(document, { development: false, hasSecret: (name) => Object.hasOwn(SECRETS, name) });
  if (!setup.ok) throw new Error(JSON.stringify(setup.error));
  const room = rooms++;
  const namespace = { getByName: (name: string) => env.LEDGER.getByName(`door ${room}/${name}`) };
  return {
    setup: setup.value,
    setupOf: async () => null,
    ledger: createLedger({
      namespace: namespace as unknown as DurableObjectNamespace<LedgerShard>,
      settings: {
        shards: 4,
        retention: "30d",
        retentionOf: {},
        keepPayloads: true,
        formerShards: [],
        sweepInvocations: 1,
      },
      revision: 0,
      token: () => crypto.randomUUID(),
    }),
    callbacks: { send: async () => ({ delivered: true, status: 204, durationMs: 1 }) },
    desk,
    gate: openGate(),
    callbackGate: openGate(),
    jobs: createMemoryJobs(),
    keys: noKeys,
    engine: () => runningEngine,
    push: () => undefined,
    secrets: (names) => names.map((name) => SECRETS[name] ?? ""),
    now: () => NOW,
    random: () => 0,
    token: () => crypto.randomUUID(),
    sleep: async () => undefined,
    log: (level, name, fields) => void lines.push({ level, name, fields }),
  };
}

/** Every run goes on for ever. */
const runningEngine: Engine = {
  followForMs: 0,
  absentRunId: "no-run",
  start: async () => ok({ runId: "run_1", status: "running", expiresAt: null }),
  get: async (runId) => ok({ runId, status: "running", expiresAt: null }),
  cancel: async () => ok(null),
  result: async () => ok(null),
  openResult: async () => ok(null),
};

/** All that a sender sees of an answer, as one text. */
export async function bytesOf(response: Response): Promise<string> {
  return JSON.stringify([response.status, [...response.headers], await response.text()]);
}
