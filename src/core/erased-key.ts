// Under which key an erased execution is kept, so that the same event is still known and cannot be read. Pure.
import { v5 as uuidV5 } from "uuid";

/** Never changed: rows out there are found by it. */
const NAMESPACE = "2f6c1d7e-0b1a-5b53-9d63-6f2f8f1f3c11";

const PREFIX = "erased:";

/** The UUIDv5 (a SHA-1) of the key. */
export function erasedKey(dedupeKey: string): string {
  return PREFIX + uuidV5(dedupeKey, NAMESPACE);
}

export function isErasedKey(dedupeKey: string): boolean {
  return dedupeKey.startsWith(PREFIX);
}
