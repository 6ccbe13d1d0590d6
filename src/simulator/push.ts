// Signs pushes as the vendor signs its webhooks: a detached JWS over the body, RS256, by a key of the simulator's own that
// anyone can fetch by its id. Web Crypto only; no network, no clock.

const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;

/** A private key as it is kept, and its id. */
export interface PushKey {
  readonly kid: string;
  readonly privateJwk: string;
  readonly publicPem: string;
}

export async function createPushKey(kid: string): Promise<PushKey> {
  const parameters = { ...ALGORITHM, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const pair = (await crypto.subtle.generateKey(parameters, true, ["sign", "verify"])) as CryptoKeyPair;
  const spki = (await crypto.subtle.exportKey("spki", pair.publicKey)) as ArrayBuffer;
  const lines = base64(new Uint8Array(spki)).match(/.{1,64}/g) ?? [];
  return {
    kid,
    privateJwk: JSON.stringify(await crypto.subtle.exportKey("jwk", pair.privateKey)),
    publicPem: `-----BEGIN PUBLIC KEY-----\n${lines.join("\n")}\n-----END PUBLIC KEY-----\n`,
  };
}

/** @returns the header JWS-SIGNATURE for this body: `header..signature` */
export async function signPush({ kid, privateJwk }: PushKey, body: string): Promise<string> {
  const key = await crypto.subtle.importKey("jwk", JSON.parse(privateJwk), ALGORITHM, false, ["sign"]);
  const header = encode(JSON.stringify({ alg: "RS256", kid, typ: "JWT" }));
  const input = new TextEncoder().encode(`${header}.${encode(body)}`);
  const signature = await crypto.subtle.sign(ALGORITHM.name, key, input);
  return `${header}..${base64Url(new Uint8Array(signature))}`;
}

function encode(text: string): string {
  return base64Url(new TextEncoder().encode(text));
}

function base64Url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
