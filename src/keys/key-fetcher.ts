// Fetches public keys from the URLs of the configuration, for verification. Made once per isolate: it caches documents and
// their absence, asks for each once at a time, and uses what it has while a server does not answer. Bounded in time, size
// and rate; no redirects; never a URL out of a message. Requests may hold credentials, so none of them is logged.
import type { KeyFault, KeyFetcher, KeyRequest } from "../bridge/ports.ts";
import { readCapped } from "../core/capped-body.ts";
import { err, ok, type Result } from "../core/result.ts";
import { within } from "../core/time-limit.ts";
import { publicUrlFault, type UrlPolicy } from "../core/url-policy.ts";
import { createKeyCache } from "./key-cache.ts";
import { createRate } from "./rate.ts";

/** The sender waits for this; the impatient ones for five seconds in all. */
const FETCH_TIMEOUT_MS = 3_000;

/** How long one waits for a fetch that someone else has begun: until it must have ended, if it still goes on at all. */
const FLIGHT_TIMEOUT_MS = FETCH_TIMEOUT_MS + 500;

/** The largest sets of keys and chains of certificates stay below a tenth of this. */
const MAX_DOCUMENT_BYTES = 256 * 1024;

/** Whoever makes up key ids asks for a refresh with every request. */
const REFRESH_EVERY_MS = 30_000;

/** Where these are answered, there is no such key; everything else may be different next time. */
const ABSENT_STATUSES: readonly number[] = [404, 410];

export interface KeyFetcherDeps {
  readonly policy: UrlPolicy;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  now(): number;
}

type Outcome = Result<string, KeyFault>;

export function createKeyFetcher(deps: KeyFetcherDeps): KeyFetcher {
  const cache = createKeyCache();
  const rate = createRate();
  const flights = new Map<string, Promise<Outcome>>();

  /** Everyone who asks for the same waits for one fetch. */
  async function fetchOnce(name: string, request: KeyRequest, known: boolean): Promise<Outcome> {
    const flying = flights.get(name);
    if (!flying) return fly(name, request, known);
    try {
      return await within(FLIGHT_TIMEOUT_MS, flying);
    } catch {
      // The invocation that flew was cancelled together with its sender, and its fetch never ends.
      if (flights.get(name) === flying) flights.delete(name);
      return fetchOnce(name, request, known);
    }
  }

  function fly(name: string, request: KeyRequest, known: boolean): Promise<Outcome> {
    if (!known && !rate.take(new URL(request.url).host, deps.now())) {
      return Promise.resolve(unavailable("Too many different keys were asked for within a minute."));
    }
    const flight = fetchDocument(deps, request).then((outcome) => {
      if (outcome.ok) cache.keep(name, outcome.value, deps.now());
      else cache.keepFault(name, outcome.error, deps.now());
      if (flights.get(name) === flight) flights.delete(name);
      return outcome;
    });
    flights.set(name, flight);
    return flight;
  }

  return async (request) => {
    const fault = publicUrlFault(request.url, deps.policy);
    if (fault !== undefined) return unavailable(`The URL of the key ${fault}.`);
    const name = nameOf(request);
    const now = deps.now();

    const known = cache.document(name, now);
    const mayRefresh = request.refresh && known !== undefined && now - known.document.at >= REFRESH_EVERY_MS;
    if (known?.fresh && !mayRefresh) return ok(known.document.text);

    const failed = cache.fault(name, now);
    const outcome = failed ? err(failed) : await fetchOnce(name, request, known !== undefined);
    if (outcome.ok || !known) return outcome;
    // What is fresh is believed whatever a refresh says; what is not, until the server says that it is gone.
    return known.fresh || outcome.error.reason !== "not-found" ? ok(known.document.text) : outcome;
  };
}

/** The same URL with other credentials may have another answer. */
function nameOf({ url, method, headers, body }: KeyRequest): string {
  return JSON.stringify([method, url, Object.entries(headers).toSorted(), body]);
}

async function fetchDocument(deps: KeyFetcherDeps, { url, method, headers, body }: KeyRequest): Promise<Outcome> {
  try {
    const response = await deps.fetch(url, {
      method,
      headers: {
        accept: "application/json, application/jwk-set+json, application/x-pem-file, text/plain",
        "user-agent": "hookspan",
        ...(body === null ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      redirect: "manual",
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
      ...(body === null ? {} : { body }),
    });
    const bytes = await readCapped(response.body, MAX_DOCUMENT_BYTES);
    if (ABSENT_STATUSES.includes(response.status)) return err({ reason: "not-found" });
    if (!response.ok) return unavailable(`The server of the key answered HTTP ${response.status}.`);
    if (!bytes) return unavailable(`The document is larger than ${MAX_DOCUMENT_BYTES} bytes.`);
    const text = textOf(bytes);
    return text === undefined ? unavailable("The document is not UTF-8 text.") : ok(text);
  } catch (thrown) {
    const late = thrown instanceof Error && thrown.name === "TimeoutError";
    return unavailable(late ? `No key came within ${FETCH_TIMEOUT_MS} ms.` : "The connection failed or broke.");
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}

function unavailable(detail: string): Outcome {
  return err({ reason: "unavailable", detail });
}
