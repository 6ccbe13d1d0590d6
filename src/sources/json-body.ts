// Reads JSON that comes from outside. Pure and total: every text gives a value or a fault.
import type { Json } from "../core/json.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { BodyFault } from "./body-fault.ts";
import { findJsonFault } from "./json-fault.ts";

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
 * Properties named `__proto__` are left out. JSON.parse makes them ordinary properties, but a later copy by assignment
 * would set a prototype. To refuse the body instead would let anyone who may name a metadata field block its event.
 */
export function parseJson(text: string): Result<Json, BodyFault> {
  // Before JSON.parse, which is not told a limit.
  if (isDeeperThan(text, MAX_JSON_DEPTH)) {
    const message = `The JSON is nested more than ${MAX_JSON_DEPTH} levels deep.`;
    return err({ reason: "too-deep", limit: MAX_JSON_DEPTH, message });
  }
  try {
    const value: Json = JSON.parse(text);
    if (mayNameProto(text)) dropProto(value);
    return ok(value);
  } catch {
    return err(malformed(text));
  }
}

function malformed(text: string): BodyFault {
  const { offset, expected } = findJsonFault(text) ?? { offset: 0, expected: "JSON" };
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - before.lastIndexOf("\n");
  const message = `The JSON is broken at line ${line}, column ${column}: expected ${expected}.`;
  return { reason: "malformed-json", line, column, message };
}

/** Counts brackets outside strings. It need not understand anything else: JSON.parse does, afterwards. */
function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === "\\") i += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') {
      inString = true;
    } else if (char === "{" || char === "[") {
      depth += 1;
      if (depth > limit) return true;
    } else if (char === "}" || char === "]") {
      depth -= 1;
    }
  }
  return false;
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
