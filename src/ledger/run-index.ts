// Finds running executions by the engine's id of their run. No index is stored for it: one would be a row written with
// every start. The ids of what runs are read once, when the first push asks, and then kept up to date in memory.
import type { ProgressRow } from "./row.ts";

/** More than so many in one shard are not held in memory: each question is a walk over what is unfinished then. */
const MAX_RUNS = 50_000;

const UNFINISHED = "FROM executions WHERE due_at IS NOT NULL AND run = 'running'";
const SELECT_RUNS = `SELECT id, progress ->> '$.runId' AS run ${UNFINISHED} LIMIT ${MAX_RUNS + 1}`;
const SELECT_RUN = `SELECT id ${UNFINISHED} AND progress ->> '$.runId' IN (SELECT value FROM json_each(?))`;

export class RunIndex {
  readonly #sql: SqlStorage;
  #ids: Map<string, number> | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** @returns the row ids of the executions whose runs these are */
  find(runIds: readonly string[]): number[] {
    this.#ids ??= this.#load();
    const ids = this.#ids;
    if (ids) return runIds.flatMap((runId) => ids.get(runId) ?? []);
    const rows = this.#sql.exec<{ id: number }>(SELECT_RUN, JSON.stringify(runIds)).toArray();
    return rows.map(({ id }) => id);
  }

  /** What a write has changed. Costs nothing until somebody has asked. */
  note(id: number, { run, progress }: ProgressRow): void {
    if (!this.#ids) return;
    const { runId } = JSON.parse(progress) as { runId: string | null };
    if (runId === null) return;
    if (run === "running") this.#ids.set(runId, id);
    else this.#ids.delete(runId);
    if (this.#ids.size > MAX_RUNS) this.#ids = null;
  }

  /** @returns null where there are too many */
  #load(): Map<string, number> | null {
    const rows = this.#sql.exec<{ id: number; run: string | null }>(SELECT_RUNS).toArray();
    if (rows.length > MAX_RUNS) return null;
    return new Map(rows.flatMap(({ id, run }) => (run === null ? [] : [[run, id] as const])));
  }
}
