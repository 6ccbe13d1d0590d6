// Compiles `verify`, as configured, into the scheme that requests are checked by. Pure.
import type { HmacVerification, Verification } from "../core/source.ts";
import { type ContentPart, compileContent } from "./content.ts";
import type { HmacScheme, Scheme, TimestampLayout } from "./source.ts";

const HASHES = { sha1: "SHA-1", sha256: "SHA-256", sha512: "SHA-512" } as const;

export function compileScheme(
  verify: Verification,
  toleranceSeconds: number | undefined,
  allowOrigins: readonly string[],
): Scheme {
  switch (verify.family) {
    case "hmac":
      return compileHmac(verify, toleranceSeconds);
    case "token":
      return {
        family: "token",
        at: verify.at === "bearer" ? { kind: "bearer" } : { kind: "header", name: afterColon(verify.at) },
      };
    case "browser-form":
      return { family: "browser-form", allowOrigins };
    case "none":
      return { family: "none" };
  }
}

function compileHmac(verify: HmacVerification, toleranceSeconds: number | undefined): HmacScheme {
  const { signature, key } = verify;
  const content = compileContent(verify.content);
  if (content === null) throw new Error("The schema lets through a content template that cannot be compiled.");
  return {
    family: "hmac",
    hash: HASHES[verify.hash],
    encoding: verify.encoding,
    signature: {
      header: afterColon(signature.from),
      split: signature.split ?? null,
      pairs:
        signature.kv === undefined || signature.key === undefined
          ? null
          : { separator: signature.kv, key: signature.key },
      prefix: signature.prefix ?? "",
      prefixOptional: signature.prefixOptional,
    },
    timestamp: verify.timestamp === undefined ? null : compileTimestamp(verify.timestamp, toleranceSeconds),
    content,
    key: { encoding: key.encoding, strip: key.strip ?? "" },
    require: [...new Set([...verify.require.map((name) => name.toLowerCase()), ...headersOf(content)])],
  };
}

function compileTimestamp(
  { from, unit, ...timestamp }: NonNullable<HmacVerification["timestamp"]>,
  toleranceSeconds: number | undefined,
): TimestampLayout {
  return {
    // A key keeps its case; a header's name has none.
    from: from.startsWith("sig:")
      ? { kind: "signature", key: from.slice("sig:".length) }
      : { kind: "header", name: afterColon(from) },
    unit,
    toleranceSeconds: toleranceSeconds ?? timestamp.toleranceSeconds,
  };
}

function headersOf(content: readonly ContentPart[]): readonly string[] {
  return content.flatMap((part) => (part.kind === "header" ? [part.name] : []));
}

/** "header:X-Name" to "x-name". */
function afterColon(selector: string): string {
  return selector.slice(selector.indexOf(":") + 1).toLowerCase();
}
