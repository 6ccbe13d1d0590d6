// Executions and definitions in SQLite. Synchronous; no network, no clock.
import type { Definition } from "./behaviour.ts";
import type { End, ExecutionStore } from "./engine.ts";
import type { Execution } from "./execution.ts";
import { type Page, type PageRequest, takePage } from "./page.ts";

type Row = {
  seq: number;
  id: string;
  definition_id: string;
  name: string;
  record_id: string | null;
  locale: string;
  parameters: string;
  expires_at: string | null;
  started_at: number;
  ends_at: number | null;
  final_status: Execution["finalStatus"];
  result: string | null;
  result_delay_ms: number;
};

const END_EXECUTION =
  "UPDATE executions SET ends_at = ?, final_status = ?, result = ?, result_delay_ms = ? WHERE id = ?";

export class SqlExecutionStore implements ExecutionStore {
  private readonly sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.sql = sql;
  }

  definition(id: string): Definition | undefined {
    const rows = this.sql.exec<{ definition: string }>("SELECT definition FROM definitions WHERE id = ?", id).toArray();
    return rows[0] && JSON.parse(rows[0].definition);
  }

  definitions(): Record<string, Definition> {
    const rows = this.sql
      .exec<{ id: string; definition: string }>("SELECT id, definition FROM definitions ORDER BY id")
      .toArray();
    return Object.fromEntries(rows.map((row) => [row.id, JSON.parse(row.definition)]));
  }

  putDefinition(id: string, definition: Definition): void {
    const text = JSON.stringify(definition);
    this.sql.exec("INSERT OR REPLACE INTO definitions (id, definition) VALUES (?, ?)", id, text);
  }

  execution(id: string): Execution | undefined {
    const [row] = this.sql.exec<Row>("SELECT * FROM executions WHERE id = ?", id).toArray();
    return row && fromRow(row);
  }

  insertExecution(execution: Execution): void {
    this.sql.exec(
      `INSERT INTO executions (id, definition_id, name, record_id, locale, parameters, expires_at,
         started_at, ends_at, final_status, result, result_delay_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING`,
      execution.id,
      execution.definitionId,
      execution.name,
      execution.recordId,
      execution.locale,
      JSON.stringify(execution.parameters),
      execution.expiresAt,
      execution.startedAt,
      execution.endsAt,
      execution.finalStatus,
      execution.result && JSON.stringify(execution.result),
      execution.resultDelayMs,
    );
  }

  endExecution(id: string, end: End): void {
    const result = end.result && JSON.stringify(end.result);
    this.sql.exec(END_EXECUTION, end.at, end.status, result, end.resultDelayMs, id);
  }

  countExecutions(): number {
    return this.sql.exec<{ total: number }>("SELECT count(*) AS total FROM executions").one().total;
  }

  /** Executions in the order of their starts. */
  listExecutions(request: PageRequest): Page<{ seq: number; execution: Execution }> {
    const rows = this.sql.exec<Row>(
      "SELECT * FROM executions WHERE seq > ? ORDER BY seq LIMIT ?",
      request.since,
      request.limit + 1,
    );
    return takePage(rows, request, (row) => ({ seq: row.seq, execution: fromRow(row) }));
  }
}

function fromRow(row: Row): Execution {
  return {
    id: row.id,
    definitionId: row.definition_id,
    name: row.name,
    recordId: row.record_id,
    locale: row.locale,
    parameters: JSON.parse(row.parameters),
    expiresAt: row.expires_at,
    startedAt: row.started_at,
    endsAt: row.ends_at,
    finalStatus: row.final_status,
    result: row.result === null ? null : JSON.parse(row.result),
    resultDelayMs: row.result_delay_ms,
  };
}
