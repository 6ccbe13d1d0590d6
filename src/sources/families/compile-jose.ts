// Compiles the families whose signatures are JOSE: jwt, jws-detached. Pure.

import { compilePath } from "../../core/path.ts";
import type { JwsDetachedVerification, JwtVerification, KeySet } from "../../core/source/jose.ts";
import type { SchemeSettings } from "./compile.ts";
import { HASHES } from "./compile-signed.ts";
import type { KeySource } from "./key-source.ts";
import { compilePlace } from "./place.ts";
import type { JwsDetachedScheme, JwtScheme } from "./scheme.ts";

export function compileJwt(verify: JwtVerification, { publicUrl, toleranceSeconds }: SchemeSettings): JwtScheme {
  const { audience = null, issuer = null, maxAgeSeconds, bodyHash } = verify;
  return {
    family: "jwt",
    from: verify.from === "bearer" ? { kind: "bearer" } : compilePlace(verify.from),
    algorithms: verify.algorithms,
    keys: compileKeys(verify.keys),
    audience: audience === "publicUrl" ? (publicUrl ?? "") : audience,
    issuer,
    maxAgeSeconds: maxAgeSeconds === undefined ? null : (toleranceSeconds ?? maxAgeSeconds),
    bodyHash: bodyHash === undefined ? null : { ...bodyHash, hash: HASHES[bodyHash.hash] },
  };
}

export function compileJwsDetached({ from, algorithms, keys }: JwsDetachedVerification): JwsDetachedScheme {
  return {
    family: "jws-detached",
    header: from.slice("header:".length).toLowerCase(),
    algorithms,
    keys: compileKeys(keys),
  };
}

function compileKeys(keys: KeySet): KeySource {
  switch (keys.from) {
    case "secrets": {
      const { format } = keys;
      return format === "utf8" || format === "hex" || format === "base64"
        ? { from: "shared-secrets", encoding: format }
        : { from: "secrets", format };
    }
    case "by-kid":
      return { ...keys, body: keys.body ?? null, at: compilePath(keys.at) };
    default:
      return keys;
  }
}
