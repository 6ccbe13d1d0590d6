// Where one value stands in a request whose sender is not proven yet, and how it is read. No I/O, no clock. Total.
// Body and form are parsed only if something asks for them, and then once.
import type { InboundRequest } from "../../core/event.ts";
import type { Json } from "../../core/json.ts";
import { compilePath, type PathStep, valueAt } from "../../core/path.ts";
import { decodeUtf8, parseJson } from "../body/json-body.ts";
import { type FormFields, readFormFields } from "./form-fields.ts";

export type Place =
  | { readonly kind: "header"; readonly name: string }
  | { readonly kind: "query"; readonly name: string }
  | { readonly kind: "form"; readonly name: string }
  | { readonly kind: "path"; readonly steps: readonly PathStep[] };

/** Compiles a place that has passed the schema. A header's name has no case; a field's name is taken as it is. */
export function compilePlace(text: string): Place {
  const colon = text.indexOf(":");
  const name = text.slice(colon + 1);
  if (text.startsWith("header:")) return { kind: "header", name: name.toLowerCase() };
  if (text.startsWith("query:")) return { kind: "query", name };
  if (text.startsWith("form:")) return { kind: "form", name };
  return { kind: "path", steps: compilePath(text) };
}

/** As it is written in the configuration; for messages and the log. */
export function describePlace(place: Place): string {
  if (place.kind !== "path") return `${place.kind}:${place.name}`;
  return `$${place.steps.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("")}`;
}

export interface RequestReader {
  readonly request: InboundRequest;
  /** The text at a place; null when there is none. Numbers give their digits, if JSON has kept them all. */
  text(place: Place): Promise<string | null>;
  /** The fields of the body's form; null when it is none. */
  form(): Promise<FormFields | null>;
  /** The body as JSON; undefined when it is none. */
  json(): Json | undefined;
}

export function readerOf(request: InboundRequest): RequestReader {
  let form: Promise<FormFields | null> | null = null;
  let json: { readonly value: Json | undefined } | null = null;
  const readForm = () => {
    form ??= readFormFields(request);
    return form;
  };
  const readJson = () => {
    json ??= { value: jsonOf(request.body) };
    return json.value;
  };
  return {
    request,
    form: readForm,
    json: readJson,
    async text(place) {
      switch (place.kind) {
        case "header":
          return request.headers.get(place.name);
        case "query":
          return URL.canParse(request.url) ? new URL(request.url).searchParams.get(place.name) : null;
        case "form":
          return (await readForm())?.get(place.name)?.[0] ?? null;
        case "path":
          return scalarText(valueAt(readJson() ?? null, place.steps));
      }
    },
  };
}

function jsonOf(body: Uint8Array): Json | undefined {
  const text = decodeUtf8(body);
  const parsed = text === null ? null : parseJson(text);
  return parsed?.ok ? parsed.value : undefined;
}

function scalarText(value: Json | undefined): string | null {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : null;
  return typeof value === "string" ? value : null;
}
