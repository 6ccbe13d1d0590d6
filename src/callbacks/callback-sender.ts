// Sends one message to one callback, once. Whether and when to try again is decided by who called. Redirects are not
// followed, answers are read up to a cap, and nothing of a receiver's answer decides anything but its status and
// Retry-After.
import type { CallbackSender } from "../bridge/ports.ts";
import { readCapped } from "../core/capped-body.ts";
import type { CallbackConfig } from "../core/config.ts";
import { durationMs } from "../core/duration.ts";
import type { AttemptOutcome } from "../core/execution.ts";
import { retryAfterMs } from "../core/retry.ts";
import { publicUrlFault, type UrlPolicy } from "../core/url-policy.ts";
import { signatures } from "./signature.ts";

/** Enough of an answer to let the connection be used again; the rest is not read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** 410: the receiver says it is gone for good (RFC 9110, section 15.5.11; Standard Webhooks reads it as unsubscribe). */
const GONE = 410;

export interface CallbackDeps {
  readonly callbacks: Readonly<Record<string, CallbackConfig>>;
  readonly policy: UrlPolicy;
  secrets(names: readonly string[]): string[];
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  now(): number;
}

export function createCallbackSender(deps: CallbackDeps): CallbackSender {
  return {
    async send({ id, callback, body }) {
      const begun = deps.now();
      const failed = (
        detail: string,
        more: { status?: number; gone?: boolean; retryAfterMs?: number } = {},
      ): AttemptOutcome => ({
        delivered: false,
        detail,
        durationMs: deps.now() - begun,
        ...more,
      });
      const config = Object.hasOwn(deps.callbacks, callback) ? deps.callbacks[callback] : undefined;
      if (!config) return failed(`the configuration has no callback "${callback}"`);
      // Checked again here: the configuration may have been checked under another policy.
      const fault = publicUrlFault(config.url, deps.policy);
      if (fault !== undefined) return failed(`the callback's URL ${fault}`);

      const timeoutMs = durationMs(config.timeout);
      try {
        const timestamp = Math.floor(begun / 1000);
        const signature = await signatures(deps.secrets(config.secrets), id, timestamp, body);
        if (!signature.ok) return failed(signature.error);
        const response = await deps.fetch(config.url, {
          method: "POST",
          redirect: "manual",
          signal: AbortSignal.timeout(timeoutMs),
          headers: {
            "content-type": "application/json",
            "user-agent": "hookspan",
            "webhook-id": id,
            "webhook-timestamp": String(timestamp),
            "webhook-signature": signature.value,
          },
          body,
        });
        const { status } = response;
        const wait = retryAfterMs(response.headers.get("retry-after"), deps.now());
        await drain(response);
        if (response.ok) return { delivered: true, status, durationMs: deps.now() - begun };
        return failed(`HTTP ${status}`, {
          status,
          gone: status === GONE,
          ...(wait !== undefined && (status === 429 || status === 503) ? { retryAfterMs: wait } : {}),
        });
      } catch (thrown) {
        return failed(detailOf(thrown, timeoutMs));
      }
    },
  };
}

/** The status has been given; a body that breaks off or never ends changes nothing about it. */
async function drain(response: Response): Promise<void> {
  await readCapped(response.body, MAX_ANSWER_BYTES).catch(() => undefined);
}

function detailOf(thrown: unknown, timeoutMs: number): string {
  if (thrown instanceof Error && thrown.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  return "the connection failed or broke before the answer";
}
