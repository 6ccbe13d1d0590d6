// What selectors see of a request as a whole. Pure + Web Crypto. What costs something is done once per request and not
// once per item: a batch has thousands.
import type { InboundRequest } from "../../core/event.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { ParsedBody } from "../body/body.ts";
import { sha256Hex } from "../encoding.ts";

export interface RequestView {
  readonly headers: Headers;
  /** The whole parsed body, without what the source redacts. */
  readonly root: Json;
  /** The form's other fields, when the body was taken out of one of them; null: the body itself is looked at. */
  readonly fields: JsonObject | null;
  readonly query: () => URLSearchParams;
  /** The hash of the raw bytes. */
  readonly bodyHash: () => Promise<string>;
}

export function viewOf(request: InboundRequest, { root, fields }: ParsedBody): RequestView {
  let query: URLSearchParams | null = null;
  let bodyHash: Promise<string> | null = null;
  return {
    headers: request.headers,
    root,
    fields,
    query: () => {
      query ??= URL.canParse(request.url) ? new URL(request.url).searchParams : new URLSearchParams();
      return query;
    },
    bodyHash: () => {
      bodyHash ??= sha256Hex(request.body);
      return bodyHash;
    },
  };
}
