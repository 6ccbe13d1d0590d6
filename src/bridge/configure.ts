// Changing the configuration while the bridge runs: check a document, put it, restore an earlier one, compare two. Each
// change names the revision that its author has seen, so that nobody undoes what another has just done.
import type { ConfigFault } from "../core/check-config.ts";
import { type Difference, differences } from "../core/config-diff.ts";
import type { Json } from "../core/json.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { ConfigStore, Log, Misconfigured, Revision, RevisionOrigin, Setup } from "./ports.ts";

export interface ConfigDesk {
  readonly store: ConfigStore;
  /** The document that came with the deployment. */
  readonly bundled: Json;
  /** Reads a document as it would be read at a request, with the secrets of today. */
  read(document: Json, revision: number): Result<Setup, Misconfigured>;
  /** Puts what was stored into force in this isolate, at once. */
  adopt(setup: Setup): void;
  /** ms since the epoch */
  now(): number;
  readonly log: Log;
}

/** Who changes the configuration, and what they have seen of it. */
export interface Change {
  /** The number of the newest revision that the author knows; 0 where there was none. */
  readonly expected: number;
  readonly author: string;
  readonly note: string | null;
}

export interface Changed {
  /** The newest revision now: the new one, or the one that already said the same. */
  readonly revision: number;
  /** From the revision before; none where no new one was made. */
  readonly differences: readonly Difference[];
}

export type ChangeRefusal =
  | { readonly reason: "stale"; readonly newest: number }
  | { readonly reason: "no-such-revision" }
  | { readonly reason: "faults"; readonly faults: readonly ConfigFault[] };

/** @param inForce the setup that the bridge works with now, if it has one */
export function faultsOf(desk: ConfigDesk, document: Json, inForce: Setup | null): readonly ConfigFault[] {
  return checked(desk, document, 0, inForce).faults;
}

export async function putConfig(
  desk: ConfigDesk,
  document: Json,
  change: Change,
  inForce: Setup | null,
): Promise<Result<Changed, ChangeRefusal>> {
  return store(desk, document, change, { kind: "put" }, inForce);
}

/** Makes a new revision with the document of an earlier one, which is checked again: secrets and rules may have changed. */
export async function restoreConfig(
  desk: ConfigDesk,
  of: number,
  change: Change,
  inForce: Setup | null,
): Promise<Result<Changed, ChangeRefusal>> {
  const restored = await desk.store.get(of);
  if (!restored) return err({ reason: "no-such-revision" });
  return store(desk, restored.document, change, { kind: "restore", of }, inForce);
}

/** What a document is asked for by: a revision's number, the newest revision, or the deployed file. */
export type Which = number | "current" | "bundled";

/** @returns null where there is no such revision */
export async function documentOf(desk: ConfigDesk, which: Which): Promise<Json | null> {
  if (which === "bundled") return desk.bundled;
  const revision = which === "current" ? await desk.store.since(0) : await desk.store.get(which);
  return revision?.document ?? null;
}

async function store(
  desk: ConfigDesk,
  document: Json,
  { expected, author, note }: Change,
  madeFrom: RevisionOrigin,
  inForce: Setup | null,
): Promise<Result<Changed, ChangeRefusal>> {
  const newest = await desk.store.since(0);
  if ((newest?.number ?? 0) !== expected) return err({ reason: "stale", newest: newest?.number ?? 0 });
  const { setup, faults } = checked(desk, document, expected + 1, inForce);
  if (!setup) return err({ reason: "faults", faults });
  const changes = differencesFrom(newest, document);
  if (newest && changes.length === 0) return ok({ revision: newest.number, differences: [] });

  const put = await desk.store.put({ document, at: desk.now(), author, note, madeFrom }, expected);
  if (put.outcome === "conflict") return err({ reason: "stale", newest: put.newest });
  desk.adopt(setup);
  const from = madeFrom.kind === "restore" ? madeFrom.of : null;
  desk.log("info", "config.changed", { revision: put.newest, author, restored: from, differences: changes.length });
  return ok({ revision: put.newest, differences: changes });
}

/** Before the first revision there was nothing, so that everything is new. */
export function differencesFrom(revision: Revision | null, document: Json): Difference[] {
  return differences(revision?.document ?? {}, document);
}

/** @returns the setup where there are no faults */
function checked(desk: ConfigDesk, document: Json, revision: number, inForce: Setup | null) {
  const read = desk.read(document, revision);
  const faults = read.ok ? ledgerFaults(read.value, inForce) : read.error.faults;
  return { faults, setup: read.ok && faults.length === 0 ? read.value : null };
}

/**
 * Where a record is found follows from the number of shards, and where the shards are from the jurisdiction. With another
 * number the former one must be named, or an event that comes again would be taken for a new one.
 */
function ledgerFaults({ config: { ledger } }: Setup, inForce: Setup | null): ConfigFault[] {
  const former = inForce?.config.ledger ?? ledger;
  const faults: ConfigFault[] = [];
  if (ledger.shards !== former.shards && !ledger.formerShards.includes(former.shards)) {
    const message = `must name ${former.shards}, the number of shards until now: else what has been admitted would not be found`;
    faults.push({ path: "ledger.formerShards", message });
  }
  if (ledger.jurisdiction !== former.jurisdiction) {
    const was = former.jurisdiction ?? "left out";
    const message = `must stay as it is (${was}): another jurisdiction is another, empty ledger`;
    faults.push({ path: "ledger.jurisdiction", message });
  }
  return faults;
}
