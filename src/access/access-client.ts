// Tokens and the audit log as the operations API sees them: makes tokens, finds out whose one is, and remembers it for some
// seconds. A token is `hks_`, its id, and 256 random bits; only its hash leaves the isolate.
import type { Access, Identified } from "../bridge/ports.ts";
import { sameSecret } from "../core/same-secret.ts";
import { callWithin } from "../durable/call.ts";
import type { AccessObject } from "./access-object.ts";
import { createAttempts } from "./attempts.ts";

/** A token that was revoked is refused everywhere within this time. */
const KNOWN_MS = 15_000;

/** More are not remembered at a time; then all are forgotten, and found out again. */
const MAX_KNOWN = 1_000;

const CALL_TIMEOUT_MS = 5_000;

const OBJECT_NAME = "access";

const TOKEN = /^hks_([a-z0-9]{16})_([A-Za-z0-9_-]{43})$/;

export interface AccessDeps {
  readonly namespace: DurableObjectNamespace<AccessObject>;
  randomBytes(length: number): Uint8Array;
  /** A name that nobody else has. */
  token(): string;
  now(): number;
}

/** Made once per isolate. */
export function createAccess({ namespace, randomBytes, token: unique, now }: AccessDeps): Access {
  const known = new Map<string, { readonly answer: Identified; readonly until: number }>();
  const attempts = createAttempts(now);
  let sessionKey: string | undefined;

  function call<T>(method: (stub: DurableObjectStub<AccessObject>) => Promise<T>): Promise<T> {
    return callWithin(CALL_TIMEOUT_MS, () => namespace.getByName(OBJECT_NAME), method);
  }

  /** @param hash undefined where a session speaks for the token */
  async function lookUp(id: string, hash: string | undefined): Promise<Identified> {
    try {
      const stored = await call(async (object) => object.find(id));
      if (!stored) return { outcome: "unknown" };
      if (hash !== undefined && !(await sameSecret(hash, stored.hash))) return { outcome: "unknown" };
      const expired = stored.expiresAt !== null && stored.expiresAt <= now();
      if (expired || stored.revokedAt !== null) return { outcome: "unknown" };
      await call(async (object) => object.used(id, now()));
      return { outcome: "known", identity: { name: stored.name, role: stored.role } };
    } catch {
      return { outcome: "unreachable" };
    }
  }

  function heard(name: string): Identified | undefined {
    const last = known.get(name);
    return last && now() < last.until ? last.answer : undefined;
  }

  function remember(name: string, answer: Identified): Identified {
    if (answer.outcome !== "unreachable") {
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(name, { answer, until: now() + KNOWN_MS });
    }
    return answer;
  }

  return {
    isLimited: attempts.isLimited,
    failed: attempts.failed,
    idOf: (shown) => TOKEN.exec(shown)?.[1] ?? null,

    async identify(shown, client) {
      const id = TOKEN.exec(shown)?.[1];
      if (id === undefined) return { outcome: "unknown" };
      const hash = await sha256(shown);
      const last = heard(hash);
      if (last) return last;
      // Whoever tries tokens must not cost a call for each; one that is known is not asked for, and so never held up.
      if (attempts.isLimited(client)) return { outcome: "limited" };
      return remember(hash, await lookUp(id, hash));
    },

    // The id of a token is no hash, so neither is ever taken for the other.
    owner: async (id) => heard(id) ?? remember(id, await lookUp(id, undefined)),

    async sessionKey() {
      if (sessionKey === undefined) {
        const fresh = base64url(randomBytes(32));
        sessionKey = await call(async (object) => object.sessionKey(fresh));
      }
      return sessionKey;
    },

    async create({ name, role, expiresAt }, by) {
      const id = [...randomBytes(16)].map((byte) => (byte % 36).toString(36)).join("");
      const token = `hks_${id}_${base64url(randomBytes(32))}`;
      const facts = { id, name, role, createdAt: now(), createdBy: by, expiresAt, revokedAt: null, lastUsedAt: null };
      const hash = await sha256(token);
      await call(async (object) => object.create({ ...facts, hash }));
      return { token, facts };
    },

    list: () => call(async (object) => object.list()),

    async revoke(id) {
      const at = now();
      const found = await call(async (object) => object.revoke(id, at));
      known.clear();
      return found;
    },

    async record(entry) {
      const once = unique();
      await call(async (object) => object.record(entry, once));
    },

    audit: (filter) => call(async (object) => object.audit(filter)),
  };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
