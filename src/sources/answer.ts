// What a source's sender is answered, resolved: configuration over preset over our own ways. Pure.
import type { Answers } from "../core/source.ts";

export interface SourceAnswers {
  readonly accepted: {
    readonly status: number;
    /** The body, word for word; null for the receipt. */
    readonly body: string | null;
    /** The content type of `body`. */
    readonly type: string;
  };
  /** The same for every request that does not prove its sender. */
  readonly rejected: { readonly status: number; readonly empty: boolean };
  readonly retryAfterSeconds: number;
}

const ACCEPTED = 202;
const UNAUTHORIZED = 401;
/** Soon enough for senders that give up within minutes, late enough for an outage to end. */
export const DEFAULT_RETRY_AFTER_SECONDS = 30;

export function resolveAnswers(preset: Answers | undefined, config: Answers | undefined): SourceAnswers {
  const accepted = config?.accepted ?? preset?.accepted ?? {};
  const rejected = config?.rejected ?? preset?.rejected ?? {};
  const busy = config?.busy ?? preset?.busy ?? {};
  return {
    accepted: {
      status: accepted.status ?? ACCEPTED,
      body: accepted.body ?? null,
      type: `${accepted.type ?? "text/plain"}; charset=utf-8`,
    },
    rejected: { status: rejected.status ?? UNAUTHORIZED, empty: rejected.empty ?? false },
    retryAfterSeconds: busy.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS,
  };
}
