// Proves who sent a request. The only place where a VerifiedRequest is made, so unverified bytes cannot go on.
// Web Crypto, and what the key fetcher does; no clock (`now` is passed in). Never throws for anything a sender can send.
import type { InboundRequest, VerifiedRequest } from "../core/event.ts";
import { ok, type Result } from "../core/result.ts";
import { checkScheme } from "./families/check.ts";
import type { Context } from "./families/context.ts";
import type { VerificationFailure } from "./families/failure.ts";
import { readerOf } from "./families/place.ts";
import type { Source } from "./source.ts";

export type { Context as VerificationContext } from "./families/context.ts";
export { isOurFailure, type VerificationFailure } from "./families/failure.ts";
export { type KeyFault, type KeyFetcher, type KeyRequest, noKeys } from "./families/key-fetcher.ts";

export async function verify(
  request: InboundRequest,
  source: Source,
  context: Context,
): Promise<Result<VerifiedRequest, VerificationFailure>> {
  const checked = await checkScheme(readerOf(request), source.scheme, context);
  return checked.ok ? ok({ ...request, ...checked.value } as VerifiedRequest) : checked;
}
