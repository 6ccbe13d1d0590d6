// Keyed hashes, and comparison in constant time on top of them. Web Crypto only, no I/O, no randomness.

export type MacHash = "SHA-1" | "SHA-256" | "SHA-512";
export type MacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Keys are made of secrets, of which a bridge has few, and are wanted with every webhook. */
const MAX_KEYS = 256;
const keys = new Map<string, MacKey>();

/** @param bytes Of a secret. Must not be empty: Web Crypto refuses a key without bytes. */
export async function importMacKey(bytes: Uint8Array<ArrayBuffer>, hash: MacHash): Promise<MacKey> {
  const name = `${hash} ${bytes}`;
  const known = keys.get(name);
  if (known) return known;
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash }, false, ["sign", "verify"]);
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(name, key);
  return key;
}

export async function computeMac(key: MacKey, content: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
}

/**
 * Whether one of the candidates is the MAC of the content, compared in constant time. One candidate, the usual case, costs
 * one call; several cost one pass over the content, which may be long, and a short comparison each.
 */
export async function isMacAmong(
  key: MacKey,
  content: Uint8Array<ArrayBuffer>,
  candidates: readonly Uint8Array<ArrayBuffer>[],
): Promise<boolean> {
  const [only] = candidates;
  if (only === undefined) return false;
  if (candidates.length === 1) return crypto.subtle.verify("HMAC", key, only, content);
  const expected = await computeMac(key, content);
  for (const candidate of candidates) {
    if (await sameUnderKey(key, expected, candidate)) return true;
  }
  return false;
}

/**
 * Whether two byte strings are the same, without telling by the time taken how much of them is.
 * Both are hashed under the key and `subtle.verify` compares the hashes: `timingSafeEqual` exists in workerd but not
 * in plain Node.
 */
export async function sameUnderKey(
  key: MacKey,
  a: Uint8Array<ArrayBuffer>,
  b: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  return crypto.subtle.verify("HMAC", key, await crypto.subtle.sign("HMAC", key, a), b);
}
