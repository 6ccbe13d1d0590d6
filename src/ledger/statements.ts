// The ledger's SQL, in one place. Every statement that runs often is an index look-up or a bounded walk.
import { MINUTE_MS } from "../core/duration.ts";
import { POLL_AGE_FRACTION, POLL_INTERVALS_MINUTES, START_GIVE_UP_MS } from "../core/retry.ts";
import { isActive, RUN_STATES } from "../core/run-state.ts";
import type { PageColumn } from "./query.ts";

const SUMMARY = `id, rule, source, record_id, dedupe_key, window_ends_at, run, delivery, due_at, started_at, purge_at,
  version, attributes, progress, cancel_at, cancel_by`;

const ACTIVE = RUN_STATES.filter(isActive)
  .map((state) => `'${state}'`)
  .join(", ");

export const SELECT_BY_KEY = `SELECT ${SUMMARY}, write_token FROM executions
  WHERE record_id = ? AND rule = ? AND dedupe_key = ? AND released = 0`;

/**
 * Whether an event has had an execution under a key within the window, the one that holds the key or an earlier one. What
 * a shadow rule has recorded counts for shadows only.
 * Parameters: record, rule, key, now, the event's own key, 1 for a shadow.
 */
export const SELECT_SAME_EVENT = `SELECT 1 FROM executions
  WHERE record_id = ? AND rule = ? AND dedupe_key = ? AND window_ends_at > ?
    AND json_extract(attributes, '$.event.dedupeKey') = ? AND (run <> 'shadow' OR ?) LIMIT 1`;

const LIVES = "(window_ends_at > ? OR run IN ('queued', 'starting', 'running', 'held')) LIMIT 1";

/** Whether anything of a record lives here: a key within its window, or an execution that goes on. Parameters: record, now. */
export const SELECT_RECORD_LIVES = `SELECT 1 FROM executions WHERE record_id = ? AND ${LIVES}`;

/** The same for a rule and key without a record. Parameters: rule, key, now. */
export const SELECT_KEY_LIVES = `SELECT 1 FROM executions WHERE record_id = '' AND rule = ? AND dedupe_key = ? AND ${LIVES}`;

/** What a cancel is about. Parameters: 1 record, 2 rule, 3 key or NULL for all. */
export const SELECT_TARGETS = `SELECT id, run FROM executions
  WHERE record_id = ?1 AND rule = ?2 AND (?3 IS NULL OR dedupe_key = ?3) AND run <> 'shadow' ORDER BY id DESC`;

/**
 * What stands in the way of a replay: the execution that the same request has started before, or one of this key that goes
 * on, be it the one that holds the key or an earlier one. Parameters: record, rule, key, what names the request.
 */
export const SELECT_IN_REPLAYS_WAY = `SELECT ${SUMMARY}, json_extract(attributes, '$.replay.once') IS ?4 AS repeated
  FROM executions WHERE record_id = ?1 AND rule = ?2 AND dedupe_key = ?3 AND (repeated OR run IN (${ACTIVE}))
  ORDER BY repeated DESC, id DESC LIMIT 1`;

/** What goes on of a rule's executions of a record. Parameters: 1 record, 2 rule, 3 key or NULL for all. */
export const SELECT_GOING_ON = `SELECT ${SUMMARY} FROM executions
  WHERE record_id = ?1 AND rule = ?2 AND (?3 IS NULL OR dedupe_key = ?3) AND run IN (${ACTIVE}) ORDER BY id DESC`;

/** Ends of a record that some callback has not got yet, but for one. Parameters: record, the one. */
export const SELECT_OWED_OF_RECORD = `SELECT id, progress FROM executions
  WHERE record_id = ? AND id <> ? AND delivery = 'due' AND run NOT IN (${ACTIVE}) ORDER BY id LIMIT 500`;

/**
 * The first request stands. What waits is due now; what is at its start call belongs to whoever makes it, and what is
 * held to a person. Parameters: 1 now, 2 who wants it, 3 id.
 */
export const REQUEST_CANCEL = `UPDATE executions SET cancel_at = coalesce(cancel_at, ?1), cancel_by = coalesce(cancel_by, ?2),
  due_at = CASE WHEN run IN ('queued', 'running') THEN min(due_at, ?1) ELSE due_at END WHERE id = ?3`;

/** Frees a key for a later execution; the one that had it stays. */
export const RELEASE_KEY = "UPDATE executions SET released = id WHERE id = ?";

/** The id is the time, or one more than the last where that is not later. Its first parameter: now, as an id. */
export const INSERT = `INSERT INTO executions (id, rule, source, record_id, dedupe_key, window_ends_at, run, delivery,
  due_at, started_at, purge_at, version, write_token, attributes, payload, progress, result)
  VALUES ((SELECT max(coalesce(max(id), 0) + 1, ?) FROM executions), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)
  RETURNING id`;

export const SELECT_SUMMARY = `SELECT ${SUMMARY} FROM executions WHERE id = ?`;
export const SELECT_VALUES = "SELECT payload, result FROM executions WHERE id = ?";
export const SELECT_WRITE_STATE = "SELECT run, version, write_token, due_at, cancel_at FROM executions WHERE id = ?";

const POLL_INTERVAL_BY_AGE = POLL_INTERVALS_MINUTES.toReversed()
  .map((minutes) => `WHEN ?1 - started_at >= ${minutes * POLL_AGE_FRACTION * MINUTE_MS} THEN ${minutes}`)
  .join(" ");

/**
 * A running execution is due in the minutes that follow from its age (`isPollMinute` in core/retry.ts says the same),
 * so that polls need not be written down; one that is to be canceled is due in every minute. The walk goes on from a cursor: (due_at, id) of the last row seen.
 * Numbers are bound as floating point: without the casts the minute would begin some milliseconds early.
 * What waits for a shut engine is not even leased, until its start is given up: ids are the time of admission.
 * Parameters: 1 now, 2 cursor's due_at, 3 cursor's id, 4 limit, 5 JSON list of the engines that are shut.
 */
export const SELECT_DUE = `SELECT ${SUMMARY} FROM executions
  WHERE due_at <= ?1 AND (due_at, id) > (?2, ?3)
    AND (run <> 'running' OR cancel_at IS NOT NULL OR (CAST(?1 AS INTEGER) / ${MINUTE_MS} + id / 1000)
      % CASE ${POLL_INTERVAL_BY_AGE} ELSE 1 END = 0)
    AND NOT (run = 'queued' AND cancel_at IS NULL AND id >= (CAST(?1 AS INTEGER) - ${START_GIVE_UP_MS}) * 1000
      AND attributes ->> '$.engine' IN (SELECT value FROM json_each(?5)))
  ORDER BY due_at, id LIMIT ?4`;

export const LEASE = "UPDATE executions SET due_at = ?, version = version + 1 WHERE id = ?";

/** Two statements for one step: naming `due_at` rewrites its index entry, which is a row written, even if it stays. */
export const UPDATE = update("");
export const UPDATE_DUE = update("due_at = ?11,");

function update(due: string): string {
  return `UPDATE executions SET ${due} run = ?2, delivery = ?3, started_at = ?4, purge_at = ?5, progress = ?6,
    result = ?7, payload = coalesce(?8, payload), write_token = ?9, version = ?10 + 1 WHERE id = ?1`;
}

/** A bounded look at the oldest executions from a mark on. Parameters: 1 mark, 2 limit. */
export const SELECT_OLDEST = "SELECT id, purge_at FROM executions WHERE id > ? ORDER BY id LIMIT ?";

export const DELETE = "DELETE FROM executions WHERE id = ?";

/** What is owed to callbacks is in no column; ids of callbacks have no spaces. */
const OF_DELIVERIES: Readonly<Record<string, string>> = {
  callback: "value ->> '$.callback'",
  "callback state": "(value ->> '$.callback') || ' ' || (value ->> '$.state')",
};

/**
 * @param conditions column names compared with = in this order, after `id < ?` and before the limit
 * @param bounded whether `id >= ?` follows after the conditions
 */
export function selectPage(conditions: readonly PageColumn[], bounded = false): string {
  const equal = conditions.map((column) => {
    const value = OF_DELIVERIES[column];
    return value === undefined ? `${column} = ?` : `? IN (SELECT ${value} FROM json_each(progress, '$.deliveries'))`;
  });
  const where = ["id < ?", ...equal, ...(bounded ? ["id >= ?"] : [])].join(" AND ");
  return `SELECT ${SUMMARY} FROM executions WHERE ${where} ORDER BY id DESC LIMIT ?`;
}

export const SELECT_MARK = "SELECT value FROM marks WHERE name = ?";
export const SET_MARK = "INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)";

export const SELECT_MARKS = "SELECT name, value FROM marks WHERE substr(name, 1, length(?1)) = ?1";

/** A mark that stays where it is writes no row. */
export const MOVE_MARK = `INSERT INTO marks (name, value) VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE excluded.value > value`;

export const DELETE_MARK = "DELETE FROM marks WHERE name = ?";

/** Ids grow with time, so this is a walk over a range of the table. Reads what is small of each row. */
export const COUNT_BY_RULE = "SELECT rule, run, count(*) AS count FROM executions WHERE id >= ? GROUP BY rule, run";

/** The newest from an id on, as far as statistics need them. Parameters: id, limit. */
export const SELECT_NEWEST =
  "SELECT id, run, started_at, progress FROM executions WHERE id >= ? ORDER BY id DESC LIMIT ?";

/** What is due now; what runs is due by its age and no backlog. */
export const SELECT_BACKLOG =
  "SELECT count(*) AS count, min(due_at) AS oldest FROM executions WHERE due_at <= ? AND run <> 'running'";

/** Everything about a record, as far as erasing needs it. */
export const SELECT_OF_RECORD =
  "SELECT id, dedupe_key, due_at, purge_at, attributes, progress FROM executions WHERE record_id = ?";

export const ERASE = `UPDATE executions SET dedupe_key = ?, attributes = ?, progress = ?, payload = ?, result = NULL,
  cancel_by = NULL, version = version + 1 WHERE id = ?`;
