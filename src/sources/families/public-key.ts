// Public keys: from their text to keys that Web Crypto verifies with. Total: what is no key, or one that is too weak, gives
// nothing. Of a JWK only the public members are taken, so that nothing it says of itself widens its use.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { parseJson } from "../body/json-body.ts";
import { fromBase64, fromHex } from "../encoding.ts";
import { readCertificate } from "./certificate.ts";

export type VerifyKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** The text of a key taken apart, before it is known for which algorithm. */
export interface PublicKey {
  readonly kid: string | null;
  readonly data:
    | { readonly format: "raw" | "spki"; readonly bytes: Uint8Array<ArrayBuffer> }
    | { readonly format: "jwk"; readonly jwk: JsonObject };
}

type Params = Parameters<typeof crypto.subtle.importKey>[2];

/** By their JOSE names. */
const IMPORTS: ReadonlyMap<string, Params> = new Map<string, Params>([
  ["RS256", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }],
  ["RS384", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-384" }],
  ["RS512", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" }],
  ["PS256", { name: "RSA-PSS", hash: "SHA-256" }],
  ["PS384", { name: "RSA-PSS", hash: "SHA-384" }],
  ["PS512", { name: "RSA-PSS", hash: "SHA-512" }],
  ["ES256", { name: "ECDSA", namedCurve: "P-256" }],
  ["ES384", { name: "ECDSA", namedCurve: "P-384" }],
  ["EdDSA", { name: "Ed25519" }],
]);
/** RFC 7518: shorter RSA keys must not be used. */
const MIN_RSA_BITS = 2_048;
const PUBLIC_MEMBERS = ["crv", "x", "y", "n", "e"] as const;
const PEM = /-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;

/** Gives null when the text is not of the format. */
export function readPublicKeys(
  text: string,
  format: "raw" | "spki-base64" | "pem" | "jwk",
  rawEncoding: "hex" | "base64" = "base64",
): readonly PublicKey[] | null {
  switch (format) {
    case "raw":
      return keyOf("raw", rawEncoding === "hex" ? fromHex(text.trim()) : fromBase64(text.trim()));
    case "spki-base64":
      return keyOf("spki", fromBase64(text.replace(/\s/g, "")));
    case "pem":
      return readPem(text);
    case "jwk": {
      const json = parseJson(text);
      return json.ok ? readJwks(json.value) : null;
    }
  }
}

/** A document as it was fetched: a PEM, or JSON that holds a JWK, a set of them, or a PEM. The two cannot be confused. */
export function readKeyDocument(json: Json): readonly PublicKey[] | null {
  return typeof json === "string" ? (readPem(json) ?? readPublicKeys(json, "spki-base64")) : readJwks(json);
}

export function isPem(text: string): boolean {
  return text.trimStart().startsWith("-----BEGIN ");
}

function readPem(text: string): readonly PublicKey[] | null {
  // A PEM that went through an environment file has its line feeds spelled out.
  const blocks = Array.from(text.replaceAll("\\n", "\n").matchAll(PEM));
  const keys = blocks.map(([, label, base64 = ""]) => {
    const der = fromBase64(base64.replace(/\s/g, ""));
    const spki = der === null || label === "PUBLIC KEY" ? der : (readCertificate(der)?.spki ?? null);
    return keyOf("spki", spki);
  });
  return keys.length === 0 || keys.some((key) => key === null) ? null : keys.flatMap((key) => key ?? []);
}

function keyOf(format: "raw" | "spki", bytes: Uint8Array<ArrayBuffer> | null): readonly PublicKey[] | null {
  return bytes === null ? null : [{ kid: null, data: { format, bytes } }];
}

function readJwks(json: Json): readonly PublicKey[] | null {
  if (!isJsonObject(json)) return null;
  const list = Array.isArray(json.keys) ? json.keys : [json];
  const keys = list.flatMap((each: Json): PublicKey[] => {
    // Keys that are for something else, and shared secrets, which have no business in a set of public keys.
    if (!isJsonObject(each) || typeof each.kty !== "string" || each.kty === "oct") return [];
    if (each.use !== undefined && each.use !== "sig") return [];
    if (Array.isArray(each.key_ops) && !each.key_ops.includes("verify")) return [];
    return [{ kid: typeof each.kid === "string" ? each.kid : null, data: { format: "jwk", jwk: each } }];
  });
  return keys.length === 0 ? null : keys;
}

/** @param algorithm Its JOSE name. A key that is made for another one gives null. */
export async function importPublicKey({ data }: PublicKey, algorithm: string): Promise<VerifyKey | null> {
  const params = IMPORTS.get(algorithm);
  if (params === undefined) return null;
  try {
    const key = await importData(data, params, algorithm);
    return key === null || isWeak(key) ? null : key;
  } catch {
    // Web Crypto says only by throwing that this is no key, or one of another kind.
    return null;
  }
}

async function importData(data: PublicKey["data"], params: Params, algorithm: string): Promise<VerifyKey | null> {
  if (data.format !== "jwk") return crypto.subtle.importKey(data.format, data.bytes, params, false, ["verify"]);
  if (typeof data.jwk.alg === "string" && data.jwk.alg !== algorithm) return null;
  return crypto.subtle.importKey("jwk", publicMembers(data.jwk), params, false, ["verify"]);
}

function publicMembers(jwk: JsonObject): { kty: string } & Partial<Record<(typeof PUBLIC_MEMBERS)[number], string>> {
  const members: ReturnType<typeof publicMembers> = { kty: String(jwk.kty) };
  for (const name of PUBLIC_MEMBERS) {
    const value = jwk[name];
    if (typeof value === "string") members[name] = value;
  }
  return members;
}

/** Whether the signature is the key's. One of the wrong length is not, which workerd says by throwing and Node does not. */
export async function isSignedBy(
  key: VerifyKey,
  params: Parameters<typeof crypto.subtle.verify>[0],
  signature: Uint8Array<ArrayBuffer>,
  content: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    return await crypto.subtle.verify(params, key, signature, content);
  } catch {
    return false;
  }
}

function isWeak({ algorithm }: VerifyKey): boolean {
  return "modulusLength" in algorithm && Number(algorithm.modulusLength) < MIN_RSA_BITS;
}
