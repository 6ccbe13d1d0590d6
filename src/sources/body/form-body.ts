// Reads forms, urlencoded and multipart, into JSON. No I/O; total: every body gives an object or a fault.
import type { Json, JsonObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { MAX_FORM_FIELDS, readMultipartForm } from "../multipart.ts";
import type { BodyFault } from "./body-fault.ts";
import { decodeUtf8 } from "./json-body.ts";

/**
 * Names are taken as they are: "a[]" and "a.b" are names, not structure. A repeated name becomes an array in the order
 * of its values. Percent sequences that are not UTF-8 become U+FFFD, as in every browser.
 */
export function parseUrlencoded(body: Uint8Array): Result<JsonObject, BodyFault> {
  const text = decodeUtf8(body);
  if (text === null) return err({ reason: "not-utf8", message: "The form is not UTF-8." });
  // Counted before parsing, which is the dearer part.
  let separators = 0;
  for (let at = text.indexOf("&"); at !== -1; at = text.indexOf("&", at + 1)) {
    separators += 1;
    if (separators >= MAX_FORM_FIELDS) return err(tooManyFields());
  }
  // URLSearchParams drops a "?" at the very start, which here would be part of the first field's name.
  return ok(collect(new URLSearchParams(`&${text}`)));
}

/** Files are named (`filename`, `type`, `size` in bytes) and not kept: a workflow's parameters are no place for them. */
export async function parseMultipart(
  body: Uint8Array<ArrayBuffer>,
  contentType: string,
): Promise<Result<JsonObject, BodyFault>> {
  const form = await readMultipartForm(body, contentType);
  if (form === "too-many-parts") return err(tooManyFields());
  if (form === "broken") {
    return err({
      reason: "malformed-multipart",
      message: "The multipart body is broken, or its content type names no boundary or another one.",
    });
  }
  const fields = Array.from(form, ([name, value]): [string, Json] => [
    name,
    typeof value === "string" ? value : describeFile(value),
  ]);
  return fields.length > MAX_FORM_FIELDS ? err(tooManyFields()) : ok(collect(fields));
}

function describeFile(file: { name: string; type: string; size: number }): JsonObject {
  return { filename: file.name, type: file.type, size: file.size };
}

/** Through a Map, so that no name can reach a prototype; `__proto__` itself is left out, as it is in JSON. */
function collect(fields: Iterable<readonly [string, Json]>): JsonObject {
  const values = new Map<string, [Json, ...Json[]]>();
  for (const [name, value] of fields) {
    const earlier = values.get(name);
    if (earlier === undefined) values.set(name, [value]);
    else earlier.push(value);
  }
  values.delete("__proto__");
  return Object.fromEntries(Array.from(values, ([name, all]) => [name, all.length === 1 ? all[0] : all]));
}

function tooManyFields(): BodyFault {
  const message = `The form has more than ${MAX_FORM_FIELDS} fields.`;
  return { reason: "too-many-fields", limit: MAX_FORM_FIELDS, message };
}
