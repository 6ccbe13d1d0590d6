// A gate that is always open and remembers nothing.
import type { EngineGate, Entry } from "../../src/bridge/ports.ts";

const entry: Entry = { open: true, calls: 1_000, forMs: 60_000, leave: async () => false };

export function openGate(): EngineGate {
  return {
    enter: async () => entry,
    slipIn: () => entry,
    glance: async () => entry,
    inspect: async () => ({ shut: null, probe: null }),
    probed: async () => null,
    keepPush: async () => undefined,
    view: async () => null,
    pause: async () => undefined,
    resume: async () => undefined,
  };
}
