// The family `token`: a shared secret that the sender shows in a header. Web Crypto only, no I/O. Total.
import type { InboundRequest } from "../core/event.ts";
import { utf8 } from "./encoding.ts";
import type { SecretProblem, VerificationFailure } from "./failure.ts";
import { importMacKey, sameUnderKey } from "./mac.ts";
import type { TokenScheme } from "./source.ts";

/** RFC 9110: the scheme's name is the same in any case, and one or more spaces follow it. */
const BEARER = /^bearer +(.+)$/i;

/** Gives null when the request shows one of the secrets. */
export async function checkToken(
  request: InboundRequest,
  scheme: TokenScheme,
  secrets: readonly string[],
): Promise<VerificationFailure | null> {
  const header = scheme.at.kind === "bearer" ? "authorization" : scheme.at.name;
  const value = (request.headers.get(header) ?? "").trim();
  const token = scheme.at.kind === "bearer" ? BEARER.exec(value)?.[1] : value;
  if (token === undefined || token === "") return { reason: "missing-token", header };

  const shown = utf8(token);
  let badSecret: VerificationFailure | null =
    secrets.length === 0 ? { reason: "bad-secret", secretIndex: 0, problem: "none-configured" } : null;
  for (const [secretIndex, secret] of secrets.entries()) {
    const problem = problemOf(secret);
    if (problem !== null) {
      badSecret ??= { reason: "bad-secret", secretIndex, problem };
      continue;
    }
    const bytes = utf8(secret);
    if (await sameUnderKey(await importMacKey(bytes, "SHA-256"), shown, bytes)) return null;
  }
  return badSecret ?? { reason: "no-match", tried: 1, undecodable: 0, secrets: secrets.length };
}

/** A line feed at the end, from a shell's `echo`, can never arrive in a header: say so instead of "no match". */
function problemOf(secret: string): SecretProblem | null {
  if (secret.trim() === "") return "empty";
  return secret === secret.trim() ? null : "white-space-around-it";
}
