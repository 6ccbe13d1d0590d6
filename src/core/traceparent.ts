// The trace that a webhook belongs to (W3C Trace Context, https://www.w3.org/TR/trace-context/): taken from the sender as it is, and
// carried on to the engine and to the callbacks. Pure. It is an id and nothing else: no decision rests on it.

const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** @returns undefined where there is none, or where it is not one of version 00 */
export function traceparentOf(headers: Headers): string | undefined {
  const value = headers.get("traceparent")?.trim();
  return value !== undefined && TRACEPARENT.test(value) ? value : undefined;
}
