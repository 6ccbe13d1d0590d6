// What goes in and out of the simulated API, as plain data that can cross to the Durable Object and back, and the
// shape of its errors. Pure: no I/O, no clock.

/** The engine's operations; the names that fault rules use. */
export const OPERATIONS = ["start", "get", "cancel", "result", "authorize"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** One request to the engine's API. */
export interface ApiRequest {
  /** Null when the method and path name no operation. */
  readonly operation: Operation | null;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** The execution's id in the path, if the operation has one. */
  readonly executionId: string;
  /** The headers that are read or logged, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null when it is too large to be read. */
  readonly body: string | null;
}

/** Where a connection is cut: before the status line, or after it, in the body. `hardest` is what the path allows. */
export type Cut = "before-headers" | "in-body" | "hardest";

/** What the client is to see. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text, or null for no body. */
  readonly body: string | null;
  /** How long to hold the answer back, in ms. */
  readonly delayMs: number;
  /** Set when the connection breaks in place of the answer. */
  readonly cut: Cut | null;
}

/** One fault in a request. `field` is a path such as `parameters` or a header's name. */
export interface Detail {
  readonly field: string;
  readonly message: string;
}

/** The body of every error answer. */
export interface ErrorBody {
  readonly statusCode: number;
  readonly error: string;
  readonly message: string;
  readonly details?: readonly Detail[];
}

const REASON_PHRASES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  413: "Content Too Large",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** An answer with a JSON body. `body` is a value that JSON can hold. */
export function jsonAnswer(status: number, body: object): Answer {
  return {
    status,
    headers: { "content-type": "application/json;charset=UTF-8" },
    body: JSON.stringify(body),
    delayMs: 0,
    cut: null,
  };
}

/** An answer without a body. */
export function emptyAnswer(status: number): Answer {
  return { status, headers: {}, body: null, delayMs: 0, cut: null };
}

/** The body that every error answer has. */
export function errorBody(statusCode: number, message: string, details?: readonly Detail[]): ErrorBody {
  const error = REASON_PHRASES[statusCode] ?? "Error";
  return details === undefined ? { statusCode, error, message } : { statusCode, error, message, details };
}

/** An error answer that says what was wrong. */
export function errorAnswer(status: number, message: string, details?: readonly Detail[]): Answer {
  return jsonAnswer(status, errorBody(status, message, details));
}
