// A link by which a result is fetched without a token: it names an execution and a time until which it can be used, and is signed,
// so that neither can be changed. Web Crypto only, so that it is the same in workerd and Node.

const encoder = new TextEncoder();
const HMAC = { name: "HMAC", hash: "SHA-256" } as const;

/** As a message carries it. */
export interface ResultLink {
  readonly href: string;
  /** ISO 8601 */
  readonly expiresAt: string;
}

/** @param origin where the bridge is reached. @param until ms since the epoch */
export async function signedLink(origin: string, id: string, until: number, secret: string): Promise<ResultLink> {
  const mac = await crypto.subtle.sign("HMAC", await keyOf(secret), signedBytes(id, until));
  const query = new URLSearchParams({ until: String(until), signature: toHex(new Uint8Array(mac)) });
  return { href: `${origin}/results/${encodeURIComponent(id)}?${query}`, expiresAt: new Date(until).toISOString() };
}

/** @returns whether one of the secrets has signed it. In a time that tells nothing about how much of it was right. */
export async function isSigned(
  id: string,
  until: number,
  signature: string,
  secrets: readonly string[],
): Promise<boolean> {
  if (!/^[0-9a-f]{64}$/.test(signature) || !Number.isSafeInteger(until)) return false;
  const shown = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const checks = secrets
    .filter((secret) => secret !== "")
    .map(async (secret) => crypto.subtle.verify("HMAC", await keyOf(secret), shown, signedBytes(id, until)));
  return (await Promise.all(checks)).includes(true);
}

/** The first word keeps a signature from being taken for one of another kind, should a secret serve two ends. */
function signedBytes(id: string, until: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(encoder.encode(`hookspan-result ${until} ${id}`));
}

function keyOf(secret: string) {
  return crypto.subtle.importKey("raw", encoder.encode(secret), HMAC, false, ["sign", "verify"]);
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
