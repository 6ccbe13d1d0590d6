// A request in the making: its headers, its query and what its body holds, by the places that presets name. Pure.
import type { Json } from "../../src/core/json.ts";
import { xmlOf } from "./xml.ts";

export type Values = Record<string, unknown>;

export interface Draft {
  readonly headers: Record<string, string>;
  readonly query: Record<string, string>;
  /** json, xml: the body as it is. form: its members as fields. payload: in one field of a form. */
  readonly kind: "json" | "xml" | "form" | "payload";
  /** The name of that field, and how the body is written there. */
  readonly payload: { readonly field: string; readonly as: "json" | "xml"; readonly encoding?: "base64" | undefined };
  /** Fields beside the payload. */
  readonly beside: Record<string, string>;
  /** What is sent in one request. */
  readonly body: Values | unknown[];
  /** The one event in it: the body itself, or an item of a list in the body. */
  readonly item: Values;
}

export function bodyOf(draft: Draft): string {
  const { kind, body, payload } = draft;
  if (kind === "json") return JSON.stringify(body);
  if (kind === "xml") return xmlOf(body);
  // What a scheme of its own adds stands beside it.
  const fields = kind === "payload" ? { [payload.field]: payloadOf(draft), ...draft.beside } : texts(body);
  return new URLSearchParams(fields).toString();
}

/** As it stands in its field. */
export function payloadOf({ body, payload: { as, encoding } }: Draft): string {
  const text = as === "xml" ? xmlOf(body) : JSON.stringify(body);
  return encoding === "base64" ? Buffer.from(text).toString("base64") : text;
}

export function contentTypeOf({ kind }: Draft): string {
  if (kind === "xml") return "text/xml; charset=utf-8";
  return kind === "json" ? "application/json" : "application/x-www-form-urlencoded";
}

function texts(body: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** Whether something can be written there: a hash or a constant cannot. */
export function isPlace(place: string): boolean {
  return /^(header:|query:|form:|root:\$|\$)/.test(place) && place !== "$";
}

/** @param place header:, query:, form:, root:$… in the body, or $… in `within` */
export function valueAt(draft: Draft, place: string, within: unknown = draft.body): unknown {
  const [kind, name] = split(place);
  if (kind === "header") return draft.headers[name.toLowerCase()];
  if (kind === "query") return draft.query[name];
  if (kind === "form")
    return draft.kind === "payload" && name === draft.payload.field ? payloadOf(draft) : get(draft.body, [name]);
  return get(kind === "root" ? draft.body : within, steps(name));
}

export function put(draft: Draft, place: string, value: Json, within: unknown = draft.body): void {
  const [kind, name] = split(place);
  if (kind === "header") draft.headers[name.toLowerCase()] = String(value);
  else if (kind === "query") draft.query[name] = String(value);
  else if (kind === "form") set(draft.body, [name], value);
  else set(kind === "root" ? draft.body : within, steps(name), value);
}

function split(place: string): readonly [string, string] {
  if (place.startsWith("$")) return ["path", place];
  const at = place.indexOf(":");
  return [place.slice(0, at), place.slice(at + 1)];
}

type Step = string | number;

/** Of `$.a.b[0]`; `[*]` is the first of a list that has one. */
export function steps(path: string): Step[] {
  return [...path.matchAll(/\.([^.[\]]+)|\[(\d+|\*)\]/g)].map(([, name, index]) =>
    name === undefined ? (index === "*" ? 0 : Number(index)) : name,
  );
}

function get(from: unknown, path: readonly Step[]): unknown {
  return path.reduce<unknown>((value, step) => {
    const held = typeof value === "object" && value !== null && Object.hasOwn(value, step);
    return held ? (value as Record<Step, unknown>)[step] : undefined;
  }, from);
}

export function set(into: unknown, [first, ...rest]: readonly Step[], value: unknown): void {
  if (first === undefined || first === "__proto__" || typeof into !== "object" || into === null) return;
  const holder = into as Record<Step, unknown>;
  const [next] = rest;
  if (next === undefined) {
    holder[first] = value;
    return;
  }
  const inner = Object.hasOwn(holder, first) ? holder[first] : undefined;
  if (typeof inner !== "object" || inner === null) holder[first] = typeof next === "number" ? [] : {};
  set(holder[first], rest, value);
}
