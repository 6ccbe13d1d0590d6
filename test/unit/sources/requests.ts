// Requests, sources and the clock that the tests of `sources` share. No clock of its own, no network.
import type { Event, InboundRequest, VerifiedRequest } from "../../../src/core/event.ts";
import { SourceConfig } from "../../../src/core/source.ts";
import { type BodyFault, normalise } from "../../../src/sources/normalise.ts";
import { resolveSource } from "../../../src/sources/presets.ts";
import type { Source } from "../../../src/sources/source.ts";
import { noKeys, type VerificationContext, verify } from "../../../src/sources/verify.ts";

/** 2026-11-23T09:20:00Z, in ms. */
export const NOW = 1_795_425_600_000;
export const NOW_SECONDS = NOW / 1_000;

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}

export function request(headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer> = ""): InboundRequest {
  return {
    method: "POST",
    url: "https://bridge.example.com/in/source",
    headers: new Headers(headers),
    body: typeof body === "string" ? bytes(body) : body,
    receivedAt: NOW,
  };
}

/** Parses and resolves a configuration that is expected to be right. */
export function sourceOf(config: unknown): Source {
  const resolved = resolveSource("source", SourceConfig.parse(config));
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.error));
  return resolved.value;
}

export function contextOf(secrets: readonly string[], now: number = NOW): VerificationContext {
  return { secrets, now, keys: noKeys };
}

/** "accepted", or the reason of the refusal. */
export async function outcome(
  inbound: InboundRequest,
  source: Source,
  secrets: readonly string[],
  now: number = NOW,
): Promise<string> {
  const result = await verify(inbound, source, contextOf(secrets, now));
  return result.ok ? "accepted" : result.error.reason;
}

const OPEN = sourceOf({ preset: "token", verify: { family: "none" } }).scheme;

/** Normalises without a signature: the source's own scheme is put aside, through the one door that verify offers. */
export async function normalised(inbound: InboundRequest, source: Source) {
  const verified = await verify(inbound, { ...source, scheme: OPEN }, contextOf([]));
  if (!verified.ok) throw new Error("The family none refuses nothing.");
  return normalise(verified.value satisfies VerifiedRequest, source);
}

export async function eventsOf(inbound: InboundRequest, source: Source): Promise<readonly Event[]> {
  const result = await normalised(inbound, source);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** For a request that is expected to carry one event. */
export async function eventOf(inbound: InboundRequest, source: Source): Promise<Event> {
  const [event, ...others] = await eventsOf(inbound, source);
  if (event === undefined || others.length > 0) throw new Error("It was expected to carry one event.");
  return event;
}

export async function faultOf(inbound: InboundRequest, source: Source): Promise<BodyFault> {
  const result = await normalised(inbound, source);
  if (result.ok) throw new Error("It was expected to be refused.");
  return result.error;
}

export const JSON_TYPE = { "content-type": "application/json" };
