// Signs a message as Standard Webhooks asks (https://www.standardwebhooks.com), once with each secret. Web Crypto only.
import { err, ok, type Result } from "../core/result.ts";

const SECRET_PREFIX = "whsec_";
const HMAC = { name: "HMAC", hash: "SHA-256" } as const;
const encoder = new TextEncoder();

/**
 * @param secrets `whsec_` and the key in base64, or the base64 alone
 * @param timestampSeconds of this attempt, not of the event: receivers refuse what is older than five minutes
 * @returns the value of the webhook-signature header: one `v1,…` per secret, separated by spaces; or what is wrong with a
 *   secret, which is a mistake of whoever set it
 */
export async function signatures(
  secrets: readonly string[],
  id: string,
  timestampSeconds: number,
  body: string,
): Promise<Result<string, string>> {
  const keys = secrets.map(keyBytes).filter((key) => key !== undefined);
  if (keys.length < secrets.length) return err("a signing secret is not whsec_ followed by base64");
  const content = new Uint8Array(encoder.encode(`${id}.${timestampSeconds}.${body}`));
  const each = await Promise.all(keys.map((key) => sign(key, content)));
  return ok(each.map((signature) => `v1,${signature}`).join(" "));
}

async function sign(bytes: Uint8Array<ArrayBuffer>, content: Uint8Array<ArrayBuffer>): Promise<string> {
  const key = await crypto.subtle.importKey("raw", bytes, HMAC, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
  return btoa(String.fromCharCode(...mac));
}

function keyBytes(secret: string): Uint8Array<ArrayBuffer> | undefined {
  const text = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret;
  try {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    return bytes.byteLength > 0 ? bytes : undefined;
  } catch {
    // atob has no other way to say no.
    return undefined;
  }
}
