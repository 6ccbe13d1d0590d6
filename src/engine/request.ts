// What goes over the wire for one operation: its template, filled with the values of a call. Pure.

import type { StartCall } from "../bridge/ports.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Authorization, Operation } from "./presets.ts";

/** Values by the names that a template may use; null where there is none. */
export type Values = Readonly<Record<string, Json>>;

export interface FilledRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
}

export function valuesOfStart(call: StartCall): Values {
  const { workflowDefinitionId, locale, parameters, recordId, startId = null, expiresAt } = call;
  const expires = expiresAt === null ? null : new Date(expiresAt).toISOString();
  return { workflowDefinitionId, locale, parameters, recordId, startId, expiresAt: expires };
}

/** @returns the name of the value that cannot be part of a path, where there is one */
export function fillRequest({ path, headers, body }: Operation, values: Values): FilledRequest | { missing: string } {
  let missing: string | undefined;
  const filledPath = path.replaceAll(/\{([a-zA-Z]+)\}/g, (_, name: string) => {
    const text = textOf(values[name]);
    // Dots alone would walk up the path.
    if (text === "" || /^\.+$/.test(text)) missing ??= name;
    return encodeURIComponent(text);
  });
  if (missing !== undefined) return { missing };
  const filled = Object.entries(headers).map(([name, value]) => [name, fillText(value, values)] as const);
  return {
    path: filledPath,
    headers: Object.fromEntries(filled.filter(([, value]) => value !== "")),
    body: body === undefined ? undefined : fillBody(body, values),
  };
}

/**
 * TransactionLink: an organization's API token (`tot_…`) stands in the header as it is, without a scheme; a legacy JWT
 * stands behind `Bearer`.
 */
export function authorizationHeader(form: Authorization, token: string): readonly [string, string] {
  if (form === "transactionlink") return ["authorization", token.startsWith("tot_") ? token : `Bearer ${token}`];
  return [form.header, `${form.prefix ?? ""}${token}`];
}

function fillText(text: string, values: Values): string {
  return text.replaceAll(/\{([a-zA-Z]+)\}/g, (_, name: string) => textOf(values[name]));
}

/** A header is one line of ASCII, whatever an event has put into the value. */
function textOf(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.toWellFormed();
}

/** Only the template is looked through: what a value holds is never taken for a placeholder. */
function fillBody(template: Json, values: Values): Json {
  if (typeof template === "string") {
    const name = /^\{([a-zA-Z]+)\}$/.exec(template)?.[1];
    return name === undefined ? template : (values[name] ?? null);
  }
  if (Array.isArray(template)) return template.map((item) => fillBody(item, values));
  if (typeof template !== "object" || template === null) return template;
  const entries = Object.entries(template as JsonObject);
  return Object.fromEntries(entries.map(([key, value]) => [key, fillBody(value, values)]));
}
