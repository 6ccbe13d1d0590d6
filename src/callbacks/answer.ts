// The beginning of what a receiver answered, for the person who asks why it did not take the message. It decides nothing.
import { readCapped } from "../core/capped-body.ts";

/** Enough of an answer to let the connection be used again; the rest is not read. */
const MAX_READ_BYTES = 64 * 1024;

const MAX_KEPT_CHARS = 500;

/** Controls, and what turns the direction of a line around or hides in it. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]+/gu;

/** Shorter ones would be found in any text. */
const MIN_SECRET_CHARS = 6;

/**
 * @param secret what must not be kept, should the receiver repeat it: whole header values, and their last words
 * @returns "" where there is no text to be kept; the status has been given, so a body that breaks off changes
 *   nothing
 */
export async function answerOf(response: Response, secret: readonly string[]): Promise<string> {
  const bytes = await readCapped(response.body, MAX_READ_BYTES).catch(() => undefined);
  if (!bytes) return "";
  const text = new TextDecoder().decode(bytes.subarray(0, 4 * MAX_KEPT_CHARS));
  const hidden = secret.flatMap((value) => [value, value.split(" ").at(-1) ?? ""]);
  const clean = hidden
    .filter((value) => value.length >= MIN_SECRET_CHARS)
    .reduce((shown, value) => shown.replaceAll(value, "[secret]"), text)
    .replace(UNPRINTABLE, " ")
    .trim();
  return clean.length > MAX_KEPT_CHARS ? `${clean.slice(0, MAX_KEPT_CHARS)}…` : clean;
}
