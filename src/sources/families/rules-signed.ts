// The rules of hmac, digest and pubkey: signature, time, content and key must fit together. Pure.
import type { DigestVerification, HmacVerification, PubkeyVerification } from "../../core/source/signing.ts";
import type { SourceFault } from "../source-rules.ts";
import { readPublicKeys } from "./public-key.ts";
import { type Path, ruleFault } from "./rules.ts";

type Signed = HmacVerification | DigestVerification | PubkeyVerification;

export function checkSigned(verify: Signed, path: Path): readonly SourceFault[] {
  return [
    ...checkLayout(verify, path),
    ...checkTimestamp(verify, path),
    ...checkContent(verify, path),
    ...(verify.family === "pubkey" ? checkPublicKey(verify, path) : checkSecretForm(verify, path)),
    ...(verify.family === "hmac" ? checkHash(verify, path) : []),
  ];
}

function checkLayout({ signature: { kv, key, sets, split } }: Signed, path: Path): readonly SourceFault[] {
  const faults: SourceFault[] = [];
  const at = [...path, "signature"];
  if ((kv === undefined) !== (key === undefined)) {
    faults.push(ruleFault("bad-signature-layout", at, "'kv' and 'key' go together: name both or none."));
  }
  if (sets !== undefined && sets === split) {
    faults.push(
      ruleFault("bad-signature-layout", at, "'sets' and 'split' must differ: one separates what the other holds."),
    );
  }
  return faults;
}

function checkTimestamp({ timestamp, content, signature }: Signed, path: Path): readonly SourceFault[] {
  const isWritten = content.includes("{ts}");
  if (timestamp === undefined) {
    if (!isWritten) return [];
    const message = "'content' uses {ts}: say where the timestamp stands.";
    return [ruleFault("bad-timestamp", [...path, "timestamp"], message)];
  }
  const faults: SourceFault[] = [];
  const places = [timestamp.from].flat();
  // A time that stands in the body is signed with it.
  const isCovered = (place: string) => content.includes("{body}") && /^(?:\$|form:)/.test(place);
  if (!isWritten && !places.every(isCovered)) {
    const message =
      "The timestamp is not in the signed 'content', so it proves nothing: add {ts} or remove 'timestamp'.";
    faults.push(ruleFault("bad-timestamp", [...path, "content"], message));
  }
  if (places.some((place) => place.startsWith("sig:")) && signature.kv === undefined) {
    const message =
      "'sig:' reads an entry of the signature header: say with 'kv' and 'key' how its entries are written.";
    faults.push(ruleFault("bad-timestamp", [...path, "timestamp", "from"], message));
  }
  return faults;
}

function checkContent({ family, content }: Signed, path: Path): readonly SourceFault[] {
  const faults: SourceFault[] = [];
  const at = [...path, "content"];
  // Some senders (Mailgun) sign a token in the body and not the body itself.
  if (!/\{(?:body\}|\$|form:)/.test(content)) {
    const message =
      "'content' must contain {body}: otherwise whoever has seen one request could send any body with it.";
    faults.push(ruleFault("bad-content", at, message));
  }
  if (content.includes("{secret}") === (family === "digest")) return faults;
  const message =
    family === "digest"
      ? "A plain hash proves nothing without a secret: 'content' must contain {secret}."
      : "The secret is the key here and not part of the content: remove {secret}.";
  return [...faults, ruleFault("bad-content", at, message)];
}

function checkSecretForm({ key }: HmacVerification | DigestVerification, path: Path): readonly SourceFault[] {
  if (key.template === undefined || key.encoding === "utf8") return [];
  return [ruleFault("bad-key", [...path, "key"], "A 'template' composes text: it needs the encoding utf8.")];
}

function checkHash({ hashFrom, hashMap }: HmacVerification, path: Path): readonly SourceFault[] {
  const isEmpty = hashMap !== undefined && Object.keys(hashMap).length === 0;
  if ((hashFrom === undefined) === (hashMap === undefined) && !isEmpty) return [];
  const message = "'hashFrom' and 'hashMap' go together: where the sender names the hash, and which names count.";
  return [ruleFault("bad-hash", [...path, "hashMap"], message)];
}

function checkPublicKey({ algorithm, der, key, keys = [] }: PubkeyVerification, path: Path): readonly SourceFault[] {
  const faults: SourceFault[] = [];
  if (der && algorithm !== "ecdsa-p256-sha256") {
    faults.push(ruleFault("bad-key", [...path, "der"], "Only ecdsa signatures are written as DER: remove 'der'."));
  }
  if (key.format === "raw" && algorithm === "rsa-sha256") {
    faults.push(
      ruleFault("bad-key", [...path, "key", "format"], "An RSA key has no raw form: use pem, spki-base64 or jwk."),
    );
  }
  for (const [i, text] of keys.entries()) {
    const stripped = text.startsWith(key.strip ?? "") ? text.slice((key.strip ?? "").length) : text;
    if (readPublicKeys(stripped, key.format, key.encoding) !== null) continue;
    faults.push(ruleFault("bad-key", [...path, "keys", i], `This is no public key in the format ${key.format}.`));
  }
  return faults;
}
