// Signs a message as Standard Webhooks asks (https://www.standardwebhooks.com), once with each secret. Web Crypto only.

const SECRET_PREFIX = "whsec_";
const encoder = new TextEncoder();

/**
 * @param secrets `whsec_` and the key in base64, or the base64 alone
 * @param timestampSeconds of this attempt, not of the event: receivers refuse what is older than five minutes
 * @returns the value of the webhook-signature header: one `v1,…` per secret, separated by spaces
 * @throws where a secret is no base64: a mistake of whoever set it, told in its words
 */
export async function signatures(
  secrets: readonly string[],
  id: string,
  timestampSeconds: number,
  body: string,
): Promise<string> {
  const content = new Uint8Array(encoder.encode(`${id}.${timestampSeconds}.${body}`));
  const each = await Promise.all(secrets.map((secret) => sign(secret, content)));
  return each.map((signature) => `v1,${signature}`).join(" ");
}

async function sign(secret: string, content: Uint8Array<ArrayBuffer>): Promise<string> {
  const key = await crypto.subtle.importKey("raw", keyBytes(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
  return btoa(String.fromCharCode(...mac));
}

function keyBytes(secret: string): Uint8Array<ArrayBuffer> {
  const text = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret;
  try {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    if (bytes.byteLength > 0) return bytes;
  } catch {
    // told below
  }
  throw new Error("a signing secret is not whsec_ followed by base64");
}
