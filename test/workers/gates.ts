// Real gates in workerd, fresh ones for each test: storage is isolated per test file only, so every test takes Durable
// Objects under names of its own. Requests to objects are counted, since they are what a gate costs.
import { env } from "cloudflare:workers";
import type { EngineGate, Log } from "../../src/bridge/ports.ts";
import type { GateLimits } from "../../src/core/engine-gate.ts";
import type { EngineGateObject } from "../../src/gate/engine-gate-object.ts";
import { createEngineGate } from "../../src/gate/gate-client.ts";
import { createGateMemory } from "../../src/gate/gate-memory.ts";

export type GateStub = DurableObjectStub<EngineGateObject>;

export const NO_LIMITS: GateLimits = { perSecond: null, burst: 0, maxConcurrent: 50 };

let opened = 0;

export interface GateRoom {
  /** Requests to gates so far. */
  requests: number;
  /** What a request does instead of reaching its object. */
  broken: (() => never) | undefined;
  limits: GateLimits;
  /** What the configuration has. */
  known: readonly string[];
  stub(engine?: string, kind?: "engine" | "callback"): GateStub;
  /** One isolate's view of the gates: its own short memory. */
  gate(clock: { now(): number }, log: Log, kind?: "engine" | "callback"): EngineGate;
}

export function openGates(): GateRoom {
  const prefix = `room ${opened++}/`;
  const getByName = (name: string): GateStub => env.GATE.getByName(prefix + name);
  const room: GateRoom = {
    requests: 0,
    broken: undefined,
    limits: NO_LIMITS,
    known: ["default"],
    stub: (engine = "default", kind = "engine") => getByName(`${kind}/${engine}`),
    gate: (clock, log, kind = "engine") =>
      createEngineGate({
        kind,
        namespace: {
          getByName(name: string) {
            room.requests++;
            room.broken?.();
            return getByName(name);
          },
        } as unknown as DurableObjectNamespace<EngineGateObject>,
        memory: createGateMemory(),
        limits: (engine) => (room.known.includes(engine) ? room.limits : undefined),
        token: () => crypto.randomUUID(),
        log,
        now: () => clock.now(),
      }),
  };
  return room;
}
