// The fields of a form as verification needs them: every value of every name, in order, files left out. No I/O; total.
// Apart from `body/`, which makes an event's data of a form once its sender is proven.
import type { InboundRequest } from "../../core/event.ts";
import { decodeUtf8 } from "../body/json-body.ts";
import { MAX_FORM_FIELDS, readMultipartForm } from "../multipart.ts";

export type FormFields = ReadonlyMap<string, readonly string[]>;

const URLENCODED = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data";

/** Gives null when the body is no form, or one of more fields than are ever read. */
export async function readFormFields({ headers, body }: InboundRequest): Promise<FormFields | null> {
  const contentType = headers.get("content-type") ?? "";
  switch ((contentType.split(";", 1)[0] ?? "").trim().toLowerCase()) {
    case URLENCODED:
      return readUrlencoded(body);
    case MULTIPART:
      return readMultipart(body, contentType);
    default:
      return null;
  }
}

function readUrlencoded(body: Uint8Array): FormFields | null {
  const text = decodeUtf8(body);
  if (text === null || separators(text) >= MAX_FORM_FIELDS) return null;
  // URLSearchParams drops a "?" at the very start, which here would be part of the first field's name.
  return collect(new URLSearchParams(`&${text}`));
}

/** Counted before parsing, which is the dearer part. */
function separators(text: string): number {
  let count = 0;
  for (let at = text.indexOf("&"); at !== -1 && count < MAX_FORM_FIELDS; at = text.indexOf("&", at + 1)) count += 1;
  return count;
}

async function readMultipart(body: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormFields | null> {
  const form = await readMultipartForm(body, contentType);
  if (typeof form === "string") return null;
  const fields = Array.from(form).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  return fields.length > MAX_FORM_FIELDS ? null : collect(fields);
}

function collect(fields: Iterable<readonly [string, string]>): FormFields {
  const values = new Map<string, string[]>();
  for (const [name, value] of fields) {
    const earlier = values.get(name);
    if (earlier === undefined) values.set(name, [value]);
    else earlier.push(value);
  }
  return values;
}
