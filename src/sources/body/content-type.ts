// From a content type to the kind of body. Pure. Only what a type says is read: text/plain is of no kind.
import type { BodyKind } from "../../core/source.ts";
import { CONTENT_TYPES } from "./body-fault.ts";

/** JSON Lines never got a registered type; these are the names in use. */
const LINES: ReadonlySet<string> = new Set([
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonl",
  "application/jsonlines",
  "application/x-jsonlines",
  "application/json-lines",
]);
const XML: ReadonlySet<string> = new Set(["application/xml", "text/xml", "application/soap+xml"]);
const JSON_SUFFIX = /^[^/\s]+\/[^/\s]+\+json$/;
const XML_SUFFIX = /^[^/\s]+\/[^/\s]+\+xml$/;

export function kindOf(contentType: string): BodyKind | null {
  const essence = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (essence === CONTENT_TYPES.json || JSON_SUFFIX.test(essence)) return "json";
  if (essence === CONTENT_TYPES.form) return "form";
  if (essence === CONTENT_TYPES.multipart) return "multipart";
  if (LINES.has(essence)) return "ndjson";
  return XML.has(essence) || XML_SUFFIX.test(essence) ? "xml" : null;
}
