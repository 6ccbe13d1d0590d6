// The small pieces that the configuration of a source is made of. Pure data; no transforms, since the JSON Schema for
// editors is made from these.
import * as z from "zod";

export const MAX_SELECTOR_CHARS = 200;
/** A longer window than a day makes a captured request good for too long; senders that re-sign nothing need no more. */
const MAX_TOLERANCE_SECONDS = 86_400;
/** Two names of the same thing, old and new; more would be a guess. */
export const MAX_PLACES = 4;

export const HeaderName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9_-]+$/, "must be a header name: letters, digits, '-' and '_'")
  .describe("The name of a request header. Upper and lower case are the same.");

export const HeaderSelector = z
  .string()
  .max(MAX_SELECTOR_CHARS)
  .regex(/^header:[A-Za-z0-9_-]+$/, "must be 'header:' and a header name")
  .describe("'header:' and the name of the request header, such as header:x-signature.");

const PLACE_ERROR = "must be header:x-name, query:name, form:field or a path into the JSON body such as $.token";

/** Where a single value stands in a request, before its sender is proven. */
export const Place = z
  .string()
  .max(MAX_SELECTOR_CHARS)
  .regex(/^(?:header:[A-Za-z0-9_-]+|query:.+|form:.+|\$(?:\.[^.[\]]+|\[\d{1,4}\])+)$/, PLACE_ERROR)
  .describe("header:x-name, query:name (of the URL), form:field, or $.a.b (a path into the JSON body).");

export const Places = z
  .union([Place, z.array(Place).min(1).max(MAX_PLACES)], { error: `${PLACE_ERROR}; or a list of up to four of these` })
  .describe("One place, or the names that it goes by, old and new.");

export const Tolerance = z
  .int()
  .min(1)
  .max(MAX_TOLERANCE_SECONDS)
  .describe("How many seconds the sender's timestamp may differ from our clock, into the past or the future.");

export const TimeUnit = z
  .enum(["s", "ms", "iso"])
  .describe("How the time is written: s or ms since 1970, or iso for text such as 2026-11-23T09:00:00Z.");

export const HashName = z.enum(["sha1", "sha256", "sha512"]).describe("The hash function.");

export const BytesEncoding = z
  .enum(["hex", "base64", "base64url"])
  .describe("How bytes are written as text. It is never guessed.");

/** Compared byte for byte with what the sender signed, so it is text that happens to be a URL: nothing normalises it. */
export const PublicUrl = z
  .string()
  .max(2_000)
  .regex(/^https?:\/\/[!-"$-~]+$/, "must be the URL as it was registered, from https:// on, without a # part")
  .describe(
    "The URL of this source exactly as it is registered with the sender, byte for byte. Needed where the sender signs it.",
  );
