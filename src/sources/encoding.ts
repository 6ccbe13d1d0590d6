// Text to bytes and back. Pure. Decoders are total: text that is not well formed gives null, never an exception,
// because what they read comes from whoever found the address.

const HEX = /^[0-9a-fA-F]+$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const BASE64_URL = /^[A-Za-z0-9_-]+$/;
/** A multiple of three, so that pieces can be joined; and not more arguments than a call can take. */
const ENCODE_CHUNK_BYTES = 24_576;

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

/**
 * The standard alphabet, with or without padding. The URL alphabet gives null: the two are never guessed apart. So does
 * text whose last character holds bits that belong to no byte: there is one way to write bytes, so that a changed
 * signature is not the same signature.
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (!BASE64.test(text)) return null;
  const digits = text.replace(/=+$/, "");
  if (digits.length % 4 === 1) return null;
  const binary = atob(digits);
  const rest = digits.slice(digits.length - (digits.length % 4));
  if (rest !== "" && btoa(atob(rest)).replace(/=+$/, "") !== rest) return null;
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = binary.charCodeAt(i);
  }
  return bytes;
}

/** The URL alphabet, without padding, as in JWS. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  return BASE64_URL.test(text) ? fromBase64(text.replaceAll("-", "+").replaceAll("_", "/")) : null;
}

export function toBase64Url(bytes: Uint8Array): string {
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += ENCODE_CHUNK_BYTES) {
    chunks.push(btoa(String.fromCharCode(...bytes.subarray(at, at + ENCODE_CHUNK_BYTES))));
  }
  return chunks.join("").replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_");
}

export function decodeBytes(text: string, encoding: "hex" | "base64" | "base64url"): Uint8Array<ArrayBuffer> | null {
  switch (encoding) {
    case "hex":
      return fromHex(text);
    case "base64":
      return fromBase64(text);
    case "base64url":
      return fromBase64Url(text);
  }
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
