// Proves who sent a request. The only place where a VerifiedRequest is made, so unverified bytes cannot go on.
// Web Crypto only; no I/O, no clock (`now` is passed in). Never throws for anything that a sender can send.
import type { InboundRequest, VerifiedRequest } from "../core/event.ts";
import { err, ok, type Result } from "../core/result.ts";
import { checkBrowserForm } from "./browser-form.ts";
import type { VerificationFailure } from "./failure.ts";
import { checkHmac } from "./hmac.ts";
import type { Source } from "./source.ts";
import { checkToken } from "./token.ts";

export type { VerificationFailure } from "./failure.ts";

/**
 * @param secrets The values of the source's secrets, in the order of `source.secrets`.
 * @param now In ms since the epoch.
 */
export async function verify(
  request: InboundRequest,
  source: Source,
  secrets: readonly string[],
  now: number,
): Promise<Result<VerifiedRequest, VerificationFailure>> {
  const failure = await check(request, source, secrets, now);
  return failure === null ? ok(request as VerifiedRequest) : err(failure);
}

async function check(
  request: InboundRequest,
  { scheme }: Source,
  secrets: readonly string[],
  now: number,
): Promise<VerificationFailure | null> {
  switch (scheme.family) {
    case "hmac":
      return checkHmac(request, scheme, secrets, now);
    case "token":
      return checkToken(request, scheme, secrets);
    case "browser-form":
      return checkBrowserForm(request, scheme);
    case "none":
      return null;
  }
}
