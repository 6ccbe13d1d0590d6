// Secrets to key bytes, by the form that the source says; nothing is guessed. Pure. A secret that cannot be read is kept
// as a fault and not thrown: another one may still match.
import { err, ok, type Result } from "../../core/result.ts";
import { fromBase64, fromHex, utf8 } from "../encoding.ts";
import type { SecretProblem, VerificationFailure } from "./failure.ts";
import type { SecretForm } from "./scheme.ts";

export interface SecretBytes {
  readonly index: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ReadSecrets<Item> {
  readonly usable: readonly Item[];
  /** The first that cannot be used, as a failure of ours; null when all can. */
  readonly bad: VerificationFailure | null;
}

/** Reads each secret; those that do not start as `startsWith` says belong to another member of `any`. */
export function readSecrets<Item>(
  secrets: readonly string[],
  startsWith: string,
  read: (secret: string, index: number) => Result<Item, SecretProblem>,
): ReadSecrets<Item> {
  const usable: Item[] = [];
  let bad: VerificationFailure | null =
    secrets.length === 0 ? { reason: "bad-secret", secretIndex: 0, problem: "none-configured" } : null;
  for (const [index, secret] of secrets.entries()) {
    // An empty secret is one that is not set: that it belongs to another member cannot be seen.
    if (secret !== "" && !secret.startsWith(startsWith)) continue;
    const item = read(secret, index);
    if (item.ok) usable.push(item.value);
    else bad ??= { reason: "bad-secret", secretIndex: index, problem: item.error };
  }
  return { usable, bad };
}

export function readSecretBytes(secrets: readonly string[], form: SecretForm): ReadSecrets<SecretBytes> {
  return readSecrets(secrets, form.startsWith, (secret, index) => {
    const bytes = decodeSecret(secret, form);
    return bytes.ok ? ok({ index, bytes: bytes.value }) : bytes;
  });
}

/** The bytes of the key that a secret stands for; never empty. */
export function decodeSecret(secret: string, form: SecretForm): Result<Uint8Array<ArrayBuffer>, SecretProblem> {
  const text = secret.startsWith(form.strip) ? secret.slice(form.strip.length) : secret;
  if (text === "") return err("empty");
  switch (form.encoding) {
    case "utf8":
      return ok(utf8(form.before + text + form.after));
    case "hex": {
      const bytes = fromHex(text);
      return bytes === null ? err("not-hex") : ok(bytes);
    }
    case "base64": {
      const bytes = fromBase64(text);
      return bytes === null ? err("not-base64") : ok(bytes);
    }
  }
}
