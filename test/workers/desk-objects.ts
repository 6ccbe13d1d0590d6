// Real desks in workerd, fresh ones for each test: storage is isolated per test file only, so every test takes Durable
// Objects under names of its own. The clock stands where the test has put it, and the log is kept.

import { env } from "cloudflare:workers";
import type { LogFields, SourceDesk } from "../../src/bridge/ports.ts";
import { createSourceDesk } from "../../src/desk/desk-client.ts";
import type { SourceDeskObject } from "../../src/desk/source-desk-object.ts";

export type DeskStub = DurableObjectStub<SourceDeskObject>;
export type Desks = DurableObjectNamespace<SourceDeskObject>;

/** 2026-11-23T12:00:00Z */
export const NOW = Date.UTC(2026, 10, 23, 12);
export const KEY = "a key for tests, longer than thirty-two characters";

let opened = 0;

export interface Room {
  readonly namespace: Desks;
  /** Calls to objects so far, whatever they were. */
  calls: number;
  /** What a call does instead of reaching its object. */
  broken: (() => never) | undefined;
  stub(source: string): DeskStub;
}

/** The namespace, with every name in a room of its own. */
export function openRoom(): Room {
  const prefix = `room ${opened++}/`;
  const room: Room = {
    calls: 0,
    broken: undefined,
    stub: (source) => env.DESK.getByName(`${prefix}source/${source}`),
    namespace: {
      getByName(name: string) {
        room.calls++;
        room.broken?.();
        return env.DESK.getByName(prefix + name);
      },
    } as unknown as Desks,
  };
  return room;
}

export interface LogLine {
  readonly level: string;
  readonly name: string;
  readonly fields: LogFields;
}

export interface Isolate {
  readonly desk: SourceDesk;
  readonly lines: readonly LogLine[];
  now: number;
}

/** One isolate's view of the desks: its own samples, its own short memory of secrets. */
export function openIsolate(room: Room, key: string | undefined = KEY): Isolate {
  const lines: LogLine[] = [];
  const isolate = { lines, now: NOW };
  const desk = createSourceDesk({
    namespace: room.namespace,
    key,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    log: (level, name, fields) => void lines.push({ level, name, fields }),
    now: () => isolate.now,
  });
  return Object.assign(isolate, { desk });
}
