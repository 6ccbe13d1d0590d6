// Real access objects in workerd, a fresh one for each test, and isolates over it with a clock that the test moves.
import { env } from "cloudflare:workers";
import { createAccess } from "../../src/access/access-client.ts";
import type { AccessObject } from "../../src/access/access-object.ts";
import type { Access } from "../../src/bridge/ports.ts";

/** 2026-11-23T12:00:00Z */
export const NOW = Date.UTC(2026, 10, 23, 12);

let opened = 0;

export interface AccessRoom {
  readonly stub: DurableObjectStub<AccessObject>;
  now: number;
  /** Calls to the object so far. */
  calls: number;
  /** What a call does instead of reaching the object. */
  broken: (() => never) | undefined;
  /** Another isolate: nothing in its memory. */
  isolate(): Access;
}

export function openAccessRoom(): AccessRoom {
  const name = `room ${opened++}/access`;
  const stub = (): DurableObjectStub<AccessObject> => env.ACCESS.getByName(name);
  const room: AccessRoom = {
    stub: stub(),
    now: NOW,
    calls: 0,
    broken: undefined,
    isolate: () =>
      createAccess({
        namespace: {
          getByName() {
            room.calls++;
            room.broken?.();
            return stub();
          },
        } as unknown as DurableObjectNamespace<AccessObject>,
        randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
        token: () => crypto.randomUUID(),
        now: () => room.now,
      }),
  };
  return room;
}
