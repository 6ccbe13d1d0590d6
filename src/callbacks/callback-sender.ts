// Sends one message to one callback, once. Whether and when to try again is decided by who called. Redirects are not
// followed, answers are read up to a cap, and nothing of a receiver's answer decides anything but its status and
// Retry-After.
import type { CallbackMessage, CallbackSender } from "../bridge/ports.ts";
import { type AttemptOutcome, notDelivered } from "../core/attempt.ts";
import type { CallbackConfig } from "../core/callback-config.ts";
import { durationMs } from "../core/duration.ts";
import { ok, type Result } from "../core/result.ts";
import { retryAfterMs } from "../core/retry.ts";
import { publicUrlFault } from "../core/url-policy.ts";
import { answerOf } from "./answer.ts";
import { type AuthorizationDeps, type Authorizer, createAuthorizer } from "./authorization.ts";
import { signatures } from "./signature.ts";

/** 410: the receiver says it is gone for good (RFC 9110, section 15.5.11; Standard Webhooks reads it as unsubscribe). */
const GONE = 410;

const UNAUTHORIZED = 401;

export interface CallbackDeps extends AuthorizationDeps {
  readonly callbacks: Readonly<Record<string, CallbackConfig>>;
}

export function createCallbackSender(deps: CallbackDeps): CallbackSender {
  const authorizer = createAuthorizer(deps);
  return {
    async send(message) {
      const begun = deps.now();
      const { callback } = message;
      const config = Object.hasOwn(deps.callbacks, callback) ? deps.callbacks[callback] : undefined;
      const timeoutMs = config ? durationMs(config.timeout) : 0;
      const outcome = config
        ? await attempt(deps, authorizer, config, message, timeoutMs)
        : notDelivered(`the configuration has no callback "${callback}"`);
      return { ...outcome, durationMs: deps.now() - begun };
    },
  };
}

async function attempt(
  deps: CallbackDeps,
  authorizer: Authorizer,
  config: CallbackConfig,
  message: CallbackMessage,
  timeoutMs: number,
): Promise<AttemptOutcome> {
  // Checked again here: the configuration may have been checked under another policy, and an event may choose the URL.
  const fault = publicUrlFault(message.url, deps.policy);
  if (fault !== undefined) return { ...notDelivered(`the callback's URL ${fault}`), final: true };
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const first = await post(deps, authorizer, config, message, signal);
    if (!first.ok) return notDelivered(first.error);
    // A token may have been revoked before its time.
    const again = first.value.response.status === UNAUTHORIZED && authorizer.refused(config);
    if (again) await answerOf(first.value.response, []);
    const second = again ? await post(deps, authorizer, config, message, signal) : first;
    return second.ok ? await outcomeOf(second.value, deps.now()) : notDelivered(second.error);
  } catch (thrown) {
    return notDelivered(detailOf(thrown, timeoutMs));
  }
}

interface Posted {
  readonly response: Response;
  /** What the request has shown to the receiver and nobody else may see, should it repeat it. */
  readonly secret: readonly string[];
}

/** @returns the answer, or why the message could not be sent, in words */
async function post(
  deps: CallbackDeps,
  authorizer: Authorizer,
  config: CallbackConfig,
  { id, url, body, traceparent }: CallbackMessage,
  signal: AbortSignal,
): Promise<Result<Posted, string>> {
  const timestamp = Math.floor(deps.now() / 1000);
  const signature = await signatures(deps.secrets(config.secrets), id, timestamp, body);
  if (!signature.ok) return signature;
  const headers = await authorizer.headers(config, signal);
  if (!headers.ok) return headers;
  const response = await deps.fetch(url, {
    method: "POST",
    redirect: "manual",
    signal,
    headers: {
      ...headers.value,
      "content-type": "application/json",
      "user-agent": "hookspan",
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signature.value,
      ...(traceparent === undefined ? {} : { traceparent }),
    },
    body,
  });
  return ok({ response, secret: [...Object.values(headers.value), ...deps.secrets(config.secrets)] });
}

async function outcomeOf({ response, secret }: Posted, now: number): Promise<AttemptOutcome> {
  const { status } = response;
  const wait = retryAfterMs(response.headers.get("retry-after"), now);
  const answer = await answerOf(response, secret);
  if (response.ok) return { delivered: true, status, durationMs: 0 };
  return {
    ...notDelivered(`HTTP ${status}`),
    status,
    final: status === GONE,
    ...(wait !== undefined && (status === 429 || status === 503) ? { retryAfterMs: wait } : {}),
    ...(answer === "" ? {} : { answer }),
  };
}

function detailOf(thrown: unknown, timeoutMs: number): string {
  if (thrown instanceof Error && thrown.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  return "the connection failed or broke before the answer";
}
