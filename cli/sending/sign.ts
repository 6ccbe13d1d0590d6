// Signs a request as its sender would: the mirror of verification, from the same description. For senders whose scheme is a shared
// secret; those with a private key of their own cannot be imitated.
import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { Verification } from "../../src/core/source.ts";
import { bodyOf, contentTypeOf, type Draft, put, valueAt } from "./draft.ts";
import { NO_ADDRESS, PRIVATE_KEY, signAdyen, signBraintree, signJwt, signTwilio } from "./sign-own.ts";

export interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What is added to the source's address. */
  readonly query: string;
}

export interface Signing {
  readonly secret: string;
  /** ms since the epoch */
  readonly now: number;
  /** As it is registered with the sender; "" where nobody has said. */
  readonly publicUrl: string;
  /** Of a form of a page. */
  readonly origin: string;
}

type OneOf<F extends Verification["family"]> = Extract<Verification, { family: F }>;

/** @returns why a request cannot be signed here; else the request */
export function signed(verify: unknown, draft: Draft, signing: Signing): Signed | string {
  const fault = sign(Verification.parse(verify), draft, signing);
  if (fault !== null) return fault;
  const query = new URLSearchParams(draft.query);
  return {
    headers: { "content-type": contentTypeOf(draft), ...draft.headers },
    body: bodyOf(draft),
    query: query.size === 0 ? "" : `?${query}`,
  };
}

/** Why nobody but the sender can sign; null where its scheme is a shared secret. */
export function unsignable(input: unknown): string | null {
  return isPrivate(Verification.parse(input)) ? PRIVATE_KEY : null;
}

function isPrivate(verify: Verification): boolean {
  if (verify.family === "any") return verify.of.every(isPrivate);
  if (verify.family === "jwt") return verify.keys.from !== "secrets";
  return verify.family === "pubkey" || verify.family === "jws-detached" || verify.family === "paypal";
}

/** Puts the proof into the draft. @returns what stands in the way */
function sign(verify: Verification, draft: Draft, signing: Signing): string | null {
  switch (verify.family) {
    case "hmac":
    case "digest":
      return signContent(verify, draft, signing);
    case "token":
      return showToken(verify, draft, signing);
    case "twilio":
      return signTwilio(draft, signing);
    case "adyen-standard":
      return signAdyen(draft, signing);
    case "braintree":
      return signBraintree(draft, signing);
    case "jwt":
      return signJwt(verify, draft, signing);
    case "any":
      return signAny(verify, draft, signing);
    case "browser-form":
      draft.headers.origin = signing.origin;
      return signing.origin === "" ? "the source allows no page (allowOrigins)" : null;
    case "none":
      return null;
    default:
      return unsignable(verify) ?? "its scheme is not known here";
  }
}

function signAny({ of }: OneOf<"any">, draft: Draft, signing: Signing): string | null {
  let fault: string | null = null;
  for (const each of of) {
    fault = sign(each, draft, signing);
    if (fault === null) return null;
  }
  return fault;
}

function showToken({ at, prefix = "" }: OneOf<"token">, draft: Draft, { secret }: Signing): string | null {
  const [place = ""] = [at].flat();
  if (place === "bearer") draft.headers.authorization = `Bearer ${secret}`;
  else if (place === "basic") draft.headers.authorization = `Basic ${Buffer.from(secret).toString("base64")}`;
  else put(draft, place, prefix + secret);
  return null;
}

function signContent(scheme: OneOf<"hmac"> | OneOf<"digest">, draft: Draft, signing: Signing): string | null {
  const { signature, timestamp, content, key, require, encoding } = scheme;
  const [place = ""] = [signature.from].flat();
  const url = signing.publicUrl;
  if (content.includes("{url}") && url === "") return NO_ADDRESS;
  if (key.startsWith !== undefined && !signing.secret.startsWith(key.startsWith))
    return `the secret must start with ${key.startsWith}`;
  for (const name of [...require, ...named(content)]) draft.headers[name] ??= randomUUID();
  for (const [, path = ""] of content.matchAll(/\{(\$[^}]+)\}/g)) {
    if (valueAt(draft, path) === undefined) put(draft, path, randomBytes(25).toString("hex"));
  }
  const hash = hashOf(scheme, draft);
  const at = timestamp === undefined ? "" : written(signing.now, timestamp.unit);
  const [from = ""] = [timestamp?.from ?? ""].flat();
  if (from !== "" && !from.startsWith("sig:"))
    put(draft, from, timestamp?.unit === "ms" && from.startsWith("$") ? signing.now : at);
  const secret = keyOf(key, signing.secret);
  const text = filled(content, draft, { ts: at, url, secret });
  const mac = (scheme.family === "hmac" ? createHmac(hash, secret) : createHash(hash)).update(text).digest(encoding);
  put(draft, place, entry(signature, mac, from.startsWith("sig:") ? { name: from.slice("sig:".length), at } : null));
  return null;
}

/** Where the sender names the hash by itself, its first name. */
function hashOf(scheme: OneOf<"hmac"> | OneOf<"digest">, draft: Draft): string {
  if (scheme.family === "digest" || scheme.hashFrom === undefined) return scheme.hash;
  const [[name, hash] = ["", scheme.hash]] = Object.entries(scheme.hashMap ?? {});
  put(draft, scheme.hashFrom, name);
  return hash;
}

/** As it stands in its place: alone, behind a prefix, or as one of several entries. */
function entry(
  { split, kv = "=", key, prefix = "" }: OneOf<"hmac">["signature"],
  mac: string,
  time: { readonly name: string; readonly at: string } | null,
): string {
  const own = key === undefined ? `${prefix}${mac}` : `${key}${kv}${prefix}${mac}`;
  return time === null ? own : `${time.name}${kv}${time.at}${split ?? ","}${own}`;
}

/** The headers that are signed; of several names for one, the first. */
function named(content: string): string[] {
  return [...content.matchAll(/\{header:([A-Za-z0-9_-]+)/g)].map(([, name = ""]) => name.toLowerCase());
}

function filled(
  content: string,
  draft: Draft,
  known: { readonly ts: string; readonly url: string; readonly secret: Buffer },
): Buffer {
  const pieces = content.split(/\{([^{}]*)\}/).map((piece, at): Buffer => {
    if (at % 2 === 0) return Buffer.from(piece);
    if (piece === "secret") return known.secret;
    if (piece === "ts" || piece === "url") return Buffer.from(known[piece]);
    if (piece === "body") return Buffer.from(bodyOf(draft));
    if (piece === "method") return Buffer.from("POST");
    return Buffer.from(String(valueAt(draft, piece.split("|")[0] ?? "") ?? ""));
  });
  return Buffer.concat(pieces);
}

function keyOf({ encoding, strip, template }: OneOf<"hmac">["key"], secret: string): Buffer {
  const bare = strip !== undefined && secret.startsWith(strip) ? secret.slice(strip.length) : secret;
  return Buffer.from(template === undefined ? bare : template.replace("{secret}", () => bare), encoding);
}

function written(now: number, unit: "s" | "ms" | "iso"): string {
  if (unit === "ms") return String(now);
  return unit === "iso" ? new Date(now).toISOString() : String(Math.floor(now / 1_000));
}
