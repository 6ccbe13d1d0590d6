// The configurations that were in force before, for replays under the revision that decided then. Reads and compiles a
// revision when it is asked for, and keeps the last few.
import type { Json } from "../core/json.ts";
import type { Result } from "../core/result.ts";
import type { ConfigStore, Misconfigured, Setup } from "./ports.ts";

/** A bulk replay of some days meets a handful of revisions, again and again. */
const MAX_KEPT = 4;

export interface EarlierSetups {
  /** @returns null where the revision is not kept any more, or cannot be read with the secrets and the version of today */
  setupOf(revision: number): Promise<Setup | null>;
}

export interface EarlierSetupsDeps {
  readonly store: Pick<ConfigStore, "get">;
  readStored(document: Json, revision: number): Result<Setup, Misconfigured>;
}

export function createEarlierSetups({ store, readStored }: EarlierSetupsDeps): EarlierSetups {
  const kept = new Map<number, Setup>();
  return {
    async setupOf(revision) {
      const known = kept.get(revision);
      if (known) return known;
      const stored = await store.get(revision);
      const setup = stored && readStored(stored.document, revision);
      if (!setup?.ok) return null;
      kept.set(revision, setup.value);
      const [oldest] = kept.keys();
      if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
      return setup.value;
    },
  };
}
