// Every refusal as RFC 9457 problem JSON: what was wrong, where, and what to do. The one place where inner reasons become
// outer ones. All failures to prove a sender look alike from outside; which check failed is in the log only.
import type { Source } from "../bridge/ports.ts";
import { isOurs, type Refusal } from "../bridge/refusal.ts";

/** The problems that this bridge answers with. `type` is a stable name for programs, `detail` is for people. */
export interface Problem {
  readonly name: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What programs are told besides, such as the list of faults. */
  readonly members?: Readonly<Record<string, unknown>>;
}

const RETRY_AFTER_SECONDS = 30;

export function problemResponse({ name, status, title, detail, headers, members }: Problem): Response {
  const body = { type: `urn:hookspan:problem:${name}`, title, status, detail, ...members };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
  });
}

export function unknownSource(): Problem {
  return {
    name: "unknown-source",
    status: 404,
    title: "Unknown source",
    detail:
      "No source of this name is configured. Check the last part of the URL against the sources of the configuration.",
  };
}

export function methodNotAllowed(allow: string): Problem {
  return {
    name: "method-not-allowed",
    status: 405,
    title: "Method not allowed",
    detail: `This address takes ${allow} only.`,
    headers: { allow },
  };
}

export function bodyTooLarge(maxBytes: number): Problem {
  return {
    name: "body-too-large",
    status: 413,
    title: "Body too large",
    detail: `This source takes bodies of at most ${maxBytes} bytes. It can be raised with maxBodyBytes.`,
  };
}

export function requestTooLarge(maxBytes: number): Problem {
  return {
    name: "body-too-large",
    status: 413,
    title: "Body too large",
    detail: `This address takes bodies of at most ${maxBytes} bytes.`,
  };
}

export function bodyIncomplete(): Problem {
  return {
    name: "body-incomplete",
    status: 400,
    title: "Body incomplete",
    detail: "The connection ended before the whole body had arrived. Send the request again.",
  };
}

export function bodyTooSlow(timeoutMs: number): Problem {
  return {
    name: "body-too-slow",
    status: 408,
    title: "Body too slow",
    detail: `The body was not there within ${timeoutMs / 1_000} seconds. Send the request again.`,
  };
}

/** Our own failure: the sender is to come back, and must never be told that the fault is its own. */
export function unavailable(
  detail: string,
  { advice = "Nothing was accepted; send it again.", retryAfterSeconds = RETRY_AFTER_SECONDS } = {},
): Problem {
  return {
    name: "unavailable",
    status: 503,
    title: "Temporarily unavailable",
    detail: `${detail} ${advice}`,
    headers: { "retry-after": String(retryAfterSeconds) },
  };
}

export function notFound(detail: string): Problem {
  return { name: "not-found", status: 404, title: "Not found", detail };
}

export function badRequest(detail: string): Problem {
  return { name: "bad-request", status: 400, title: "Bad request", detail };
}

export function noSuchExecution(): Problem {
  return notFound("No execution has this id; it may have outlived its retention.");
}

/** What is asked for cannot be done with things as they are. @param name why, for programs */
export function conflict(name: string, detail: string): Problem {
  return { name, status: 409, title: "Cannot be done", detail };
}

/** From the reason inside to the answer outside. */
export function refusalResponse(refusal: Refusal, answers: Source["answers"]): Response {
  const busy = (detail: string): Response =>
    problemResponse(unavailable(detail, { retryAfterSeconds: answers.retryAfterSeconds }));
  switch (refusal.stage) {
    case "state":
      return busy("This source is paused.");
    case "handshake":
      if (refusal.reason === "unusable-secret") return busy("This source is not set up correctly.");
      if (refusal.reason === "not-a-handshake") return problemResponse(notAHandshake());
      return rejection(answers);
    case "secrets":
      return busy("The source's secret could not be read.");
    case "verify":
      return isOurs(refusal) ? busy("This source is not set up correctly.") : rejection(answers);
    case "normalise":
      // Not of this sender after all: told like every other way of not being proven.
      if (refusal.fault.reason === "assertion-failed") return rejection(answers);
      return problemResponse(unreadable(refusal.fault));
    case "admit":
      return busy("The ledger could not be reached.");
  }
}

/** One answer for every way of not being proven, so that trying teaches nothing. */
function rejection({ rejected: { status, empty } }: Source["answers"]): Response {
  if (empty) return new Response(null, { status, headers: { "cache-control": "no-store" } });
  return problemResponse({
    name: "not-verified",
    status,
    title: "Sender not verified",
    detail:
      "The request does not prove that it comes from this source. Check the secret, that the body is sent exactly as " +
      "it was signed, and the clock. The bridge's log names the reason.",
  });
}

function unreadable({ reason, message }: Extract<Refusal, { stage: "normalise" }>["fault"]): Problem {
  if (reason === "unsupported-content-type") {
    return { name: reason, status: 415, title: "Unsupported content type", detail: message };
  }
  return { name: reason, status: 400, title: "Unreadable body", detail: message };
}

function notAHandshake(): Problem {
  return {
    name: "not-a-handshake",
    status: 400,
    title: "Not a handshake",
    detail:
      "Only this sender's handshakes are taken in this way, and the request is none of them. Events come by POST.",
  };
}
