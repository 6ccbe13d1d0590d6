// What a check is given beside the request and the scheme. Types only.
import type { KeyFetcher } from "./key-fetcher.ts";

export interface Context {
  /** The values of the source's secrets, in the order of `source.secrets`. */
  readonly secrets: readonly string[];
  /** In ms since the epoch. */
  readonly now: number;
  readonly keys: KeyFetcher;
}
