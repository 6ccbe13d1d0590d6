// Reads XML and SOAP. Pure and total: every text gives JSON or a fault. No DOCTYPE, so there are no entities but the
// five that XML itself has; nothing is fetched.
import { parseXml, XmlError } from "@rgrove/parse-xml";
import type { JsonObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { BodyFault } from "./body-fault.ts";
import { positionOf } from "./position.ts";
import { documentToJson } from "./xml-json.ts";
import { checkXmlLimits } from "./xml-limits.ts";

/** Parsed, an XML text takes some fifty times its size for a moment; a Worker has 128 MB for all its requests. */
export const MAX_XML_CHARS = 1_048_576;

const NOT_XML_CHARACTER = /[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

export function parseXmlText(text: string): Result<JsonObject, BodyFault> {
  if (text.length > MAX_XML_CHARS) {
    const message = `The XML is longer than ${MAX_XML_CHARS} characters.`;
    return err({ reason: "xml-too-long", limit: MAX_XML_CHARS, message });
  }
  // As XML 1.0 says in 2.11. The parser does it too, in time that grows with the square of the number of them.
  const lines = text.replace(/\r\n?/g, "\n");
  const fault = checkXmlLimits(lines);
  if (fault !== null) return err(fault);
  const invalid = lines.search(NOT_XML_CHARACTER);
  if (invalid !== -1) return err(malformed(positionOf(lines, invalid)));
  try {
    return ok(documentToJson(parseXml(lines)));
  } catch (error) {
    // The parser has no other way to say no. Its message quotes the body, so only the place is taken from it.
    return err(malformed(error instanceof XmlError ? error : null));
  }
}

function malformed(place: { readonly line: number; readonly column: number } | null): BodyFault {
  const at = place === null ? "" : ` at line ${place.line}, column ${place.column}`;
  const message = `The XML is broken${at}: it must be one well-formed XML 1.0 document without undefined entities.`;
  return { reason: "malformed-xml", line: place?.line ?? null, column: place?.column ?? null, message };
}
