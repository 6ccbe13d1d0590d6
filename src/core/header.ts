// Headers that a configuration may set on what the bridge sends. Pure. What would change the meaning of the request, or is the
// bridge's own, cannot be set; nor can a value break out of its line.
import * as z from "zod";

/** A token of RFC 9110, section 5.6.2, in lower case: header names know no case. */
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/** Printable ASCII, with no blank at either end. */
const VALUE = /^[\x21-\x7e]([\x20-\x7e]{0,998}[\x21-\x7e])?$/;

/** Of the connection (RFC 9110, 7.6.1), of the body, of Standard Webhooks, of the platform. */
const RESERVED =
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-length|content-encoding|content-type|expect|date|via|webhook-.*|cf-.*|user-agent|traceparent|tracestate)$/;

export const HeaderName = z
  .string()
  .regex(NAME, "expected the name of a header, in lower case")
  .refine((name) => !RESERVED.test(name), { error: "is set by the bridge or the connection" });

export const HeaderValue = z
  .string()
  .regex(/^[\x20-\x7e]{1,1000}$/, "expected printable ASCII, at most 1000 characters");

/** For values that are not known before they are sent, such as secrets. */
export function isHeaderValue(value: string): boolean {
  return VALUE.test(value);
}
