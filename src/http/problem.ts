// Every refusal as RFC 9457 problem JSON: what was wrong, where, and what to do. The one place where inner reasons become
// outer ones. All failures to prove a sender look alike from outside; which check failed is in the log only.
import type { Refusal } from "../bridge/receive.ts";

/** The problems that this bridge answers with. `type` is a stable name for programs, `detail` is for people. */
export interface Problem {
  readonly name: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const RETRY_AFTER_SECONDS = "30";

export function problemResponse({ name, status, title, detail, headers }: Problem): Response {
  const body = { type: `urn:hookspan:problem:${name}`, title, status, detail };
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

export function bodyIncomplete(): Problem {
  return {
    name: "body-incomplete",
    status: 400,
    title: "Body incomplete",
    detail: "The connection ended before the whole body had arrived. Send the request again.",
  };
}

/** Our own failure: the sender is to come back, and must never be told that the fault is its own. */
export function unavailable(detail: string, advice = "Nothing was accepted; send it again."): Problem {
  return {
    name: "unavailable",
    status: 503,
    title: "Temporarily unavailable",
    detail: `${detail} ${advice}`,
    headers: { "retry-after": RETRY_AFTER_SECONDS },
  };
}

export function notFound(detail: string): Problem {
  return { name: "not-found", status: 404, title: "Not found", detail };
}

export function badRequest(detail: string): Problem {
  return { name: "bad-request", status: 400, title: "Bad request", detail };
}

/** From the reason inside to the problem outside. */
export function problemOf(refusal: Refusal): Problem {
  switch (refusal.stage) {
    case "verify":
      if (refusal.failure.reason === "bad-secret") return unavailable("This source is not set up correctly.");
      return {
        name: "not-verified",
        status: 401,
        title: "Sender not verified",
        detail:
          "The request does not prove that it comes from this source. Check the secret, that the body is sent exactly as " +
          "it was signed, and the clock. The bridge's log names the reason.",
      };
    case "normalise": {
      const { reason, message } = refusal.fault;
      if (reason === "unsupported-content-type") {
        return { name: reason, status: 415, title: "Unsupported content type", detail: message };
      }
      return { name: reason, status: 400, title: "Unreadable body", detail: message };
    }
    case "admit":
      return unavailable("The ledger could not be reached.");
  }
}
