// How a source's requests are proven, compiled: one shape per family. Types only. `compile.ts` makes these from the
// configuration, `verify` checks requests by them.
import type { ContentPart } from "./content.ts";
import type { KeySource } from "./key-source.ts";
import type { Place } from "./place.ts";

/** How a request is proven, one shape per family. A new family is a new member here and a new case in `check`. */
export type Scheme =
  | SingleScheme
  | { readonly family: "any"; readonly of: readonly SingleScheme[] }
  | BrowserFormScheme
  | { readonly family: "none" };

/** A scheme that asks for proof, and so may stand in `any`. */
export type SingleScheme =
  | HmacScheme
  | DigestScheme
  | PubkeyScheme
  | JwtScheme
  | JwsDetachedScheme
  | TokenScheme
  | TwilioScheme
  | PaypalScheme
  | { readonly family: "adyen-standard" }
  | { readonly family: "braintree" };

export type Hash = "SHA-1" | "SHA-256" | "SHA-512";
export type BytesEncoding = "hex" | "base64" | "base64url";

/** What hmac, digest and pubkey have in common: signatures over content that is put together from the request. */
export interface SignedScheme {
  readonly encoding: BytesEncoding;
  readonly signature: SignatureLayout;
  readonly timestamp: TimestampLayout | null;
  readonly content: readonly ContentPart[];
  /** Lower-case names of headers that must not be empty; of each group, one. Those in `content` included. */
  readonly require: readonly (readonly string[])[];
}

export interface HmacScheme extends SignedScheme {
  readonly family: "hmac";
  readonly hash: Hash;
  /** Where the sender names the hash, and which names count; null when there is only one. */
  readonly hashFrom: { readonly header: string; readonly map: ReadonlyMap<string, Hash> } | null;
  readonly key: SecretForm;
}

export interface DigestScheme extends SignedScheme {
  readonly family: "digest";
  readonly hash: Hash;
  readonly key: SecretForm;
}

export interface PubkeyScheme extends SignedScheme {
  readonly family: "pubkey";
  readonly algorithm: "ed25519" | "ecdsa-p256-sha256" | "rsa-sha256";
  /** The signature is DER and not two numbers of fixed length. Only for ecdsa. */
  readonly der: boolean;
  readonly key: PublicKeyForm;
  /** Keys spelled out in the configuration; null when they are the secrets. */
  readonly keys: readonly string[] | null;
}

/** How a secret becomes key bytes. */
export interface SecretForm {
  readonly encoding: "utf8" | "hex" | "base64";
  readonly strip: string;
  /** Secrets that start otherwise belong to another member of `any`. */
  readonly startsWith: string;
  /** Text around the secret; both mostly empty. */
  readonly before: string;
  readonly after: string;
}

export interface PublicKeyForm {
  readonly format: "raw" | "spki-base64" | "pem" | "jwk";
  readonly encoding: "hex" | "base64";
  readonly strip: string;
  readonly startsWith: string;
}

export interface SignatureLayout {
  /** Every one of these that is there is read. */
  readonly from: readonly Place[];
  /** Separates sets of entries, each with a time of its own. */
  readonly sets: string | null;
  readonly split: string | null;
  /** Entries are pairs of name and value, and those of this name are signatures; null for bare entries. */
  readonly pairs: { readonly separator: string; readonly key: string } | null;
  readonly prefix: string;
  readonly prefixOptional: boolean;
}

export interface TimestampLayout {
  /** The first that gives something counts. */
  readonly from: readonly (Place | { readonly kind: "signature"; readonly key: string })[];
  readonly unit: "s" | "ms" | "iso";
  readonly toleranceSeconds: number;
}

export interface JwtScheme {
  readonly family: "jwt";
  readonly from: { readonly kind: "bearer" } | Place;
  readonly algorithms: readonly string[];
  readonly keys: KeySource;
  readonly audience: string | null;
  readonly issuer: string | null;
  readonly maxAgeSeconds: number | null;
  readonly bodyHash: { readonly claim: string; readonly hash: Hash; readonly encoding: BytesEncoding } | null;
}

export interface JwsDetachedScheme {
  readonly family: "jws-detached";
  readonly header: string;
  readonly algorithms: readonly string[];
  readonly keys: KeySource;
}

export type TokenPlace = { readonly kind: "bearer" } | { readonly kind: "basic" } | Place;

export interface TokenScheme {
  readonly family: "token";
  /** The first that gives something counts. */
  readonly at: readonly TokenPlace[];
  readonly prefix: string;
}

export interface TwilioScheme {
  readonly family: "twilio";
  readonly publicUrl: string;
}

export interface PaypalScheme {
  readonly family: "paypal";
  /** The host whose certificates count. */
  readonly host: string;
  /** Pinned certificates as PEM; null when they are fetched. */
  readonly certificates: readonly string[] | null;
}

export interface BrowserFormScheme {
  readonly family: "browser-form";
  readonly allowOrigins: readonly string[];
  /** The field that must be empty. */
  readonly honeypot: string | null;
}
