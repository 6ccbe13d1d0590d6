// What a failed call to an engine means. Pure. The classes differ in one question: may the call have had its effect?
import type { EngineFailure } from "../bridge/ports.ts";

/**
 * Statuses that say the request was not processed. 503 by its definition (RFC 9110, section 15.6.4); the others are
 * Cloudflare's own, given to a Worker whose origin refused the connection (521), could not be reached (523), failed the
 * TLS handshake (525, 526) or could not be resolved (530).
 */
const NOT_PROCESSED = new Set([503, 521, 523, 525, 526, 530]);

export interface FailedAnswer {
  readonly status: number;
  readonly detail: string;
  readonly retryAfterMs: number | undefined;
}

export function failureOfAnswer({ status, detail, retryAfterMs }: FailedAnswer): EngineFailure {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (status === 401) return { reason: "unauthorized", detail };
  if (status === 429) return { reason: "throttled", detail, ...wait };
  // A redirect is not followed: the base URL is wrong, and can be mended while the execution waits.
  if (status === 408 || status === 425 || (status >= 300 && status < 400))
    return { reason: "unavailable", detail, ...wait };
  if (status >= 400 && status < 500) return { reason: "rejected", status, detail };
  if (NOT_PROCESSED.has(status)) return { reason: "unavailable", detail, ...wait };
  return { reason: "uncertain", detail };
}

/**
 * A call that threw. The runtime gives one and the same error for a connection that was refused and for one that broke
 * after the request was sent ("Network connection lost"), so it can only be uncertain.
 */
export function failureOfThrown(thrown: unknown, timeoutMs: number): EngineFailure {
  const timedOut = thrown instanceof Error && thrown.name === "TimeoutError";
  const detail = timedOut ? `no answer within ${timeoutMs} ms` : "the connection failed or broke before the answer";
  return { reason: "uncertain", detail };
}
