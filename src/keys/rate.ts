// Bounds how often a host is asked for keys that nobody has seen yet: part of such a URL is the key's id, which the sender
// of a request makes up before anything is proven. A fixed window per host and isolate. Knows no clock.

const WINDOW_MS = 60_000;

/** Far more than any sender has keys; far less than would bother its server. */
const MAX_PER_WINDOW = 20;

/** Hosts come from the configuration, so these are few. */
const MAX_HOSTS = 200;

export interface Rate {
  /** @returns whether this host may be asked once more now */
  take(host: string, now: number): boolean;
}

export function createRate(): Rate {
  const windows = new Map<string, { readonly from: number; asked: number }>();
  return {
    take(host, now) {
      const window = windows.get(host);
      if (window && now >= window.from && now - window.from < WINDOW_MS) {
        window.asked++;
        return window.asked <= MAX_PER_WINDOW;
      }
      if (!window && windows.size >= MAX_HOSTS) return false;
      windows.set(host, { from: now, asked: 1 });
      return true;
    },
  };
}
