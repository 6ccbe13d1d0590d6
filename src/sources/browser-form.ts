// The family `browser-form`: which page a browser says the form came from. Pure. It keeps other sites out of a
// visitor's browser; a program can say what it likes, so nothing that matters may rest on it alone.
import type { InboundRequest } from "../core/event.ts";
import type { VerificationFailure } from "./failure.ts";
import type { BrowserFormScheme } from "./source.ts";

/** An origin in the log is for a person to read; a real one is at most about this long. */
const MAX_LOGGED_CHARS = 260;

/** Gives null when the form's page is one of the allowed origins, compared as a whole: no suffixes, no wildcards. */
export function checkBrowserForm(request: InboundRequest, scheme: BrowserFormScheme): VerificationFailure | null {
  const origin = originOf(request.headers);
  if (origin !== null && scheme.allowOrigins.includes(origin)) return null;
  return { reason: "origin-not-allowed", origin: origin === null ? null : origin.slice(0, MAX_LOGGED_CHARS) };
}

/** The Referer is only asked when there is no Origin: `Origin: null` is a browser's word that it will not say. */
function originOf(headers: Headers): string | null {
  const origin = headers.get("origin");
  if (origin !== null) return origin;
  const referer = headers.get("referer");
  return referer !== null && URL.canParse(referer) ? new URL(referer).origin : null;
}
