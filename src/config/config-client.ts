// The revisions of the configuration as the use cases see them: finds the one object that keeps them, and turns the text
// it keeps into documents. Keeps nothing itself.
import type { ConfigStore, Revision } from "../bridge/ports.ts";
import { callWithin } from "../durable/call.ts";
import type { ConfigObject, StoredRevision } from "./config-object.ts";

const OBJECT_NAME = "config";

/**
 * An object answers within milliseconds, or a second when it wakes. Senders wait ten seconds or more, and where there is
 * no configuration yet there is nothing else to do for them.
 */
const CALL_TIMEOUT_MS = 8_000;

export interface ConfigStoreDeps {
  readonly namespace: DurableObjectNamespace<ConfigObject>;
  /** A name that nobody else has, for each call that writes. */
  token(): string;
  /** How long one call may take, ms. */
  readonly timeoutMs?: number;
}

type Stub = DurableObjectStub<ConfigObject>;

export function createConfigStore({ namespace, token, timeoutMs = CALL_TIMEOUT_MS }: ConfigStoreDeps): ConfigStore {
  function call<T>(method: (stub: Stub) => Promise<T>): Promise<T> {
    return callWithin(timeoutMs, () => namespace.getByName(OBJECT_NAME), method);
  }

  return {
    since: async (known) => revisionOf(await call(async (object) => object.since(known))),

    get: async (revision) => revisionOf(await call(async (object) => object.get(revision))),

    list: ({ limit, before = null }) => call(async (object) => object.list(limit, before)),

    put({ document, ...facts }, expected) {
      // One for all tries of the call.
      const own = token();
      const stored = { ...facts, text: JSON.stringify(document) };
      return call(async (object) => object.put(stored, expected, own));
    },
  };
}

function revisionOf(stored: StoredRevision | null): Revision | null {
  if (stored === null) return null;
  const { text, ...facts } = stored;
  return { ...facts, document: JSON.parse(text) };
}
