// The family `browser-form`: which page a browser says the form came from, and that a field which people do not see is
// empty. No I/O; total. It keeps other sites out of a visitor's browser, and simple robots; a program can say what it
// likes, so nothing that matters may rest on it alone.
import { err, ok, type Result } from "../../core/result.ts";
import type { Proof, VerificationFailure } from "./failure.ts";
import type { RequestReader } from "./place.ts";
import type { BrowserFormScheme } from "./scheme.ts";

/** An origin in the log is for a person to read; a real one is at most about this long. */
const MAX_LOGGED_CHARS = 260;

/** Proven when the form's page is one of the allowed origins, compared as a whole: no suffixes, no wildcards. */
export async function checkBrowserForm(
  reader: RequestReader,
  { allowOrigins, honeypot }: BrowserFormScheme,
): Promise<Result<Proof, VerificationFailure>> {
  const origin = originOf(reader.request.headers);
  if (origin === null || !allowOrigins.includes(origin)) {
    return err({ reason: "origin-not-allowed", origin: origin === null ? null : origin.slice(0, MAX_LOGGED_CHARS) });
  }
  const filled = honeypot === null ? [] : ((await reader.form())?.get(honeypot) ?? []);
  if (honeypot !== null && filled.some((value) => value !== ""))
    return err({ reason: "honeypot-filled", field: honeypot });
  return ok({ secretIndex: null });
}

/** The Referer is only asked when there is no Origin: `Origin: null` is a browser's word that it will not say. */
function originOf(headers: Headers): string | null {
  const origin = headers.get("origin");
  if (origin !== null) return origin;
  const referer = headers.get("referer");
  return referer !== null && URL.canParse(referer) ? new URL(referer).origin : null;
}
