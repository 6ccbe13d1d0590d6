// The record id: the UUID by which the engine knows what an execution is about. Pure and deterministic, so that the
// same customer gives the same record from every source and rule, and so that a repeated start converges on it.
import { validate as isUuid, v5 as uuidV5 } from "uuid";

/** The namespace for record ids where a configuration sets no `recordNamespace` of its own. */
export const DEFAULT_RECORD_NAMESPACE = "5d1f7c0a-6a37-5a1c-9d0e-3b7f0c9a2e41";

/**
 * Derives a record id.
 *
 * A value that is a UUID is used as it is, in lower case; anything else becomes the UUIDv5 (RFC 9562, section 5.5) of
 * the namespace and the value, trimmed and in Unicode normal form C. Half a surrogate pair, which JSON can carry and UTF-8
 * cannot, counts as U+FFFD.
 *
 * @returns the UUID, or undefined where the value is empty after trimming
 */
export function deriveRecordId(namespace: string, value: string): string | undefined {
  const text = value.trim().toWellFormed().normalize("NFC");
  if (text === "") return undefined;
  return isUuid(text) ? text.toLowerCase() : uuidV5(text, namespace);
}

/**
 * The name of an execution's start, for engines that let whoever starts a run name it, or that take an idempotency key. The
 * same for every attempt, however uncertain the ones before. The execution's own id is in it, so that a key that is started
 * again on purpose (its window is over, `replace`, a replay) is another start; record, rule and key, so that two bridges
 * on one engine do not take each other's runs for theirs.
 */
export function startIdOf({ id, rule, recordId, dedupeKey }: NamedStart): string {
  return uuidV5(JSON.stringify([id, rule, recordId, dedupeKey]).toWellFormed(), DEFAULT_RECORD_NAMESPACE);
}

interface NamedStart {
  readonly id: string;
  readonly rule: string;
  readonly recordId: string | null;
  readonly dedupeKey: string;
}
