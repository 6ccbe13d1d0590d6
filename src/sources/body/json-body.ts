// Reads JSON that comes from outside. Pure and total: every text gives a value or a fault.
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { BodyFault } from "./body-fault.ts";
import { findJsonFault } from "./json-fault.ts";
import { quoted, scanJson } from "./json-scan.ts";
import { positionOf } from "./position.ts";

/** Real webhooks nest fewer than 20 deep. The limit keeps every recursive reader after us off the end of its stack. */
export const MAX_JSON_DEPTH = 64;

/** Gives the text of a body, without a byte order mark; null when it is not UTF-8. */
export function decodeUtf8(body: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
  } catch {
    // A fatal decoder has no other way to say no.
    return null;
  }
}

/**
 * Numbers that JSON.parse would change are kept as text, with the digits as they were sent: integers beyond 2^53, which
 * are ids, and numbers too large for it to hold at all. So an id like 890612572568261600 is one, everywhere.
 *
 * Properties named `__proto__` are left out. JSON.parse makes them ordinary properties, but a later copy by assignment
 * would set a prototype. To refuse the body instead would let anyone who may name a metadata field block its event.
 */
export function parseJson(text: string): Result<Json, BodyFault> {
  // Before JSON.parse, which is not told a limit.
  const { isTooDeep, inexact } = scanJson(text, MAX_JSON_DEPTH);
  if (isTooDeep) {
    const message = `The JSON is nested more than ${MAX_JSON_DEPTH} levels deep.`;
    return err({ reason: "too-deep", limit: MAX_JSON_DEPTH, message });
  }
  try {
    let value: Json = JSON.parse(text);
    // To parse twice is several times cheaper than a reviver, which is called for every value.
    if (inexact.length > 0) value = JSON.parse(quoted(text, inexact));
    if (mayNameProto(text)) dropProto(value);
    return ok(value);
  } catch {
    return err(malformed(text));
  }
}

function malformed(text: string): BodyFault {
  const { offset, expected } = findJsonFault(text) ?? { offset: 0, expected: "JSON" };
  const { line, column } = positionOf(text, offset);
  const message = `The JSON is broken at line ${line}, column ${column}: expected ${expected}.`;
  return { reason: "malformed-json", line, column, message };
}

/** A cheap look, so that ordinary bodies are not walked. An underscore can also be written as \u005f. */
function mayNameProto(text: string): boolean {
  return text.includes("__proto__") || /\\u005f/i.test(text);
}

function dropProto(root: unknown): void {
  const rest: unknown[] = [root];
  for (let value = rest.pop(); value !== undefined; value = rest.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if (Object.hasOwn(value, "__proto__")) Reflect.deleteProperty(value, "__proto__");
    for (const child of Object.values(value)) rest.push(child);
  }
}
