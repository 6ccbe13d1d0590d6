// Reads a body as the kind that its content type names, if the source accepts that kind. No I/O; total.
import type { InboundRequest } from "../core/event.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { err, type Result } from "../core/result.ts";
import type { BodyKind } from "../core/source.ts";
import { type BodyFault, CONTENT_TYPES } from "./body-fault.ts";
import { parseMultipart, parseUrlencoded } from "./form-body.ts";
import { decodeUtf8, parseJson } from "./json-body.ts";
import type { Source } from "./source.ts";

const JSON_SUFFIX = /^[^/\s]+\/[^/\s]+\+json$/;

export async function readBody(request: InboundRequest, source: Source): Promise<Result<Json, BodyFault>> {
  const { body } = request;
  if (body.byteLength === 0) return err({ reason: "empty-body", message: "The request has no body." });
  const contentType = request.headers.get("content-type") ?? "";
  const kind = kindOf(contentType);
  if (kind === null || !source.accept.includes(kind)) return err(unsupported(source));
  switch (kind) {
    case "json":
      return readJson(body);
    case "form":
      return unwrap(parseUrlencoded(body), source);
    case "multipart":
      return unwrap(await parseMultipart(body, contentType), source);
  }
}

/** A body without a content type is of no kind: to guess one would be to read it as something it was not meant as. */
function kindOf(contentType: string): BodyKind | null {
  const essence = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (essence === CONTENT_TYPES.json || JSON_SUFFIX.test(essence)) return "json";
  if (essence === CONTENT_TYPES.form) return "form";
  return essence === CONTENT_TYPES.multipart ? "multipart" : null;
}

function unsupported(source: Source): BodyFault {
  const accepted = source.accept.map((kind) => CONTENT_TYPES[kind]);
  const message = `This source does not read the request's content type. Send ${accepted.join(" or ")}.`;
  return { reason: "unsupported-content-type", accepted, message };
}

function readJson(body: Uint8Array): Result<Json, BodyFault> {
  const text = decodeUtf8(body);
  if (text === null) return err({ reason: "not-utf8", message: "The body is not UTF-8, which JSON must be." });
  if (text.trim() === "") return err({ reason: "empty-body", message: "The body holds nothing but white space." });
  return parseJson(text);
}

/** The event is the form itself, or JSON inside one of its fields. */
function unwrap(form: Result<JsonObject, BodyFault>, source: Source): Result<Json, BodyFault> {
  const field = source.jsonField;
  if (!form.ok || field === null) return form;
  const text = Object.hasOwn(form.value, field) ? form.value[field] : undefined;
  if (typeof text !== "string" || text === "") {
    const message = `The form must hold its event as JSON in one field named '${field}'.`;
    return err({ reason: "missing-json-field", field, message });
  }
  return parseJson(text);
}
