// The family `hmac`: any listed signature against any configured secret, over the raw bytes, then the timestamp.
// Web Crypto only; no clock (`now` is passed in). Total: no header and no body makes it throw.

import type { InboundRequest } from "../core/event.ts";
import { err, ok, type Result } from "../core/result.ts";
import { assembleContent } from "./content.ts";
import { fromBase64, fromHex, utf8 } from "./encoding.ts";
import type { SecretProblem, VerificationFailure } from "./failure.ts";
import { computeMac, importMacKey, sameUnderKey } from "./mac.ts";
import { MAX_SIGNATURES, readSignatures, valuesOf } from "./signature.ts";
import type { HmacScheme } from "./source.ts";
import { parseTimestamp } from "./timestamp.ts";

interface SentTime {
  readonly text: string;
  /** In ms since the epoch. */
  readonly at: number;
}

/** Gives null when the request is proven. The signature is checked before the age, so that "stale" means what it says. */
export async function checkHmac(
  request: InboundRequest,
  scheme: HmacScheme,
  secrets: readonly string[],
  now: number,
): Promise<VerificationFailure | null> {
  const { header } = scheme.signature;
  const value = request.headers.get(header);
  if (value === null || value.trim() === "") return { reason: "missing-signature", header };

  const missing = scheme.require.find((name) => (request.headers.get(name) ?? "").trim() === "");
  if (missing !== undefined) return { reason: "missing-header", header: missing };

  const sent = readSentTime(request, value, scheme);
  if (!sent.ok) return sent.error;

  const signatures = readSignatures(value, scheme.signature);
  if (signatures.length === 0) {
    return { reason: "malformed-signature", header, problem: "no-signature-of-the-expected-form" };
  }
  if (signatures.length > MAX_SIGNATURES) {
    return { reason: "malformed-signature", header, problem: "too-many-signatures" };
  }

  const mismatch = await matchAny(request, scheme, signatures, secrets, sent.value?.text ?? "");
  return mismatch ?? checkAge(sent.value, scheme, now);
}

/** The time of sending as the sender wrote it; null when the scheme signs none. */
function readSentTime(
  request: InboundRequest,
  signatureHeader: string,
  scheme: HmacScheme,
): Result<SentTime | null, VerificationFailure> {
  if (scheme.timestamp === null) return ok(null);
  const { from, unit } = scheme.timestamp;
  let text: string | null;
  if (from.kind === "header") {
    text = request.headers.get(from.name);
    if (text === null || text.trim() === "") return err({ reason: "missing-header", header: from.name });
  } else {
    const { header } = scheme.signature;
    const [first, second] = valuesOf(signatureHeader, scheme.signature, from.key);
    if (first === undefined) return err({ reason: "malformed-signature", header, problem: "no-timestamp" });
    // Two times, and the signature covers one of them: reading the other would be a way around the tolerance.
    if (second !== undefined) return err({ reason: "malformed-signature", header, problem: "several-timestamps" });
    text = first;
  }
  const at = parseTimestamp(text, unit);
  return at === null ? err({ reason: "malformed-timestamp", unit }) : ok({ text, at });
}

async function matchAny(
  request: InboundRequest,
  scheme: HmacScheme,
  signatures: readonly string[],
  secrets: readonly string[],
  timestamp: string,
): Promise<VerificationFailure | null> {
  const decode = scheme.encoding === "hex" ? fromHex : fromBase64;
  const candidates = signatures.map(decode).filter((bytes) => bytes !== null);
  const content = assembleContent(scheme.content, { ...request, timestamp });
  let badSecret: VerificationFailure | null = secrets.length === 0 ? badSecretAt(0, "none-configured") : null;
  for (const [i, secret] of secrets.entries()) {
    const decoded = decodeKey(secret, scheme.key);
    if (!decoded.ok) {
      badSecret ??= badSecretAt(i, decoded.error);
      continue;
    }
    const key = await importMacKey(decoded.value, scheme.hash);
    const expected = await computeMac(key, content);
    for (const candidate of candidates) {
      if (await sameUnderKey(key, expected, candidate)) return null;
    }
  }
  // A signature made with the secret that we cannot read looks like a wrong one. We say that the fault is ours, so that
  // a real sender tries again rather than give up.
  if (badSecret !== null) return badSecret;
  return {
    reason: "no-match",
    tried: signatures.length,
    undecodable: signatures.length - candidates.length,
    secrets: secrets.length,
  };
}

function badSecretAt(secretIndex: number, problem: SecretProblem): VerificationFailure {
  return { reason: "bad-secret", secretIndex, problem };
}

function decodeKey(secret: string, form: HmacScheme["key"]): Result<Uint8Array<ArrayBuffer>, SecretProblem> {
  const text = secret.startsWith(form.strip) ? secret.slice(form.strip.length) : secret;
  if (text === "") return err("empty");
  switch (form.encoding) {
    case "utf8":
      return ok(utf8(text));
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

function checkAge(sent: SentTime | null, scheme: HmacScheme, now: number): VerificationFailure | null {
  if (sent === null || scheme.timestamp === null) return null;
  const { toleranceSeconds } = scheme.timestamp;
  const ageMs = now - sent.at;
  if (Math.abs(ageMs) <= toleranceSeconds * 1_000) return null;
  const skewSeconds = Math.round(Math.abs(ageMs) / 1_000);
  return { reason: ageMs > 0 ? "stale" : "future", skewSeconds, toleranceSeconds };
}
