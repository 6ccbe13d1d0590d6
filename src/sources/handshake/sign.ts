// Signs a challenge as the sender signs its events: by the same hash and the same key. Web Crypto only, no I/O.
import { toHex, utf8 } from "../encoding.ts";
import { computeMac, importMacKey, type MacHash } from "../families/mac.ts";
import type { Scheme } from "../families/scheme.ts";
import { decodeSecret } from "../families/secrets.ts";

/** What Braintree's secret is made of: the public key names the private one. */
const TWO_KEYS = /^([^:]+):(.+)$/;

export function canSign({ family }: Scheme): boolean {
  return family === "hmac" || family === "braintree";
}

/** Gives null where the secret cannot be used as the scheme wants it. */
export async function signChallenge(
  scheme: Scheme,
  secret: string,
  text: string,
  encoding: "hex" | "base64",
): Promise<string | null> {
  const key = await keyOf(scheme, secret);
  if (key === null) return null;
  const mac = await computeMac(await importMacKey(key.bytes, key.hash), utf8(text));
  return encoding === "hex" ? toHex(mac) : btoa(String.fromCharCode(...mac));
}

interface Key {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly hash: MacHash;
}

async function keyOf(scheme: Scheme, secret: string): Promise<Key | null> {
  if (scheme.family === "hmac") {
    const bytes = decodeSecret(secret, scheme.key);
    return bytes.ok ? { bytes: bytes.value, hash: scheme.hash } : null;
  }
  const privateKey = scheme.family === "braintree" ? TWO_KEYS.exec(secret)?.[2] : undefined;
  if (privateKey === undefined) return null;
  return { bytes: new Uint8Array(await crypto.subtle.digest("SHA-1", utf8(privateKey))), hash: "SHA-1" };
}

/** The part of the secret that may be shown; null where the scheme's secrets have none. */
export function publicKeyIn({ family }: Scheme, secret: string): string | null {
  return family === "braintree" ? (TWO_KEYS.exec(secret)?.[1] ?? null) : null;
}
