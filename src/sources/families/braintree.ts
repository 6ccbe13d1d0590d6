// The family `braintree`: the form fields bt_signature, pairs of public key and signature, and bt_payload, which is signed.
// HMAC-SHA1 under the SHA-1 of the private key. Web Crypto only, no clock. Total.
import { err, ok, type Result } from "../../core/result.ts";
import { fromHex, utf8 } from "../encoding.ts";
import type { Context } from "./context.ts";
import type { Proof, VerificationFailure } from "./failure.ts";
import { importMacKey, isMacAmong } from "./mac.ts";
import type { RequestReader } from "./place.ts";
import { readSecrets } from "./secrets.ts";
import { MAX_SIGNATURES } from "./signature.ts";

export interface BraintreeKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

const AT = "form:bt_signature";
const TWO_KEYS = /^([^\s:]+):(\S+)$/;
const PAYLOAD = /^[A-Za-z0-9+=/\n]+$/;

/** The two keys of the secret 'public key:private key'; null when it is not that. */
export function splitBraintreeSecret(secret: string): BraintreeKeys | null {
  const [, publicKey, privateKey] = TWO_KEYS.exec(secret) ?? [];
  return publicKey === undefined || privateKey === undefined ? null : { publicKey, privateKey };
}

/** The HMAC key: the SHA-1 of the private key. */
export async function braintreeKeyBytes({ privateKey }: BraintreeKeys): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-1", utf8(privateKey)));
}

export async function checkBraintree(
  reader: RequestReader,
  { secrets }: Context,
): Promise<Result<Proof, VerificationFailure>> {
  const form = await reader.form();
  if (form === null) return err({ reason: "unreadable-body", expected: "a form with bt_signature and bt_payload" });
  const [signature = "", secondSignature] = form.get("bt_signature") ?? [];
  const [payload = "", secondPayload] = form.get("bt_payload") ?? [];
  if (signature === "") return err({ reason: "missing-signature", at: AT });
  // Of two payloads one is signed, and the other might be read.
  if (!PAYLOAD.test(payload) || secondPayload !== undefined || secondSignature !== undefined) {
    return err({ reason: "unreadable-body", expected: "one bt_payload in base64" });
  }
  const pairs = signature.split("&").map((pair) => pair.split("|"));
  if (pairs.length > MAX_SIGNATURES)
    return err({ reason: "malformed-signature", at: AT, problem: "too-many-signatures" });

  const { usable, bad } = readSecrets(secrets, "", (secret, index) => {
    const keys = splitBraintreeSecret(secret);
    return keys === null ? err(secret === "" ? "empty" : "not-two-keys") : ok({ index, keys });
  });
  for (const { index, keys } of usable) {
    const candidates = pairs
      .map(([publicKey, hex]) => (publicKey === keys.publicKey && hex ? fromHex(hex) : null))
      .filter((bytes) => bytes !== null);
    if (candidates.length === 0) continue;
    const key = await importMacKey(await braintreeKeyBytes(keys), "SHA-1");
    // Some of Braintree's versions sign the payload with a line feed at its end that the form has lost.
    for (const text of [payload, `${payload}\n`]) {
      if (await isMacAmong(key, utf8(text), candidates)) return ok({ secretIndex: index });
    }
  }
  return err(bad ?? { reason: "no-match", tried: pairs.length, undecodable: 0, secrets: usable.length });
}
