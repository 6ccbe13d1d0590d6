// The port by which verification gets public keys that stand at a URL. Types, and a stand-in for where nothing is to be
// fetched. The adapter caches documents and their absence, bounds time, size and rate, and follows no redirect.
import { err, type Result } from "../../core/result.ts";

export interface KeyRequest {
  /** https, out of the configuration; only the key's id in it comes from the sender. */
  readonly url: string;
  readonly method: "GET" | "POST";
  /** May hold credentials: never to be logged. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; null for none. May hold credentials. */
  readonly body: string | null;
  /**
   * A key was not in the document as it was cached. The adapter may fetch it anew, but seldom: whoever makes up key ids
   * asks for it with every request.
   */
  readonly refresh: boolean;
}

export type KeyFault =
  /** A definite answer (404, 410): there is no such key. Good for a while. */
  | { readonly reason: "not-found" }
  /** No answer, or one that says nothing about the key. Our failure: the sender is to try again. */
  | { readonly reason: "unavailable"; readonly detail: string };

/** Gives the text of the document: a JWK, a JWK set, a PEM, or JSON that holds one of these. */
export type KeyFetcher = (request: KeyRequest) => Promise<Result<string, KeyFault>>;

/** Answers that no key can be had. */
export const noKeys: KeyFetcher = () =>
  Promise.resolve(err({ reason: "unavailable", detail: "No keys are fetched here." }));
