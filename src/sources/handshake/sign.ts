// Signs a challenge as the sender signs its events: by the same hash and the same key. Web Crypto only, no I/O.
import { toHex, utf8 } from "../encoding.ts";
import { braintreeKeyBytes, splitBraintreeSecret } from "../families/braintree.ts";
import { computeMac, importMacKey, type MacHash } from "../families/mac.ts";
import type { Scheme } from "../families/scheme.ts";
import { decodeSecret } from "../families/secrets.ts";

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
  const keys = scheme.family === "braintree" ? splitBraintreeSecret(secret) : null;
  return keys === null ? null : { bytes: await braintreeKeyBytes(keys), hash: "SHA-1" };
}

/** The part of the secret that may be shown; null where the scheme's secrets have none. */
export function publicKeyIn({ family }: Scheme, secret: string): string | null {
  return family === "braintree" ? (splitBraintreeSecret(secret)?.publicKey ?? null) : null;
}
