// Reads a JSON document that somebody sends to the operations API, by the same reader as every webhook: bounded in depth, and
// with large numbers as they were written. Pure.
import type { Json } from "../core/json.ts";
import { err, ok, type Result } from "../core/result.ts";
import { decodeUtf8, parseJson } from "../sources/body/json-body.ts";

/** @returns the document, or what is wrong with it as JSON, with its place */
export function readDocument(body: Uint8Array): Result<Json, string> {
  const text = decodeUtf8(body);
  if (text === null) return err("The body is not UTF-8.");
  const parsed = parseJson(text);
  return parsed.ok ? ok(parsed.value) : err(parsed.error.message);
}
