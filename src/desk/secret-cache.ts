// Captured secrets in the clear, for the moments in which an isolate needs them again and again. Bounded in number and
// in time: what another isolate has captured or released is seen here within seconds. Knows no clock.

/** How long a secret that was released may still be believed here. */
const FOUND_MS = 30_000;

/** That there is none is believed for as long as a flood needs to be kept off the object, and no longer. */
const NONE_MS = 2_000;

const MAX_SOURCES = 500;

export interface SecretCache {
  /** @returns undefined where nothing is known, null where it is known that there is none */
  get(source: string, now: number): string | null | undefined;
  put(source: string, secret: string | null, now: number): void;
  drop(source: string): void;
}

export function createSecretCache(): SecretCache {
  const entries = new Map<string, { secret: string | null; from: number; until: number }>();
  return {
    get(source, now) {
      const entry = entries.get(source);
      if (!entry) return undefined;
      if (now >= entry.from && now < entry.until) return entry.secret;
      entries.delete(source);
      return undefined;
    },
    put(source, secret, now) {
      entries.delete(source);
      const [oldest] = entries.keys();
      if (entries.size >= MAX_SOURCES && oldest !== undefined) entries.delete(oldest);
      entries.set(source, { secret, from: now, until: now + (secret === null ? NONE_MS : FOUND_MS) });
    },
    drop(source) {
      entries.delete(source);
    },
  };
}
