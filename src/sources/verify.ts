// Proves who sent a request. The only place where a VerifiedRequest is made, so unverified bytes cannot go on, but where
// nothing can come of them.
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

/**
 * Takes a request for proven that the sender's own API has listed: it was fetched from the sender's address, over TLS, with the
 * user's key, and never came through the bridge's door. A test keeps every other caller away.
 */
export function listedBySender(request: InboundRequest): VerifiedRequest {
  return { ...request, secretIndex: null } as VerifiedRequest;
}

/**
 * Takes a request as if its sender were proven: for trying rules, where nothing is started or kept, and somebody who may
 * see every event has said that the proof does not matter. A test keeps every other caller away.
 */
export function unproven(request: InboundRequest): VerifiedRequest {
  return { ...request, secretIndex: null } as VerifiedRequest;
}
