// Requests that may be handshakes, and handshakes compiled from configuration, for the tests of both. No network.
import { Handshake, type SourceConfig } from "../../../../src/core/source.ts";
import { type Asked, readAsked } from "../../../../src/sources/handshake/asked.ts";
import { compileHandshake } from "../../../../src/sources/handshake/compile.ts";
import type { HandshakePlan } from "../../../../src/sources/handshake/plan.ts";
import { bytes, NOW } from "../requests.ts";

export interface Asking {
  readonly method?: string;
  /** From the ? on. */
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  readonly form?: string;
}

export function asking({ method = "POST", query = "", headers = {}, json, form }: Asking): Asked {
  const type = json === undefined ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8";
  const body = json === undefined ? (form ?? "") : typeof json === "string" ? json : JSON.stringify(json);
  return readAsked({
    method,
    url: `https://anything.example/in/source${query}`,
    headers: new Headers({ ...(body === "" ? {} : { "content-type": type }), ...headers }),
    body: bytes(body),
    receivedAt: NOW,
  });
}

export function planOf(handshake: NonNullable<SourceConfig["handshake"]>[number]): HandshakePlan {
  return compileHandshake(Handshake.parse(handshake));
}
