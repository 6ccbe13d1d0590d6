// What the tests of the families share: sources made of one verification, and checks of requests. Fixed clock, no network.
import type { InboundRequest } from "../../../../src/core/event.ts";
import { err, ok, type Result } from "../../../../src/core/result.ts";
import type { Source } from "../../../../src/sources/source.ts";
import {
  type KeyFault,
  type KeyFetcher,
  type KeyRequest,
  type VerificationFailure,
  verify,
} from "../../../../src/sources/verify.ts";
import { contextOf, NOW, request, sourceOf } from "../requests.ts";

export const PUBLIC_URL = "https://hooks.example.com/in/source?tenant=7";

/** A source of this verification, with one secret unless the family reads none. */
export function configured(verification: object, more: object = { secrets: ["S"] }): Source {
  return sourceOf({ verify: verification, ...more });
}

export interface Given {
  readonly secrets?: readonly string[];
  readonly now?: number;
  readonly keys?: KeyFetcher;
}

export function checked(inbound: InboundRequest, source: Source, { secrets = [], now = NOW, keys }: Given) {
  return verify(inbound, source, { ...contextOf(secrets, now), ...(keys === undefined ? {} : { keys }) });
}

/** "accepted", or the reason of the refusal. */
export async function verdict(inbound: InboundRequest, source: Source, given: Given): Promise<string> {
  const result = await checked(inbound, source, given);
  return result.ok ? "accepted" : result.error.reason;
}

export async function failureOf(inbound: InboundRequest, source: Source, given: Given): Promise<VerificationFailure> {
  const result = await checked(inbound, source, given);
  if (result.ok) throw new Error("It was expected to be refused.");
  return result.error;
}

export async function secretIndexOf(inbound: InboundRequest, source: Source, given: Given): Promise<number | null> {
  const result = await checked(inbound, source, given);
  if (!result.ok) throw new Error(result.error.reason);
  return result.value.secretIndex;
}

/** Documents by URL; every other URL is not found. Remembers what it was asked. */
export function documents(byUrl: Readonly<Record<string, string | KeyFault>>): {
  readonly fetch: KeyFetcher;
  readonly asked: KeyRequest[];
} {
  const asked: KeyRequest[] = [];
  return {
    asked,
    async fetch(wanted): Promise<Result<string, KeyFault>> {
      asked.push(wanted);
      const document = byUrl[wanted.url] ?? { reason: "not-found" };
      return typeof document === "string" ? ok(document) : err(document);
    },
  };
}

export const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

export function form(fields: readonly (readonly [string, string])[]): string {
  const params = new URLSearchParams();
  for (const [name, value] of fields) params.append(name, value);
  return params.toString();
}

/** The same request with one bit of its body turned over. */
export function withFlippedBit(inbound: InboundRequest, bit: number): InboundRequest {
  const body = inbound.body.slice();
  const at = bit % (8 * body.length);
  body[at >> 3] = (body[at >> 3] ?? 0) ^ (1 << (at & 7));
  return { ...inbound, body };
}

export { request };
