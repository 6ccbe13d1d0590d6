// Real revisions in workerd, fresh ones for each test: storage is isolated per test file only, so every test takes an
// object under a name of its own. Isolates as the composition root makes them, over a clock that the test moves.
import { env } from "cloudflare:workers";
import type { ConfigDesk } from "../../src/bridge/configure.ts";
import type { ConfigStore, LogFields } from "../../src/bridge/ports.ts";
import { readSetup } from "../../src/bridge/setup.ts";
import { createSetupInForce, type SetupInForce } from "../../src/bridge/setup-in-force.ts";
import { createConfigStore } from "../../src/config/config-client.ts";
import type { ConfigObject } from "../../src/config/config-object.ts";
import type { Json } from "../../src/core/json.ts";

export type ConfigStub = DurableObjectStub<ConfigObject>;
export type Configs = DurableObjectNamespace<ConfigObject>;

/** 2026-11-23T12:00:00Z */
export const NOW = Date.UTC(2026, 10, 23, 12);

export const ALL_SECRETS = ["ENGINE_TOKEN", "SENDER_SECRET"];

let opened = 0;

export interface ConfigRoom {
  readonly namespace: Configs;
  readonly stub: ConfigStub;
  readonly store: ConfigStore;
  /** Calls to the object so far, whatever they were. */
  calls: number;
  /** What a call does instead of reaching the object. */
  broken: (() => unknown) | undefined;
}

/** The object named "config", in a room of its own. */
export function openConfigRoom(): ConfigRoom {
  const prefix = `room ${opened++}/`;
  const namespace = {
    getByName(name: string) {
      room.calls++;
      return room.broken?.() ?? env.CONFIG.getByName(prefix + name);
    },
  } as unknown as Configs;
  const room: ConfigRoom = {
    namespace,
    stub: env.CONFIG.getByName(`${prefix}config`),
    store: createConfigStore({ namespace, token: () => crypto.randomUUID() }),
    calls: 0,
    broken: undefined,
  };
  return room;
}

export interface LogLine {
  readonly level: string;
  readonly name: string;
  readonly fields: LogFields;
}

export interface IsolateOptions {
  /** The document that was deployed with it. */
  readonly bundled?: Json;
  readonly development?: boolean;
  /** The names of the Worker secrets that are set. */
  readonly secrets?: readonly string[];
}

export interface Isolate {
  readonly setups: SetupInForce;
  readonly desk: ConfigDesk;
  readonly lines: readonly LogLine[];
  /** How often a document has been read and compiled. */
  reads: number;
  now: number;
  /** The revision in force; what stands in the way where there is none. */
  inForce(): Promise<number | string>;
}

export function openIsolate(room: ConfigRoom, options: IsolateOptions = {}): Isolate {
  const { bundled = document(), development = false, secrets = ALL_SECRETS } = options;
  const lines: LogLine[] = [];
  const readAs = (checked: boolean) => (json: Json, revision: number) => {
    isolate.reads++;
    return readSetup(json, { development, hasSecret: (name) => secrets.includes(name) }, revision, checked);
  };
  const config = {
    store: room.store,
    bundled,
    read: readAs(false),
    readStored: readAs(true),
    now: () => isolate.now,
    log: (level: string, name: string, fields: LogFields) => void lines.push({ level, name, fields }),
  };
  const setups = createSetupInForce({ ...config, bundledRules: development });
  const isolate: Isolate = {
    setups,
    desk: { ...config, adopt: setups.adopt },
    lines,
    reads: 0,
    now: NOW,
    async inForce() {
      const setup = await setups.current();
      return setup.ok ? setup.value.revision : setup.error.reason;
    },
  };
  return isolate;
}

/** A sound document that differs from others in what its one rule is described as. */
export function document(description = "first", changes: Record<string, Json> = {}) {
  return {
    engines: { default: { token: "ENGINE_TOKEN" } },
    sources: { signup: { preset: "stripe", secrets: ["SENDER_SECRET"] } },
    rules: [{ id: "on-signup", description, source: "signup", on: ["*"], start: { workflowDefinitionId: "d" } }],
    ...changes,
  };
}

/** Stores a document as if another isolate had put it, whatever is wrong with it. @returns its number */
export async function putFromElsewhere(room: ConfigRoom, json: Json): Promise<number> {
  const newest = await room.store.since(0);
  const facts = { at: NOW, author: "someone", note: null, madeFrom: { kind: "put" } } as const;
  return (await room.store.put({ ...facts, document: json }, newest?.number ?? 0)).newest;
}
