// The family `digest`: a plain hash over content that holds the secret. Web Crypto only, no clock. Total.
// Where the secret stands first (HubSpot v1), SHA-256 lets whoever has seen one request append bytes to its body; what is
// appended begins with padding that no JSON parser takes. A sender that can do hmac should be configured as hmac.
import type { Result } from "../../core/result.ts";
import { assembleContent } from "./content.ts";
import type { Context } from "./context.ts";
import type { Proof, VerificationFailure } from "./failure.ts";
import { importMacKey, sameUnderKey } from "./mac.ts";
import type { RequestReader } from "./place.ts";
import type { DigestScheme } from "./scheme.ts";
import { readSecretBytes } from "./secrets.ts";
import { checkSigned } from "./signed.ts";

export async function checkDigest(
  reader: RequestReader,
  scheme: DigestScheme,
  { secrets, now }: Context,
): Promise<Result<Proof, VerificationFailure>> {
  const { usable, bad } = readSecretBytes(secrets, scheme.key);
  return checkSigned(reader, scheme, now, { count: usable.length, bad }, async ({ timestamp, candidates }) => {
    for (const { index, bytes } of usable) {
      const content = await assembleContent(scheme.content, { reader, timestamp, secret: bytes });
      const expected = new Uint8Array(await crypto.subtle.digest(scheme.hash, content));
      const key = await importMacKey(bytes, "SHA-256");
      for (const candidate of candidates) {
        if (await sameUnderKey(key, expected, candidate)) return { secretIndex: index };
      }
    }
    return null;
  });
}
