// Whether an end of a record is still owed to a callback that came before another one. Synchronous; reads only.
import type { Execution } from "../core/execution.ts";
import { SELECT_OWED_OF_RECORD } from "./statements.ts";

export interface End {
  readonly recordId: string;
  readonly id: number;
  readonly endedAt: number;
  readonly callback: string;
}

export function isOwedBefore(sql: SqlStorage, { recordId, id, endedAt, callback }: End): boolean {
  const rows = sql.exec<{ id: number; progress: string }>(SELECT_OWED_OF_RECORD, recordId, id).toArray();
  return rows.some((row) => {
    const other: Pick<Execution, "endedAt" | "deliveries"> = JSON.parse(row.progress);
    if (other.endedAt === null || other.endedAt > endedAt || (other.endedAt === endedAt && row.id > id)) return false;
    return other.deliveries.some((delivery) => delivery.callback === callback && delivery.state === "due");
  });
}
