// What the use cases need of a sender's own list of what it has sent. Types only.
import type { InboundRequest } from "../core/event.ts";
import type { Result } from "../core/result.ts";

/** What a sender says that it has sent. */
export interface Listed {
  /** When it was made or sent, ms since the epoch. */
  readonly at: number;
  /** The same for every attempt to deliver it, where the list is one of attempts. */
  readonly delivery?: string;
  /** The webhook as it was sent, or would have been. @returns null where the sender does not have it any more */
  request(): Promise<Result<Pick<InboundRequest, "headers" | "body"> | null, ListFailure>>;
}

export interface ListPage {
  /** Newest first. */
  readonly entries: readonly Listed[];
  /** Deliveries of which an attempt on this page has arrived, whatever became of their others. */
  readonly arrived?: readonly string[];
  /** Give it for the next page; null where this is the last. */
  readonly next: string | null;
}

/** `refused`: the token is not accepted, or may not read the list. `unavailable`: another time. */
export interface ListFailure {
  readonly reason: "refused" | "unavailable";
  readonly detail: string;
}

export interface SenderList {
  /** Whether a span of time can be asked for; else pages are walked from the newest on. */
  readonly bySpan: boolean;
  /** @param from, to ms since the epoch, both included. @param cursor of the page before */
  page(from: number, to: number, cursor: string | null): Promise<Result<ListPage, ListFailure>>;
}
