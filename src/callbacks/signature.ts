// Signs a message as Standard Webhooks asks (https://www.standardwebhooks.com), once with each secret: by HMAC-SHA256 (v1) or by
// Ed25519 (v1a), as the secret's prefix says. Web Crypto only.
import { err, ok, type Result } from "../core/result.ts";

const HMAC_PREFIX = "whsec_";
const ED25519_PREFIX = "whsk_";
const HMAC = { name: "HMAC", hash: "SHA-256" } as const;
const SEED_BYTES = 32;

/** What stands before the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410, section 7). */
const PKCS8_HEAD = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

const encoder = new TextEncoder();

/**
 * @param secrets `whsec_` and the key in base64, or the base64 alone; or `whsk_` and an Ed25519 key in base64: the seed of 32
 *   bytes, or that and the public key
 * @param timestampSeconds of this attempt, not of the event: receivers refuse what is older than five minutes
 * @returns the value of the webhook-signature header: one `v1,…` or `v1a,…` per secret, separated by spaces; or what is wrong
 *   with a secret, which is a mistake of whoever set it
 */
export async function signatures(
  secrets: readonly string[],
  id: string,
  timestampSeconds: number,
  body: string,
): Promise<Result<string, string>> {
  const signers = secrets.map(signerOf).filter((signer) => signer !== undefined);
  if (signers.length < secrets.length) {
    return err("a signing secret is neither whsec_ nor whsk_ followed by the base64 of a key");
  }
  const content = new Uint8Array(encoder.encode(`${id}.${timestampSeconds}.${body}`));
  const each = await Promise.all(signers.map((sign) => sign(content)));
  return ok(each.join(" "));
}

type Signer = (content: Uint8Array<ArrayBuffer>) => Promise<string>;

function signerOf(secret: string): Signer | undefined {
  if (secret.startsWith(ED25519_PREFIX)) {
    const bytes = bytesOf(secret.slice(ED25519_PREFIX.length));
    const isKey = bytes?.byteLength === SEED_BYTES || bytes?.byteLength === 2 * SEED_BYTES;
    return bytes && isKey ? (content) => signEd25519(bytes.slice(0, SEED_BYTES), content) : undefined;
  }
  const bytes = bytesOf(secret.startsWith(HMAC_PREFIX) ? secret.slice(HMAC_PREFIX.length) : secret);
  return bytes && ((content) => signHmac(bytes, content));
}

async function signHmac(bytes: Uint8Array<ArrayBuffer>, content: Uint8Array<ArrayBuffer>): Promise<string> {
  const key = await crypto.subtle.importKey("raw", bytes, HMAC, false, ["sign"]);
  return `v1,${base64(await crypto.subtle.sign("HMAC", key, content))}`;
}

async function signEd25519(seed: Uint8Array<ArrayBuffer>, content: Uint8Array<ArrayBuffer>): Promise<string> {
  const pkcs8 = new Uint8Array([...PKCS8_HEAD, ...seed]);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
  return `v1a,${base64(await crypto.subtle.sign("Ed25519", key, content))}`;
}

function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    return bytes.byteLength > 0 ? bytes : undefined;
  } catch {
    // atob has no other way to say no.
    return undefined;
  }
}
