// What is remembered of fetched keys, per isolate and bounded: documents, and for a short while that there is none or
// that no answer came. The two are kept apart, so that made-up key ids cannot push out documents that are in use. Knows
// no clock.
import type { KeyFault } from "../bridge/ports.ts";

/** Senders rotate their keys over days; ten minutes is what most of their documents say of themselves. */
const FRESH_MS = 10 * 60_000;

/** How long a document is used after its time while its server does not answer: an outage over night stops nobody. */
const STALE_MS = 24 * 60 * 60_000;

const ABSENT_MS = 60_000;

/** No answer may be a hiccup; but a server in trouble is not to be asked with every webhook. */
const UNAVAILABLE_MS = 5_000;

/** One per source as a rule; a few for senders that fetch each key by its id. */
const MAX_DOCUMENTS = 200;
const MAX_FAULTS = 1_000;

export interface KeyDocument {
  readonly text: string;
  /** When it was fetched, ms since the epoch. */
  readonly at: number;
}

export interface KeyCache {
  /** A document that is fresh, or stale and better than none. */
  document(name: string, now: number): { readonly document: KeyDocument; readonly fresh: boolean } | undefined;
  fault(name: string, now: number): KeyFault | undefined;
  keep(name: string, text: string, now: number): void;
  keepFault(name: string, fault: KeyFault, now: number): void;
}

export function createKeyCache(): KeyCache {
  const documents = new Map<string, KeyDocument>();
  const faults = new Map<string, { readonly fault: KeyFault; readonly at: number }>();
  return {
    document(name, now) {
      const document = documents.get(name);
      if (!document) return undefined;
      const age = now - document.at;
      if (age < FRESH_MS + STALE_MS) return { document, fresh: age < FRESH_MS };
      documents.delete(name);
      return undefined;
    },

    fault(name, now) {
      const entry = faults.get(name);
      if (!entry) return undefined;
      const lasts = entry.fault.reason === "not-found" ? ABSENT_MS : UNAVAILABLE_MS;
      if (now - entry.at < lasts) return entry.fault;
      faults.delete(name);
      return undefined;
    },

    keep(name, text, now) {
      faults.delete(name);
      putNewest(documents, name, { text, at: now }, MAX_DOCUMENTS);
    },

    keepFault(name, fault, now) {
      const document = documents.get(name);
      if (fault.reason === "not-found" && document && now - document.at >= FRESH_MS) documents.delete(name);
      putNewest(faults, name, { fault, at: now }, MAX_FAULTS);
    },
  };
}

/** A Map keeps the order of insertion: its first entry is the oldest. */
function putNewest<T>(map: Map<string, T>, name: string, value: T, max: number): void {
  map.delete(name);
  const [oldest] = map.keys();
  if (map.size >= max && oldest !== undefined) map.delete(oldest);
  map.set(name, value);
}
