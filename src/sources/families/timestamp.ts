// Times as senders write them, to ms since the epoch. Pure, no clock. Strict: a suffix, a sign, white space or a
// missing zone gives null, because a lenient reader would accept bytes that a signature never meant as a time.

export type TimeUnit = "s" | "ms" | "iso";

/** Eleven digits of seconds reach the year 5138; more would not be a time. */
const SECONDS = /^\d{1,11}$/;
const MILLISECONDS = /^\d{1,14}$/;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
/** The last ms of the year 9999: the last that ISO 8601 writes with four digits. */
const LAST_MS = 253_402_300_799_999;

/** Reads a timestamp's text. Null when it is not exactly of the unit's form. */
export function parseTimestamp(text: string, unit: TimeUnit): number | null {
  switch (unit) {
    case "s":
      return SECONDS.test(text) ? Number(text) * 1_000 : null;
    case "ms":
      return MILLISECONDS.test(text) ? Number(text) : null;
    case "iso":
      return ISO.test(text) ? inRange(Date.parse(text)) : null;
  }
}

/** Reads a time out of a body, where it may also be a JSON number, with a fraction. */
export function readTime(value: unknown, unit: TimeUnit): number | null {
  if (typeof value === "string") return parseTimestamp(value, unit);
  if (typeof value !== "number" || unit === "iso") return null;
  return inRange(Math.round(unit === "s" ? value * 1_000 : value));
}

function inRange(ms: number): number | null {
  return ms >= 0 && ms <= LAST_MS ? ms : null;
}
