// Compares a secret that was shown with the one that is known, in a time that tells nothing about how much of it was
// right. Web Crypto only, so that it is the same in workerd and Node.

const encoder = new TextEncoder();

export async function sameSecret(shown: string, known: string): Promise<boolean> {
  if (shown === "" || known === "") return false;
  const message = encoder.encode("hookspan");
  const mac = await crypto.subtle.sign("HMAC", await hmacKey(shown, "sign"), message);
  return crypto.subtle.verify("HMAC", await hmacKey(known, "verify"), mac, message);
}

function hmacKey(secret: string, usage: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [usage]);
}
