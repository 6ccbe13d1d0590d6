// An engine that pushes: its RSA key, the server of its keys, and the front door over a real ledger and real gates.

import type { Execution } from "../../src/core/execution.ts";
import { ok } from "../../src/core/result.ts";
import { app } from "../../src/http/app.ts";
import { enginePush } from "../../src/sources/engine-push.ts";
import type { KeyFetcher } from "../../src/sources/verify.ts";
import { plainRequest } from "../fakes/fake-access.ts";
import { createTestBridge, type TestBridge, type TestBridgeOptions } from "../fakes/test-bridge.ts";
import { type GateRoom, openGates } from "./gates.ts";
import { openLedger, ownShards, type Shards } from "./ledger-objects.ts";

const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const SHARDS = 4;

export const BASE_URL = "https://api.transactionlink.io";

export interface SigningKey {
  readonly pem: string;
  sign(text: string): Promise<string>;
}

function base64(bytes: ArrayBuffer | Uint8Array): string {
  return btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
}

export function base64Url(text: string | ArrayBuffer): string {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export async function signingKey(): Promise<SigningKey> {
  const parameters = { ...ALGORITHM, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const pair = (await crypto.subtle.generateKey(parameters, true, ["sign", "verify"])) as CryptoKeyPair;
  const spki = (await crypto.subtle.exportKey("spki", pair.publicKey)) as ArrayBuffer;
  return {
    pem: `-----BEGIN PUBLIC KEY-----\n${base64(spki)}\n-----END PUBLIC KEY-----\n`,
    sign: async (text) =>
      base64Url(await crypto.subtle.sign(ALGORITHM, pair.privateKey, new TextEncoder().encode(text))),
  };
}

/** `header..signature` over the body. */
export async function detached(key: SigningKey, body: string, header: object = {}): Promise<string> {
  const encoded = base64Url(JSON.stringify({ alg: "RS256", kid: "key-1", typ: "JWT", ...header }));
  return `${encoded}..${await key.sign(`${encoded}.${base64Url(body)}`)}`;
}

export interface PushScene {
  readonly bridge: TestBridge;
  readonly room: GateRoom;
  readonly namespace: Shards;
  /** URLs of keys that were fetched. */
  readonly fetched: string[];
  post(body: string, signature?: string, engine?: string): Promise<Response>;
  /** A push about this run as the engine sends it. */
  push(runId: string): Promise<Response>;
  /** Waits for what goes on after the answers. */
  settled(): Promise<void>;
  stored(id: string): Promise<Execution>;
}

const KEY = signingKey();

export async function pushScene(options: TestBridgeOptions = {}): Promise<PushScene> {
  const key = await KEY;
  const room = openGates();
  const namespace = ownShards();
  const ledger = openLedger(namespace, SHARDS);
  const plain = createTestBridge({ ...options, ledger });
  const fetched: string[] = [];
  const keys: KeyFetcher = async ({ url }) => {
    fetched.push(url);
    return url === `${BASE_URL}/auth/webhooks/key/key-1?pem=true`
      ? ok(key.pem)
      : { ok: false, error: { reason: "not-found" } };
  };
  const bridge: TestBridge = {
    ...plain,
    keys,
    gate: room.gate(plain.clock, plain.log),
    push: (id) => (id === "default" ? enginePush(id, BASE_URL, ["$.id", "$.workflowId", "$.executionId"]) : undefined),
  };
  const deferred: Promise<unknown>[] = [];
  const post: PushScene["post"] = async (body, signature, engine = "default") => {
    const headers = { "content-type": "application/json", ...(signature && { "JWS-SIGNATURE": signature }) };
    const request = new Request(`https://bridge.example.com/engine/${engine}`, { method: "POST", body, headers });
    return app.fetch(request, {
      bridge: ok(bridge),
      adminToken: "",
      ...plainRequest(),
      defer: (work) => void deferred.push(work),
    });
  };
  return {
    bridge,
    room,
    namespace,
    fetched,
    post,
    async push(runId) {
      const body = JSON.stringify({ event: "workflow.finished", id: runId });
      return post(body, await detached(key, body));
    },
    settled: async () => void (await Promise.all(deferred.splice(0))),
    stored: (id) => plain.stored(id),
  };
}

export const engineKey = (): Promise<SigningKey> => KEY;
