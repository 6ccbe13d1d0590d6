// The words of the way in: a request as it came, the same request once its sender is proven, and the event
// that it carries. Pure types; only `sources/verify` makes a VerifiedRequest.
import type { Json } from "./json.ts";

/** A webhook as it came over the wire. `body` holds the raw bytes: signatures are checked over these and nothing else. */
export interface InboundRequest {
  readonly method: string;
  /** The request's own URL. Its query may be read; its host proves nothing. */
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  /** When the request arrived, in ms since the epoch. */
  readonly receivedAt: number;
}

declare const verified: unique symbol;

/** A request whose sender is proven. Normalisation takes only this, so unverified bytes cannot reach a rule. */
export type VerifiedRequest = InboundRequest & {
  readonly [verified]: true;
  /** Which of the source's secrets proved it, in their order, so that a rotation can be seen; null where none was used. */
  readonly secretIndex: number | null;
};

/** A normalised webhook, with the attribute names of CloudEvents 1.0. */
export interface Event {
  /** The sender's own id of this event. */
  readonly id: string;
  /** The id of the configured source. */
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  /** When it happened, ISO 8601 in UTC. */
  readonly time: string;
  readonly data: Json;
  /** The request headers that the source allows expressions to see, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The trace that the webhook belongs to, as the sender says; left out where it says nothing. */
  readonly traceparent?: string;
  /** The default dedupe key: made of signed material only, so that a captured request cannot be passed off as new. */
  readonly dedupeKey: string;
}
