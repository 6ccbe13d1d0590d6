// Which configuration is in force in this isolate: asks for the newest revision every few seconds, reads and compiles it
// once, and keeps the last good one where the newest is refused or nobody can be asked. What it gives is immutable: a
// request takes one setup at its start and never sees half of another.
import type { ConfigFault } from "../core/check-config.ts";
import { differences } from "../core/config-diff.ts";
import type { Json } from "../core/json.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { ConfigStore, ConfigUnreachable, Log, Misconfigured, Revision, Setup } from "./ports.ts";

/**
 * A new revision is in force everywhere within this time, as long as the revisions can be reached: no request starts with
 * a setup that was not the newest at some moment within the last 5 seconds. A sweep that has begun ends as it began.
 */
export const IN_FORCE_WITHIN_MS = 5_000;

/** One request asks already now, while the others go on with what there is: so nobody waits as a rule. */
const ASK_AFTER_MS = 4_000;

/** How many revisions before a refused one a fresh isolate tries: so many bad ones in a row are nobody's slip. */
const LOOK_BACK = 10;

/** As many faults of one document as a log can hold; the API tells all of them. */
const MAX_FAULTS_LOGGED = 50;

export interface SetupDeps {
  readonly store: ConfigStore;
  /** The document that came with the deployment: the first revision, where there is none yet. */
  readonly bundled: Json;
  /** Whether the bundled document rules, as it does in development: where it differs from the newest revision, it is put. */
  readonly bundledRules: boolean;
  read(document: Json, revision: number): Result<Setup, Misconfigured>;
  /** The same for a document that was read before it was stored. */
  readStored(document: Json, revision: number): Result<Setup, Misconfigured>;
  now(): number;
  readonly log: Log;
}

export type InForce = Result<Setup, Misconfigured | ConfigUnreachable>;

export interface SetupInForce {
  current(): Promise<InForce>;
  /** Takes what has just been stored through this isolate, at once. */
  adopt(setup: Setup): void;
}

export function createSetupInForce(deps: SetupDeps): SetupInForce {
  const { store, bundled, now, log } = deps;
  // Kept once it is there, and never as a promise: one request must not wait for what another one has begun.
  let answer: Result<Setup, Misconfigured> | undefined;
  /** The newest revision that has been seen, whether it was good or not; 0 for none. */
  let seen = 0;
  let askedAt = 0;
  /** When the newest was what it is here, ms since the epoch. */
  let trueAt = 0;
  let outage = false;

  /** In an outage the bound is lost anyway, so that only one request at a time waits for the object. */
  function mustAsk(at: number): boolean {
    if (at < askedAt || at - askedAt >= ASK_AFTER_MS) return true;
    return !outage && at - trueAt >= IN_FORCE_WITHIN_MS;
  }

  async function ask(at: number): Promise<void> {
    const newest = await store.since(seen);
    if (newest) await take(newest);
    else if (!answer) await takeBundled(0);
    trueAt = Math.max(trueAt, at);
  }

  async function take(newest: Revision): Promise<void> {
    const isFirst = answer === undefined;
    if (!isFirst && newest.number <= seen) return;
    if (isFirst && deps.bundledRules && differences(newest.document, bundled).length > 0) {
      return takeBundled(newest.number);
    }
    const setup = deps.readStored(newest.document, newest.number);
    // A good one is never replaced by one that cannot be read, such as after a secret was taken away.
    const used = setup.ok || answer?.ok ? setup : await earlier(newest.number, setup);
    if (newest.number > seen) conclude(newest.number, setup, used);
  }

  function conclude(number: number, setup: Result<Setup, Misconfigured>, used: Result<Setup, Misconfigured>): void {
    seen = number;
    if (!setup.ok) logRefused(number, setup.error.faults, used);
    if (used.ok || !answer?.ok) answer = used;
  }

  /** The newest before this one that can be read, or its faults where none of the last few can. */
  async function earlier(number: number, refused: Result<Setup, Misconfigured>): Promise<Result<Setup, Misconfigured>> {
    for (let before = number - 1; before >= Math.max(1, number - LOOK_BACK); before--) {
      const revision = await store.get(before);
      const setup = revision && deps.readStored(revision.document, before);
      if (setup?.ok) return setup;
    }
    return refused;
  }

  /** Makes the bundled document the next revision, if it can be read. One that cannot is not kept: it is to be mended. */
  async function takeBundled(newest: number): Promise<void> {
    const setup = deps.read(bundled, newest + 1);
    if (!setup.ok) {
      conclude(newest, setup, setup);
      return;
    }
    const author = deps.bundledRules ? "development" : "deployment";
    const facts = { at: now(), author, note: null, madeFrom: { kind: "bundled" } } as const;
    const { outcome } = await store.put({ ...facts, document: bundled }, newest);
    if (outcome === "stored") {
      conclude(newest + 1, setup, setup);
      return;
    }
    // Another isolate was faster.
    const theirs = await store.since(0);
    if (theirs) await take(theirs);
  }

  function logRefused(revision: number, faults: readonly ConfigFault[], used: Result<Setup, Misconfigured>): void {
    const inForce = used.ok ? used.value.revision : answer?.ok ? answer.value.revision : null;
    for (const { path, message } of faults.slice(0, MAX_FAULTS_LOGGED)) {
      log("error", "config.refused", { revision, inForce, faults: faults.length, path, message });
    }
  }

  return {
    async current() {
      const at = now();
      if (answer && !mustAsk(at)) return answer;
      askedAt = at;
      try {
        await ask(at);
        if (outage) log("info", "config.reachable", { revision: seen });
        outage = false;
      } catch (thrown) {
        const detail = String(thrown);
        if (!outage)
          log("error", "config.unreachable", { revision: answer?.ok ? answer.value.revision : null, detail });
        outage = true;
        if (!answer) return err({ reason: "config-unreachable", detail });
      }
      return answer ?? err({ reason: "config-unreachable", detail: "there is no revision" });
    },

    adopt(setup) {
      if (setup.revision <= seen) return;
      seen = setup.revision;
      answer = ok(setup);
      askedAt = now();
      trueAt = askedAt;
    },
  };
}
