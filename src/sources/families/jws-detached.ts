// The family `jws-detached`: a header that holds 'header..signature' of a JWS whose payload is the body, byte for byte.
// No clock. Total. A JWS that brings a payload of its own is refused: it would prove that payload and not the body.
import { err, ok, type Result } from "../../core/result.ts";
import { toBase64Url } from "../encoding.ts";
import type { Context } from "./context.ts";
import type { Proof, VerificationFailure } from "./failure.ts";
import { checkJws, splitJws } from "./jws.ts";
import type { RequestReader } from "./place.ts";
import type { JwsDetachedScheme } from "./scheme.ts";

export async function checkJwsDetached(
  { request }: RequestReader,
  scheme: JwsDetachedScheme,
  context: Context,
): Promise<Result<Proof, VerificationFailure>> {
  const at = `header:${scheme.header}`;
  const text = request.headers.get(scheme.header)?.trim() ?? "";
  if (text === "") return err({ reason: "missing-signature", at });
  const jws = splitJws(text);
  if (jws === null) return err({ reason: "malformed-token", at, problem: "not-a-jws" });
  if (jws.payload !== "") return err({ reason: "malformed-token", at, problem: "attached-payload" });
  const proven = await checkJws({ ...jws, payload: toBase64Url(request.body) }, scheme, context, at);
  return proven.ok ? ok({ secretIndex: proven.value.secretIndex }) : proven;
}
