// Encrypts the secrets that handshakes capture: AES-256-GCM under a key derived (HKDF-SHA-256) from the Worker secret
// SOURCE_SECRETS_KEY, with a random IV, bound to the source that the secret belongs to. Web Crypto only, no I/O.

/** A key is stretched by nothing here, so it has to be long by itself: 32 characters, as `openssl rand -hex 32` exceeds. */
export const MIN_KEY_CHARS = 32;

/** What NIST SP 800-38D recommends for GCM: 96 bits. */
const IV_BYTES = 12;

/** Named in the derivation, so that the same Worker secret used elsewhere gives another key. */
const SALT = "hookspan/source-secrets";
const PURPOSE = "captured secret, AES-256-GCM, v1";

/** Said so because Node's types do not name the keys of Web Crypto. */
type CipherKey = Awaited<ReturnType<typeof crypto.subtle.deriveKey>>;

export interface SealedSecret {
  readonly iv: ArrayBuffer;
  readonly ciphertext: ArrayBuffer;
}

export interface SecretBox {
  seal(source: string, secret: string): Promise<SealedSecret>;
  /** @returns null where it was sealed under another key or for another source, or was tampered with */
  open(source: string, sealed: SealedSecret): Promise<string | null>;
}

export interface SecretBoxDeps {
  /** The value of SOURCE_SECRETS_KEY. */
  readonly key: string | undefined;
  randomBytes(length: number): Uint8Array<ArrayBuffer>;
}

/** @returns why there can be no box, in the words of the log, or the box */
export function createSecretBox({ key, randomBytes }: SecretBoxDeps): SecretBox | "no-key" | "short-key" {
  if (key === undefined) return "no-key";
  if (key.length < MIN_KEY_CHARS) return "short-key";

  // Kept once it is there, and not as a promise: one request must not wait for what another one has begun.
  let derived: CipherKey | undefined;
  const cipherKey = async (): Promise<CipherKey> => {
    derived ??= await deriveKey(key);
    return derived;
  };
  return {
    async seal(source, secret) {
      const iv = randomBytes(IV_BYTES);
      const ciphertext = await crypto.subtle.encrypt(algorithm(iv, source), await cipherKey(), bytesOf(secret));
      return { iv: iv.buffer, ciphertext };
    },
    async open(source, { iv, ciphertext }) {
      const deciphering = await cipherKey();
      try {
        return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm(iv, source), deciphering, ciphertext));
      } catch {
        return null;
      }
    },
  };
}

function algorithm(iv: ArrayBuffer | Uint8Array<ArrayBuffer>, source: string) {
  return { name: "AES-GCM", iv, additionalData: bytesOf(source) };
}

async function deriveKey(text: string): Promise<CipherKey> {
  const material = await crypto.subtle.importKey("raw", bytesOf(text), "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: bytesOf(SALT), info: bytesOf(PURPOSE) };
  return crypto.subtle.deriveKey(derivation, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  // `encode` always allocates a plain ArrayBuffer; only its declared type is wider.
  return new Uint8Array(new TextEncoder().encode(text));
}
