// The family `hmac`: any listed signature against any configured secret, over the raw bytes, then the timestamp.
// Web Crypto only; no clock (`now` is passed in). Total: no header and no body makes it throw.
import { err, ok, type Result } from "../../core/result.ts";
import { assembleContent } from "./content.ts";
import type { Context } from "./context.ts";
import { cutForLog, type Proof, type VerificationFailure } from "./failure.ts";
import { importMacKey, isMacAmong } from "./mac.ts";
import type { RequestReader } from "./place.ts";
import type { Hash, HmacScheme } from "./scheme.ts";
import { readSecretBytes } from "./secrets.ts";
import { checkSigned } from "./signed.ts";

export async function checkHmac(
  reader: RequestReader,
  scheme: HmacScheme,
  { secrets, now }: Context,
): Promise<Result<Proof, VerificationFailure>> {
  const hash = selectHash(reader.request.headers, scheme);
  if (!hash.ok) return hash;
  const { usable, bad } = readSecretBytes(secrets, scheme.key);
  return checkSigned(reader, scheme, now, { count: usable.length, bad }, async ({ timestamp, candidates }) => {
    let content: Uint8Array<ArrayBuffer> | null = null;
    for (const { index, bytes } of usable) {
      content ??= await assembleContent(scheme.content, { reader, timestamp, secret: bytes });
      const key = await importMacKey(bytes, hash.value);
      if (await isMacAmong(key, content, candidates)) return { secretIndex: index };
    }
    return null;
  });
}

/** The hash that the sender names, of those that the source lists. The name is not signed, so the list is the guard. */
function selectHash(headers: Headers, { hash, hashFrom }: HmacScheme): Result<Hash, VerificationFailure> {
  if (hashFrom === null) return ok(hash);
  const name = headers.get(hashFrom.header)?.trim() ?? "";
  if (name === "") return err({ reason: "missing-header", header: hashFrom.header });
  const named = hashFrom.map.get(name);
  return named === undefined ? err({ reason: "algorithm-not-allowed", algorithm: cutForLog(name) }) : ok(named);
}
