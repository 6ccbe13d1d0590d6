// Compiles the families that sign content put together from the request: hmac, digest, pubkey. Pure.
import type { DigestVerification, HmacVerification, PubkeyVerification } from "../../core/source/signing.ts";
import type { SchemeSettings } from "./compile.ts";
import { type ContentPart, compileContent } from "./content.ts";
import { compilePlace } from "./place.ts";
import type {
  DigestScheme,
  Hash,
  HmacScheme,
  PubkeyScheme,
  SecretForm,
  SignedScheme,
  TimestampLayout,
} from "./scheme.ts";

type SignedVerification = HmacVerification | DigestVerification | PubkeyVerification;

export const HASHES = { sha1: "SHA-1", sha256: "SHA-256", sha512: "SHA-512" } as const satisfies Record<string, Hash>;

export function compileHmac(verify: HmacVerification, settings: SchemeSettings): HmacScheme {
  const { hashFrom, hashMap } = verify;
  return {
    ...compileSigned(verify, settings),
    family: "hmac",
    hash: HASHES[verify.hash],
    hashFrom:
      hashFrom === undefined || hashMap === undefined
        ? null
        : {
            header: hashFrom.slice("header:".length).toLowerCase(),
            map: new Map(Object.entries(hashMap).map(([name, hash]) => [name, HASHES[hash]])),
          },
    key: compileKey(verify.key),
  };
}

export function compileDigest(verify: DigestVerification, settings: SchemeSettings): DigestScheme {
  return {
    ...compileSigned(verify, settings),
    family: "digest",
    hash: HASHES[verify.hash],
    key: compileKey(verify.key),
  };
}

export function compilePubkey(verify: PubkeyVerification, settings: SchemeSettings): PubkeyScheme {
  const { format, encoding, strip = "", startsWith = "" } = verify.key;
  return {
    ...compileSigned(verify, settings),
    family: "pubkey",
    algorithm: verify.algorithm,
    der: verify.der,
    key: { format, encoding, strip, startsWith },
    keys: verify.keys ?? null,
  };
}

function compileSigned(verify: SignedVerification, settings: SchemeSettings): SignedScheme {
  const { signature } = verify;
  const content = compileContent(verify.content, settings.publicUrl ?? "");
  if (content === null) throw new Error("The schema lets through a content template that cannot be compiled.");
  return {
    encoding: verify.encoding,
    signature: {
      from: listOf(signature.from).map(compilePlace),
      sets: signature.sets ?? null,
      split: signature.split ?? null,
      pairs:
        signature.kv === undefined || signature.key === undefined
          ? null
          : { separator: signature.kv, key: signature.key },
      prefix: signature.prefix ?? "",
      prefixOptional: signature.prefixOptional,
    },
    timestamp: verify.timestamp === undefined ? null : compileTimestamp(verify.timestamp, settings.toleranceSeconds),
    content,
    require: [...verify.require.map((name) => [name.toLowerCase()]), ...headersOf(content)],
  };
}

function compileTimestamp(
  { from, unit, ...timestamp }: NonNullable<SignedVerification["timestamp"]>,
  toleranceSeconds: number | undefined,
): TimestampLayout {
  return {
    // A key keeps its case.
    from: listOf(from).map((place) =>
      place.startsWith("sig:") ? { kind: "signature", key: place.slice("sig:".length) } : compilePlace(place),
    ),
    unit,
    toleranceSeconds: toleranceSeconds ?? timestamp.toleranceSeconds,
  };
}

function compileKey({
  encoding,
  strip = "",
  startsWith = "",
  template = "{secret}",
}: HmacVerification["key"]): SecretForm {
  const [before = "", after = ""] = template.split("{secret}");
  return { encoding, strip, startsWith, before, after };
}

function headersOf(content: readonly ContentPart[]): readonly (readonly string[])[] {
  return content.flatMap((part) => (part.kind === "header" ? [part.names] : []));
}

/** One place, or the names that it goes by. */
export function listOf(places: string | readonly string[]): readonly string[] {
  return typeof places === "string" ? [places] : places;
}
