// Why a proven request could not be made events. Types only. `message` is for the sender's developer to read; it
// says what was wrong, where, and what to do, and never quotes the body: that may be personal data.
import type { BodyKind } from "../../core/source.ts";

export type BodyFault = { readonly message: string } & (
  | { readonly reason: "unsupported-content-type"; readonly accepted: readonly string[] }
  | { readonly reason: "empty-body" }
  | { readonly reason: "not-utf8" }
  /** Both are counted from 1, within the JSON: in a form, within the field that holds it. */
  | { readonly reason: "malformed-json"; readonly line: number; readonly column: number }
  /** As above; null where the place is not known. */
  | { readonly reason: "malformed-xml"; readonly line: number | null; readonly column: number | null }
  | { readonly reason: "doctype" }
  | { readonly reason: "too-deep"; readonly limit: number }
  | { readonly reason: "xml-too-long"; readonly limit: number }
  | { readonly reason: "too-many-elements"; readonly limit: number }
  | { readonly reason: "malformed-multipart" }
  | { readonly reason: "too-many-fields"; readonly limit: number }
  | { readonly reason: "missing-payload"; readonly field: string }
  | { readonly reason: "malformed-payload"; readonly field: string }
  | { readonly reason: "too-many-items"; readonly limit: number }
  /** A place does not hold what the source asserts: the request is not from this sender. */
  | { readonly reason: "assertion-failed"; readonly at: string }
  | { readonly reason: "missing-event-field"; readonly field: "id" | "type" | "data" | "dedupeKey" }
);

/** The content types of each kind of body, as faults name them. */
export const CONTENT_TYPES: Readonly<Record<BodyKind, string>> = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  form: "application/x-www-form-urlencoded",
  multipart: "multipart/form-data",
  xml: "application/xml",
};
