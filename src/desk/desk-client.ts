// The source desks as the use cases see them: samples what is noted before it leaves the isolate, encrypts and decrypts
// captured secrets, and finds each source's object. Made once per isolate, since sampling and the short memory of
// secrets are the isolate's. A desk out of reach costs a note, never a webhook.
import type { Log, Note, SourceDesk } from "../bridge/ports.ts";
import { callWithin } from "../durable/call.ts";
import { createSampler } from "./sampler.ts";
import { createSecretBox, MIN_KEY_CHARS, type SealedSecret, type SecretBoxDeps } from "./secret-box.ts";
import { createSecretCache } from "./secret-cache.ts";
import type { NoteKind, SourceDeskObject } from "./source-desk-object.ts";

/** `lastEventAt` is true to about a minute; more would be a write per event. */
const RECEIVED_EVERY_MS = 60_000;

/** A second note with the same reason tells little that the first did not. */
const NOTE_EVERY_MS = 10_000;

/** Events that no rule takes are noted by what is said of them, which is their type; but no more of a source than these. */
const UNMATCHED_TIMES = 5;

/** What nothing else is told while it goes on is told once in this time: a missing key, a secret that cannot be read. */
const COMPLAINT_EVERY_MS = 60_000;

/** An object answers within milliseconds, or a second when it wakes. A sender must not wait for one that hangs. */
const CALL_TIMEOUT_MS = 5_000;

/** Asana's are 64 characters long; a header of a request cannot be much longer than this. */
const MAX_SECRET_CHARS = 4_096;

export interface SourceDeskDeps extends SecretBoxDeps {
  readonly namespace: DurableObjectNamespace<SourceDeskObject>;
  readonly log: Log;
  now(): number;
}

type Stub = DurableObjectStub<SourceDeskObject>;

export function createSourceDesk({ namespace, log, now, ...boxDeps }: SourceDeskDeps): SourceDesk {
  const box = createSecretBox(boxDeps);
  const sampler = createSampler();
  // Of its own, because a sender may make up types without end.
  const unmatchedTypes = createSampler();
  const secrets = createSecretCache();

  function call<T>(source: string, method: (stub: Stub) => Promise<T>): Promise<T> {
    return callWithin(CALL_TIMEOUT_MS, () => namespace.getByName(`source/${source}`), method);
  }

  /** For what may be lost. A failed call is sampled like one that succeeds: a broken desk is not called more often. */
  async function attempt(source: string, method: (stub: Stub) => Promise<void>): Promise<void> {
    try {
      await call(source, method);
    } catch (thrown) {
      log("warn", "desk.unreachable", { source, error: String(thrown) });
    }
  }

  function note(kind: NoteKind, source: string, { at, reason, detail }: Note): Promise<void> {
    return attempt(source, async (object) => object.note(kind, { at, reason, detail }));
  }

  async function refused(source: string, each: Note): Promise<void> {
    if (sampler.take(`refused ${source} ${each.reason}`, each.at, NOTE_EVERY_MS)) await note("refused", source, each);
  }

  function complain(name: string, source: string, reason: string, advice: string): void {
    if (!sampler.take(`${name} ${source} ${reason}`, now(), COMPLAINT_EVERY_MS)) return;
    log("error", name, { source, reason, advice });
  }

  async function opened(source: string, sealed: SealedSecret): Promise<string | null> {
    if (typeof box === "string") {
      complain("source.secret-unreadable", source, box, KEY_ADVICE);
      return null;
    }
    const secret = await box.open(source, sealed);
    if (secret === null) {
      const advice =
        "SOURCE_SECRETS_KEY has changed: set the former one again, or release the source and set it up anew.";
      complain("source.secret-unreadable", source, "wrong-key", advice);
    }
    return secret;
  }

  async function stored(source: string): Promise<string | null> {
    const sealed = await call(source, async (object) => object.captured());
    const secret = sealed && (await opened(source, sealed));
    secrets.put(source, secret, now());
    return secret;
  }

  return {
    async received(source, at) {
      if (!sampler.take(`received ${source}`, at, RECEIVED_EVERY_MS)) return;
      await attempt(source, async (object) => object.received(at));
    },

    refused,

    async unmatched(source, each) {
      if (!unmatchedTypes.take(`${source} ${each.reason} ${each.detail}`, each.at, NOTE_EVERY_MS)) return;
      if (!sampler.take(`unmatched ${source}`, each.at, NOTE_EVERY_MS, UNMATCHED_TIMES)) return;
      await note("unmatched", source, each);
    },

    async capturedSecret(source) {
      const known = secrets.get(source, now());
      return known === undefined ? stored(source) : known;
    },

    async capture(source, secret) {
      if (secret === "" || secret.length > MAX_SECRET_CHARS) return "refused";
      if (typeof box === "string") {
        complain("source.capture-refused", source, box, KEY_ADVICE);
        await refused(source, { at: now(), reason: box, detail: KEY_ADVICE });
        return "refused";
      }
      const sealed = await box.seal(source, secret);
      const outcome = await call(source, async (object) => object.capture(sealed));
      // Who asks next is told what is there, and not what was there before.
      if (outcome === "captured") secrets.put(source, secret, now());
      else secrets.drop(source);
      return outcome;
    },

    async release(source) {
      await call(source, async (object) => object.release());
      secrets.drop(source);
    },

    record: (source) => call(source, async (object) => object.record()),

    watch: (source, at, expectEveryMs) => call(source, async (object) => object.watch(at, expectEveryMs)),
  };
}

const KEY_ADVICE =
  `Set the Worker secret SOURCE_SECRETS_KEY, at least ${MIN_KEY_CHARS} random characters, ` +
  "so that captured secrets can be kept encrypted.";
