// Why a proven request could not be made an event. Types only. `message` is for the sender's developer to read; it
// says what was wrong, where, and what to do, and never quotes the body: that may be personal data.
import type { BodyKind } from "../core/source.ts";

export type BodyFault = { readonly message: string } & (
  | { readonly reason: "unsupported-content-type"; readonly accepted: readonly string[] }
  | { readonly reason: "empty-body" }
  | { readonly reason: "not-utf8" }
  /** Both are counted from 1, within the JSON: in a form, within the field that holds it. */
  | { readonly reason: "malformed-json"; readonly line: number; readonly column: number }
  | { readonly reason: "too-deep"; readonly limit: number }
  | { readonly reason: "malformed-multipart" }
  | { readonly reason: "too-many-fields"; readonly limit: number }
  | { readonly reason: "missing-json-field"; readonly field: string }
  | { readonly reason: "missing-event-field"; readonly field: "id" | "type" | "data" | "dedupeKey" }
);

/** The content types of each kind of body, as faults name them. */
export const CONTENT_TYPES: Readonly<Record<BodyKind, string>> = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  multipart: "multipart/form-data",
};
