// The log of every request to the engine's API, credentials included: it is a development tool. In SQLite; synchronous,
// no network, no clock.
import { type Page, type PageRequest, takePage } from "./page.ts";
import type { Answer, ApiRequest } from "./wire.ts";

/** How much of a body is logged, in characters. */
const MAX_LOGGED_BODY_CHARS = 64 * 1024;
/** The log is cut once per this many requests, so that most requests delete nothing. */
const PRUNE_EVERY = 256;

export interface LoggedRequest {
  readonly seq: number;
  /** When it came, in ms since the epoch by the simulator's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly status: number | "reset";
  /** The fault that met it. */
  readonly fault: string | null;
}

type Row = Omit<LoggedRequest, "headers" | "status"> & { headers: string; status: number | null };

export class RequestLog {
  private readonly sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.sql = sql;
  }

  /** Notes a request and its answer, and forgets the oldest ones now and then. */
  append(at: number, request: ApiRequest, answer: Answer, fault: string | null, limit: number): void {
    const { seq } = this.sql
      .exec<{ seq: number }>(
        `INSERT INTO requests (at, method, path, headers, body, status, fault) VALUES (?, ?, ?, ?, ?, ?, ?)
         RETURNING seq`,
        at,
        request.method,
        request.path,
        JSON.stringify(request.headers),
        request.body?.slice(0, MAX_LOGGED_BODY_CHARS) ?? "(too large)",
        answer.cut === null ? answer.status : null,
        fault,
      )
      .one();
    if (seq % PRUNE_EVERY === 0) {
      this.sql.exec("DELETE FROM requests WHERE seq <= ?", seq - limit);
    }
  }

  /** Requests in the order in which they were answered. */
  list(request: PageRequest): Page<LoggedRequest> {
    const rows = this.sql.exec<Row>(
      "SELECT * FROM requests WHERE seq > ? ORDER BY seq LIMIT ?",
      request.since,
      request.limit + 1,
    );
    return takePage(rows, request, (row) => ({
      ...row,
      headers: JSON.parse(row.headers),
      status: row.status ?? "reset",
    }));
  }
}
