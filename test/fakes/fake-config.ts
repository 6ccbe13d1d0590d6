// A desk of configurations that keeps the documents it is given, by their numbers, and changes nothing.
import type { ConfigDesk } from "../../src/bridge/configure.ts";
import type { Json } from "../../src/core/json.ts";

export function fakeConfigDesk(read: ConfigDesk["read"], documents: ReadonlyMap<number, Json> = new Map()): ConfigDesk {
  const revision = (number: number) => {
    const document = documents.get(number);
    const facts = { number, at: 0, author: "test", note: null, madeFrom: { kind: "put" } } as const;
    return document === undefined ? null : { ...facts, document };
  };
  const newest = Math.max(0, ...documents.keys());
  return {
    read,
    bundled: {},
    store: {
      since: async (known) => (newest === known ? null : revision(newest)),
      get: async (number) => revision(number),
      list: async () => ({ revisions: [], next: null }),
      put: async () => ({ outcome: "conflict", newest }),
    },
    adopt: () => undefined,
    now: () => 0,
    log: () => undefined,
  };
}
