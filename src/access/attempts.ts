// Counts tokens that were none, by who showed them, so that trying costs us little. A token has 256 random bits: it is not
// guessed, however many tries there are. Bounded; forgets everything rather than grow.

const MAX_FAILURES = 20;
const WINDOW_MS = 5 * 60_000;
const MAX_CLIENTS = 5_000;

export interface Attempts {
  failed(client: string): void;
  isLimited(client: string): boolean;
}

export function createAttempts(now: () => number): Attempts {
  const clients = new Map<string, { failures: number; readonly since: number }>();
  const current = (client: string) => {
    const known = clients.get(client);
    return known && now() - known.since < WINDOW_MS && now() >= known.since ? known : undefined;
  };
  return {
    failed(client) {
      const known = current(client);
      if (known) known.failures++;
      else {
        if (clients.size >= MAX_CLIENTS) clients.clear();
        clients.set(client, { failures: 1, since: now() });
      }
    },
    isLimited: (client) => (current(client)?.failures ?? 0) >= MAX_FAILURES,
  };
}
