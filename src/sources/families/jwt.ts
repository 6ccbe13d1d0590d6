// The family `jwt`: a signed token, then what it claims: for whom it is, of whom, when it was made, over which body.
// No clock (`now` is passed in). Total. Without a hash of the body in it, a token proves the sender and not the body.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { decodeUtf8, parseJson } from "../body/json-body.ts";
import { decodeBytes } from "../encoding.ts";
import { readBearer } from "./bearer.ts";
import type { Context } from "./context.ts";
import type { Proof, VerificationFailure } from "./failure.ts";
import { checkJws, splitJws } from "./jws.ts";
import { describePlace, type RequestReader } from "./place.ts";
import type { JwtScheme } from "./scheme.ts";
import { skewFailure } from "./signed.ts";

/** Tokens in headers are a few hundred characters; servers refuse headers of this length anyway. */
const MAX_TOKEN_CHARS = 16_384;
/** How far the two clocks may be apart when a token says until when, and not when it was made. */
const CLOCK_SKEW_SECONDS = 60;

export async function checkJwt(
  reader: RequestReader,
  scheme: JwtScheme,
  context: Context,
): Promise<Result<Proof, VerificationFailure>> {
  const at = scheme.from.kind === "bearer" ? "header:authorization" : describePlace(scheme.from);
  const text = scheme.from.kind === "bearer" ? readBearer(reader.request.headers) : await reader.text(scheme.from);
  const token = text?.trim() ?? "";
  if (token === "") return err({ reason: "missing-token", at });
  if (token.length > MAX_TOKEN_CHARS) return err({ reason: "malformed-token", at, problem: "too-long" });
  const jws = splitJws(token);
  if (jws === null) return err({ reason: "malformed-token", at, problem: "not-a-jws" });

  const proven = await checkJws(jws, scheme, context, at);
  if (!proven.ok) return proven;
  const claims = readClaims(proven.value.payload);
  if (claims === null) return err({ reason: "malformed-token", at, problem: "bad-claims" });
  const failure =
    checkParties(claims, scheme) ??
    (await checkBody(claims, scheme, reader.request.body)) ??
    checkTimes(claims, scheme, context.now);
  return failure === null ? ok({ secretIndex: proven.value.secretIndex }) : err(failure);
}

function readClaims(payload: Uint8Array): JsonObject | null {
  const text = decodeUtf8(payload);
  const json = text === null ? null : parseJson(text);
  return json?.ok && isJsonObject(json.value) ? json.value : null;
}

function checkParties({ aud, iss }: JsonObject, { audience, issuer }: JwtScheme): VerificationFailure | null {
  const isMeant = audience === null || aud === audience || (Array.isArray(aud) && aud.includes(audience));
  if (!isMeant) return { reason: "wrong-claim", claim: "aud" };
  return issuer === null || iss === issuer ? null : { reason: "wrong-claim", claim: "iss" };
}

async function checkBody(
  claims: JsonObject,
  { bodyHash }: JwtScheme,
  body: Uint8Array<ArrayBuffer>,
): Promise<VerificationFailure | null> {
  if (bodyHash === null) return null;
  const { claim, hash, encoding } = bodyHash;
  const claimed = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  const expected = typeof claimed === "string" ? decodeBytes(claimed, encoding) : null;
  if (expected === null) return { reason: "wrong-claim", claim };
  const actual = new Uint8Array(await crypto.subtle.digest(hash, body));
  // Neither is secret: the claim is signed and the body is the sender's own.
  const isSame = actual.length === expected.length && actual.every((byte, i) => byte === expected[i]);
  return isSame ? null : { reason: "other-body", claim };
}

/** Every token must come to an end: by its `exp`, or by its age. */
function checkTimes(claims: JsonObject, { maxAgeSeconds }: JwtScheme, now: number): VerificationFailure | null {
  for (const claim of ["exp", "nbf", "iat"] as const) {
    if (claims[claim] !== undefined && millis(claims[claim]) === null) return { reason: "wrong-claim", claim };
  }
  const [exp, nbf, iat] = [millis(claims.exp), millis(claims.nbf), millis(claims.iat)];
  if (exp === null && maxAgeSeconds === null) return { reason: "wrong-claim", claim: "exp" };
  if (iat === null && maxAgeSeconds !== null) return { reason: "wrong-claim", claim: "iat" };
  if (exp !== null && now > exp) {
    const late = skewFailure(exp, now, CLOCK_SKEW_SECONDS);
    if (late !== null) return late;
  }
  if (nbf !== null && now < nbf) {
    const early = skewFailure(nbf, now, CLOCK_SKEW_SECONDS);
    if (early !== null) return early;
  }
  return iat === null || maxAgeSeconds === null ? null : skewFailure(iat, now, maxAgeSeconds);
}

/** A NumericDate: seconds, perhaps with a fraction. */
function millis(value: Json | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value * 1_000 : null;
}
