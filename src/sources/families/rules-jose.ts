// The rules of jwt and jws-detached: algorithms and keys must be of one kind, so that a public key can never be taken for a
// shared secret. Pure.
import type { JwsDetachedVerification, JwtVerification, KeySet } from "../../core/source/jose.ts";
import type { SourceFault } from "../source-rules.ts";
import { readPublicKeys } from "./public-key.ts";
import { type Path, ruleFault } from "./rules.ts";

const SHARED_FORMATS: readonly string[] = ["utf8", "hex", "base64"];

export function checkKeySet(
  { algorithms, keys }: JwtVerification | JwsDetachedVerification,
  path: Path,
): readonly SourceFault[] {
  const faults: SourceFault[] = [];
  const areShared = keys.from === "secrets" && SHARED_FORMATS.includes(keys.format);
  if (algorithms.some((algorithm) => algorithm.startsWith("HS") !== areShared)) {
    const message = areShared
      ? "With a shared secret only HS256, HS384 and HS512 can be used. Public keys are pem, spki-base64 or jwk."
      : "HS algorithms need a shared secret, and these keys are public: remove HS256, HS384 and HS512.";
    faults.push(ruleFault("bad-algorithms", [...path, "algorithms"], message));
  }
  if (keys.from === "literal") {
    for (const [i, text] of keys.keys.entries()) {
      if (readPublicKeys(text, keys.format) !== null) continue;
      const message = `This is no public key in the format ${keys.format}.`;
      faults.push(ruleFault("bad-key", [...path, "keys", "keys", i], message));
    }
  }
  if (keys.from === "by-kid") faults.push(...checkRequest(keys, path));
  return faults;
}

function checkRequest(keys: Extract<KeySet, { from: "by-kid" }>, path: Path): readonly SourceFault[] {
  const faults: SourceFault[] = [];
  const at = [...path, "keys"];
  if (!`${keys.url}${keys.body ?? ""}`.includes("{kid}")) {
    faults.push(ruleFault("bad-key", [...at, "url"], "Say with {kid}, in 'url' or 'body', where the key's id stands."));
  }
  if (keys.body !== undefined && keys.method === "GET") {
    faults.push(ruleFault("bad-key", [...at, "method"], "Only a POST has a body."));
  }
  if (keys.url.includes("{secret:")) {
    faults.push(ruleFault("bad-key", [...at, "url"], "A URL is written to logs. Send secrets in 'headers' or 'body'."));
  }
  return faults;
}

/** How many secrets are read: one for keys that are secrets, else as many as the request for a key is filled with. */
export function secretsOfKeys(keys: KeySet): number {
  if (keys.from === "secrets") return 1;
  if (keys.from !== "by-kid") return 0;
  const templates = [...Object.values(keys.headers), keys.body ?? ""].join();
  return Math.max(0, ...Array.from(templates.matchAll(/\{secret:([1-4])\}/g), ([, place]) => Number(place)));
}
