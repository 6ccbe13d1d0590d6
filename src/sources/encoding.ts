// Text to bytes and back. Pure. Decoders are total: text that is not well formed gives null, never an exception,
// because what they read comes from whoever found the address.

const HEX = /^[0-9a-fA-F]+$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  // `encode` always allocates a plain ArrayBuffer; only its declared type is wider.
  return new Uint8Array(new TextEncoder().encode(text));
}

/** Upper and lower case are the same bytes, and both are read. Odd or empty text gives null. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (!HEX.test(text) || text.length % 2 === 1) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  }
  return bytes;
}

/** The standard alphabet, with or without padding. The URL alphabet gives null: the two are never guessed apart. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (!BASE64.test(text)) return null;
  const digits = text.replace(/=+$/, "");
  if (digits.length % 4 === 1) return null;
  const binary = atob(digits);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = binary.charCodeAt(i);
  }
  return bytes;
}

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    text += byte.toString(16).padStart(2, "0");
  }
  return text;
}

export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
