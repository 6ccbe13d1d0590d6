// What a request that may be a handshake says: its header, query and body, read before anybody has proven it. So the
// body is small or not read, and only text that is fit to be given back is given at all. No I/O; total.
import type { InboundRequest } from "../../core/event.ts";
import { isJsonObject, type Json } from "../../core/json.ts";
import { valueAt } from "../../core/path.ts";
import { CONTENT_TYPES } from "../body/body-fault.ts";
import { parseUrlencoded } from "../body/form-body.ts";
import { decodeUtf8, parseJson } from "../body/json-body.ts";
import type { Place } from "../families/place.ts";

/** Challenges are below 1 KiB. An event that looks like a handshake is rarely so small, and parsing this costs little. */
export const MAX_HANDSHAKE_BODY_BYTES = 8_192;
/** The longest challenges known, Microsoft's validation tokens, have a few hundred characters. */
export const MAX_REFLECTED_CHARS = 1_000;

const FIRST_PRINTABLE = 0x20;
const DELETE = 0x7f;
const LAST_CONTROL = 0x9f;

export interface Asked {
  readonly method: string;
  readonly headers: Headers;
  readonly query: URLSearchParams;
  /** The body as text; null where it is none, is too long, or is of no kind that is read here. */
  readonly body: string | null;
  readonly json: Json | undefined;
  readonly form: Json | undefined;
}

export function readAsked({ method, headers, url, body }: InboundRequest): Asked {
  const { searchParams } = new URL(url);
  const nothing: Asked = { method, headers, query: searchParams, body: null, json: undefined, form: undefined };
  if (body.byteLength === 0 || body.byteLength > MAX_HANDSHAKE_BODY_BYTES) return nothing;
  const essence = (headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (essence === CONTENT_TYPES.form) {
    const form = parseUrlencoded(body);
    return form.ok ? { ...nothing, form: form.value } : nothing;
  }
  const text = essence === CONTENT_TYPES.json ? decodeUtf8(body) : null;
  const json = text === null ? null : parseJson(text);
  return json?.ok ? { ...nothing, body: text, json: json.value } : nothing;
}

/** The text at a place, or null where there is none that may be given back. */
export function textAt(place: Place, asked: Asked): string | null {
  const value = valueIn(place, asked);
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : null;
  return typeof value === "string" && isFit(value) ? value : null;
}

/** Whether there is nothing at all, which is not the same as nothing fit. */
export function isAbsent(place: Place, asked: Asked): boolean {
  return valueIn(place, asked) === undefined;
}

function valueIn(place: Place, asked: Asked): Json | undefined {
  switch (place.kind) {
    case "header":
      return asked.headers.get(place.name) ?? undefined;
    case "query":
      return asked.query.get(place.name) ?? undefined;
    case "form":
      return isJsonObject(asked.form) && Object.hasOwn(asked.form, place.name) ? asked.form[place.name] : undefined;
    case "path":
      return asked.json === undefined ? undefined : valueAt(asked.json, place.steps);
  }
}

/** Not empty, not overlong, no control characters (line feeds among them), no lone surrogates. */
function isFit(text: string): boolean {
  if (text.length === 0 || text.length > MAX_REFLECTED_CHARS || !text.isWellFormed()) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < FIRST_PRINTABLE || (code >= DELETE && code <= LAST_CONTROL)) return false;
  }
  return true;
}
