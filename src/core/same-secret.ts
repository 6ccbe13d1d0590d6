// Compares a secret that was shown with the one that is known, in a time that tells nothing about how much of it was
// right. Web Crypto only, so that it is the same in workerd and Node.

const encoder = new TextEncoder();
const HMAC = { name: "HMAC", hash: "SHA-256" } as const;

export async function sameSecret(shown: string, known: string): Promise<boolean> {
  if (shown === "" || known === "") return false;
  // The secrets are what is signed, not the keys: HMAC takes keys that differ in NULs at their end for the same.
  const key = await crypto.subtle.importKey("raw", encoder.encode("hookspan"), HMAC, false, ["sign", "verify"]);
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(shown));
  return crypto.subtle.verify("HMAC", key, mac, encoder.encode(known));
}
