// Reads a body as the kind that its content type names, if the source accepts that kind. No I/O; total.
import type { InboundRequest } from "../../core/event.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { BodyKind } from "../../core/source.ts";
import type { Source } from "../source.ts";
import { type BodyFault, CONTENT_TYPES } from "./body-fault.ts";
import { kindOf } from "./content-type.ts";
import { parseMultipart, parseUrlencoded } from "./form-body.ts";
import { decodeUtf8, parseJson } from "./json-body.ts";
import { parseJsonLines } from "./ndjson-body.ts";
import { openPayload } from "./payload.ts";
import { parseXmlText } from "./xml-body.ts";

export interface ParsedBody {
  readonly root: Json;
  /** The other fields of the form, when `root` stood in one of its fields; else null. */
  readonly fields: JsonObject | null;
}

/** What of a source decides how its bodies are read. */
export type BodyPlan = Pick<Source, "accept" | "assume" | "payload">;

export async function readBody(request: InboundRequest, plan: BodyPlan): Promise<Result<ParsedBody, BodyFault>> {
  const { body } = request;
  if (body.byteLength === 0) return err({ reason: "empty-body", message: "The request has no body." });
  const contentType = request.headers.get("content-type") ?? "";
  const named = kindOf(contentType);
  // To guess a kind would be to read a body as something it was not meant as; what is assumed, the operator has said.
  const kind = named !== null && plan.accept.includes(named) ? named : plan.assume;
  if (kind === null) return err(unsupported(plan));
  if (kind === "multipart") return unwrap(await parseMultipart(body, contentType), plan);
  if (kind === "form") return unwrap(parseUrlencoded(body), plan);
  return readText(body, kind);
}

function unsupported({ accept }: BodyPlan): BodyFault {
  const accepted = accept.map((kind) => CONTENT_TYPES[kind]);
  const message = `This source does not read the request's content type. Send ${accepted.join(" or ")}.`;
  return { reason: "unsupported-content-type", accepted, message };
}

const PARSERS = { json: parseJson, ndjson: parseJsonLines, xml: parseXmlText } satisfies Partial<
  Record<BodyKind, (text: string) => Result<Json, BodyFault>>
>;

function readText(body: Uint8Array, kind: keyof typeof PARSERS): Result<ParsedBody, BodyFault> {
  const text = decodeUtf8(body);
  if (text === null) return err({ reason: "not-utf8", message: "The body is not UTF-8." });
  if (text.trim() === "") return err({ reason: "empty-body", message: "The body holds nothing but white space." });
  const root = PARSERS[kind](text);
  return root.ok ? ok({ root: root.value, fields: null }) : root;
}

function unwrap(form: Result<JsonObject, BodyFault>, { payload }: BodyPlan): Result<ParsedBody, BodyFault> {
  if (!form.ok) return form;
  return payload === null ? ok({ root: form.value, fields: null }) : openPayload(form.value, payload);
}
