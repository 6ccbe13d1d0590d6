// What JWT and detached JWS share: a compact JWS whose algorithm and key are pinned. Uses jose; no clock, no I/O but the
// fetcher that it is given. Total. What the token says of its own keys (jku, x5u, x5c, jwk) is never looked at, and a
// critical extension (crit) is refused, since none is understood.
import { compactVerify } from "jose";
import { isJsonObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { decodeUtf8, parseJson } from "../body/json-body.ts";
import { fromBase64Url } from "../encoding.ts";
import type { Context } from "./context.ts";
import { cutForLog, type TokenProblem, type VerificationFailure } from "./failure.ts";
import { findKeys } from "./key-set.ts";
import type { KeySource } from "./key-source.ts";

export interface Jws {
  /** The three parts as they were sent; the payload is empty when it is detached. */
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
}

export interface JwsRules {
  readonly algorithms: readonly string[];
  readonly keys: KeySource;
}

export interface ProvenJws {
  readonly payload: Uint8Array;
  readonly secretIndex: number | null;
}

/** Takes a compact JWS apart; null when it is not one. */
export function splitJws(text: string): Jws | null {
  const [header, payload, signature, more] = text.split(".");
  if (header === undefined || payload === undefined || signature === undefined || more !== undefined) return null;
  return header === "" || fromBase64Url(signature) === null ? null : { header, payload, signature };
}

/** @param at Where the token stands, for the log. */
export async function checkJws(
  jws: Jws,
  rules: JwsRules,
  context: Context,
  at: string,
): Promise<Result<ProvenJws, VerificationFailure>> {
  const malformed = (problem: TokenProblem) => err({ reason: "malformed-token", at, problem } as const);
  const header = readHeader(jws.header);
  if (header === null) return malformed("not-a-jws");
  if (header.critical) return malformed("critical-extension");
  // RFC 7515: names of algorithms are compared as they are. "none" is in no list.
  if (!rules.algorithms.includes(header.algorithm)) {
    return err({ reason: "algorithm-not-allowed", algorithm: cutForLog(header.algorithm) });
  }
  const found = await findKeys(rules.keys, header, context);
  if (!found.ok) return found;

  for (const { key, secretIndex } of found.value.keys) {
    const payload = await verifiedPayload(jws, key, header.algorithm);
    if (payload !== null) return ok({ payload, secretIndex });
  }
  return err(found.value.bad ?? { reason: "no-match", tried: 1, undecodable: 0, secrets: found.value.keys.length });
}

interface Header {
  readonly algorithm: string;
  readonly kid: string | null;
  readonly critical: boolean;
}

function readHeader(encoded: string): Header | null {
  const bytes = fromBase64Url(encoded);
  const text = bytes === null ? null : decodeUtf8(bytes);
  const json = text === null ? null : parseJson(text);
  if (!json?.ok || !isJsonObject(json.value) || typeof json.value.alg !== "string") return null;
  const { alg, kid, crit, b64 } = json.value;
  return {
    algorithm: alg,
    kid: typeof kid === "string" ? kid : null,
    critical: crit !== undefined || b64 !== undefined,
  };
}

async function verifiedPayload(
  { header, payload, signature }: Jws,
  key: Parameters<typeof compactVerify>[1],
  algorithm: string,
): Promise<Uint8Array | null> {
  try {
    const verified = await compactVerify(`${header}.${payload}.${signature}`, key, { algorithms: [algorithm] });
    return verified.payload;
  } catch {
    // jose says only by throwing that the signature is not of this key, or the key not of this algorithm.
    return null;
  }
}
