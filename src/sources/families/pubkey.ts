// The family `pubkey`: any listed signature against any of the sender's public keys, over the raw bytes, then the
// timestamp. Web Crypto only; no clock (`now` is passed in). Total.
import { err, ok, type Result } from "../../core/result.ts";
import { assembleContent } from "./content.ts";
import type { Context } from "./context.ts";
import { ecdsaFromDer } from "./der.ts";
import type { Proof, SecretProblem, VerificationFailure } from "./failure.ts";
import type { RequestReader } from "./place.ts";
import { importPublicKey, isSignedBy, readPublicKeys, type VerifyKey } from "./public-key.ts";
import type { PubkeyScheme } from "./scheme.ts";
import { type ReadSecrets, readSecrets } from "./secrets.ts";
import { checkSigned } from "./signed.ts";

interface Algorithm {
  readonly jose: string;
  readonly params: Parameters<typeof crypto.subtle.verify>[0];
}

const ALGORITHMS: Readonly<Record<PubkeyScheme["algorithm"], Algorithm>> = {
  ed25519: { jose: "EdDSA", params: { name: "Ed25519" } },
  "ecdsa-p256-sha256": { jose: "ES256", params: { name: "ECDSA", hash: "SHA-256" } },
  "rsa-sha256": { jose: "RS256", params: { name: "RSASSA-PKCS1-v1_5" } },
};
const NO_SECRET: Uint8Array<ArrayBuffer> = new Uint8Array(0);

interface Candidate {
  readonly secretIndex: number | null;
  readonly keys: readonly VerifyKey[];
}

export async function checkPubkey(
  reader: RequestReader,
  scheme: PubkeyScheme,
  { secrets, now }: Context,
): Promise<Result<Proof, VerificationFailure>> {
  const { jose, params } = ALGORITHMS[scheme.algorithm];
  const { usable, bad } = await readKeys(scheme, secrets, jose);
  return checkSigned(reader, scheme, now, { count: usable.length, bad }, async ({ timestamp, candidates }) => {
    const signatures = scheme.der ? candidates.map(ecdsaFromDer).filter((bytes) => bytes !== null) : candidates;
    if (signatures.length === 0) return null;
    const content = await assembleContent(scheme.content, { reader, timestamp, secret: NO_SECRET });
    for (const { secretIndex, keys } of usable) {
      for (const key of keys) {
        for (const signature of signatures) {
          if (await isSignedBy(key, params, signature, content)) return { secretIndex };
        }
      }
    }
    return null;
  });
}

async function readKeys(
  scheme: PubkeyScheme,
  secrets: readonly string[],
  algorithm: string,
): Promise<ReadSecrets<Candidate>> {
  const texts = scheme.keys ?? secrets;
  const imported = await Promise.all(texts.map((text) => importKeys(text, scheme, algorithm)));
  return readSecrets(texts, scheme.keys === null ? scheme.key.startsWith : "", (_, index) => {
    const keys = imported[index];
    if (keys === undefined || !keys.ok) return keys ?? err("empty");
    return ok({ secretIndex: scheme.keys === null ? index : null, keys: keys.value });
  });
}

async function importKeys(
  text: string,
  { key }: PubkeyScheme,
  algorithm: string,
): Promise<Result<readonly VerifyKey[], SecretProblem>> {
  if (text.trim() === "") return err("empty");
  const stripped = text.startsWith(key.strip) ? text.slice(key.strip.length) : text;
  const read = readPublicKeys(stripped, key.format, key.encoding) ?? [];
  const keys = await Promise.all(read.map((each) => importPublicKey(each, algorithm)));
  const usable = keys.filter((each) => each !== null);
  return usable.length === 0 ? err("not-a-public-key") : ok(usable);
}
