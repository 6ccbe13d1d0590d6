// Takes a body out of the form field that holds it. Pure and total.
import type { Json, JsonObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Payload } from "../../core/source.ts";
import { fromBase64 } from "../encoding.ts";
import type { ParsedBody } from "./body.ts";
import type { BodyFault } from "./body-fault.ts";
import { decodeUtf8, parseJson } from "./json-body.ts";
import { parseXmlText } from "./xml-body.ts";

export function openPayload(form: JsonObject, payload: Payload): Result<ParsedBody, BodyFault> {
  const { field } = payload;
  const { [field]: held, ...fields } = form;
  if (typeof held !== "string" || held === "") {
    if (payload.optional) return ok({ root: form, fields: null });
    const message = `The form must hold its event in one field named '${field}'.`;
    return err({ reason: "missing-payload", field, message });
  }
  const text = payload.encoding === undefined ? held : decodeBase64(held);
  if (text === null) {
    const message = `The form's field '${field}' is not the base64 of UTF-8 text.`;
    return err({ reason: "malformed-payload", field, message });
  }
  const value: Result<Json, BodyFault> = payload.as === "xml" ? parseXmlText(text) : parseJson(text);
  if (!value.ok) return value;
  return ok(
    payload.keepForm ? { root: { ...fields, [field]: value.value }, fields: null } : { root: value.value, fields },
  );
}

/** With the line breaks that some encoders put in. */
function decodeBase64(text: string): string | null {
  const bytes = fromBase64(text.replace(/[\r\n]+/g, ""));
  return bytes === null ? null : decodeUtf8(bytes);
}
