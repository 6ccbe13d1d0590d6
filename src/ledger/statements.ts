// The ledger's SQL, in one place. Every statement that runs often is an index look-up or a bounded walk.
import { MINUTE_MS, POLL_AGE_FRACTION, POLL_INTERVALS_MINUTES, START_GIVE_UP_MS } from "../core/retry.ts";

export const NEXT_ID = "SELECT max(coalesce(max(id), 0) + 1, ?) AS id FROM executions";

const SUMMARY = `id, rule, source, record_id, dedupe_key, window_ends_at, run, delivery, due_at, started_at, purge_at,
  version, attributes, progress`;

export const SELECT_BY_KEY = `SELECT ${SUMMARY}, write_token FROM executions
  WHERE record_id = ? AND rule = ? AND dedupe_key = ? AND released = 0`;

/** Frees a key whose window has passed; the execution that had it stays. */
export const RELEASE_KEY = "UPDATE executions SET released = id WHERE id = ?";

export const INSERT = `INSERT INTO executions (id, rule, source, record_id, dedupe_key, window_ends_at, run, delivery,
  due_at, started_at, purge_at, version, write_token, attributes, payload, progress, result)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)`;

export const SELECT_SUMMARY = `SELECT ${SUMMARY} FROM executions WHERE id = ?`;
export const SELECT_VALUES = "SELECT payload, result FROM executions WHERE id = ?";
export const SELECT_WRITE_STATE = "SELECT run, version, write_token, due_at FROM executions WHERE id = ?";

const POLL_INTERVAL_BY_AGE = POLL_INTERVALS_MINUTES.toReversed()
  .map((minutes) => `WHEN ?1 - started_at >= ${minutes * POLL_AGE_FRACTION * MINUTE_MS} THEN ${minutes}`)
  .join(" ");

/**
 * A running execution is due in the minutes that follow from its age (`isPollMinute` in core/retry.ts says the same),
 * so that polls need not be written down. The walk goes on from a cursor: (due_at, id) of the last row seen.
 * Numbers are bound as floating point: without the casts the minute would begin some milliseconds early.
 * What waits for a shut engine is not even leased, until its start is given up: ids are the time of admission.
 * Parameters: 1 now, 2 cursor's due_at, 3 cursor's id, 4 limit, 5 JSON list of the engines that are shut.
 */
export const SELECT_DUE = `SELECT ${SUMMARY} FROM executions
  WHERE due_at <= ?1 AND (due_at, id) > (?2, ?3)
    AND (run <> 'running' OR (CAST(?1 AS INTEGER) / ${MINUTE_MS} + id / 1000)
      % CASE ${POLL_INTERVAL_BY_AGE} ELSE 1 END = 0)
    AND NOT (run = 'queued' AND id >= (CAST(?1 AS INTEGER) - ${START_GIVE_UP_MS}) * 1000
      AND attributes ->> '$.engine' IN (SELECT value FROM json_each(?5)))
  ORDER BY due_at, id LIMIT ?4`;

export const LEASE = "UPDATE executions SET due_at = ?, version = version + 1 WHERE id = ?";

/** Two statements for one step: naming `due_at` rewrites its index entry, which is a row written, even if it stays. */
export const UPDATE = update("");
export const UPDATE_DUE = update("due_at = ?10,");

function update(due: string): string {
  return `UPDATE executions SET ${due} run = ?2, delivery = ?3, started_at = ?4, purge_at = ?5, progress = ?6,
    result = ?7, write_token = ?8, version = ?9 + 1 WHERE id = ?1`;
}

/** A bounded look at the oldest executions from a mark on. Parameters: 1 mark, 2 limit. */
export const SELECT_OLDEST = "SELECT id, purge_at FROM executions WHERE id > ? ORDER BY id LIMIT ?";

export const DELETE = "DELETE FROM executions WHERE id = ?";

/** @param conditions column names compared with = in this order, after `id < ?` and before the limit */
export function selectPage(conditions: readonly string[]): string {
  const where = ["id < ?", ...conditions.map((column) => `${column} = ?`)].join(" AND ");
  return `SELECT ${SUMMARY} FROM executions WHERE ${where} ORDER BY id DESC LIMIT ?`;
}
