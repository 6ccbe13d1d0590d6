// One shard of the ledger: a Durable Object over SQLite. Its methods are synchronous, call nobody and know no clock, so
// that nothing can come between what one of them reads and what it writes; the platform withholds each answer until the
// writes behind it are durable. Every method may arrive twice. Plain flat data goes in and out.
import { DurableObject } from "cloudflare:workers";
import type { DueCursor, SaveOutcome } from "../bridge/ports.ts";
import { LEASE_MS } from "../core/retry.ts";
import { isActive, mayFollow, type RunState } from "../core/run-state.ts";
import { type AdmittedRow, admitOne, requestCancel, type Whole } from "./admit.ts";
import { dropText } from "./chunks.ts";
import { type Erased, eraseRecord } from "./erase.ts";
import { migrate } from "./migrations.ts";
import { isOwedBefore } from "./owed.ts";
import { purgeSome } from "./purge.ts";
import type { CountRow, LivesQuery, MarkRow, PageQuery, TargetRow } from "./query.ts";
import type { Candidate, ExecutionRow, ProgressRow, SummaryRow } from "./row.ts";
import { RunIndex } from "./run-index.ts";
import * as sql from "./statements.ts";
import { type StatsRow, statsOf } from "./stats.ts";
import { loaded, storeResult } from "./values.ts";

/** Rows per claim: few enough that the last is taken up well before its lease ends, six at a time and slow as calls may be. */
const CLAIM_BATCH = 12;

/** What a claim carries at most, in characters, one execution more at the utmost: a call to the object holds 32 MiB. */
const CLAIM_MAX_CHARS = 4 * 1024 * 1024;

/** How long a poll belongs to the sweep that claimed it. Shorter than the sweep's interval, longer than a poll takes. */
const POLL_LEASE_MS = 45_000;

/** The latest configuration by which a former home was asked what lives there. */
const LAYOUT_MARK = "layout";

export interface ClaimedRows {
  readonly rows: ExecutionRow[];
  readonly next: DueCursor | null;
}

export interface ClaimedRunRows {
  readonly known: boolean;
  readonly rows: ExecutionRow[];
}

interface WriteState {
  readonly run: RunState;
  readonly version: number;
  readonly write_token: string;
  readonly due_at: number | null;
  readonly cancel_at: number | null;
}

export class LedgerShard extends DurableObject<Env> {
  readonly #sql: SqlStorage;
  #layout: number | undefined;
  /** Polls write nothing, so their leases are kept here only. Lost with the object: then a poll is made twice. */
  readonly #pollLeases = new Map<number, number>();

  /** Who tells the end of a run. Lost with the object: then it may be told twice, under one message id. */
  readonly #tellers = new Map<number, { readonly token: string; readonly until: number }>();
  readonly #runs: RunIndex;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    migrate(state.storage);
    this.#sql = state.storage.sql;
    this.#runs = new RunIndex(this.#sql);
  }

  /**
   * Inserts each execution or reports the one that its key has.
   * @param token the same when the call is repeated
   * @param revision of the configuration by which the caller has chosen this shard
   * @returns null where a later configuration has been here, which may have another shard for them
   */
  admit(candidates: readonly Candidate[], now: number, token: string, revision: number): AdmittedRow[] | null {
    if (revision < this.#layoutRevision()) return null;
    const fresh = new Set<number>();
    const [only, ...others] = candidates;
    const whole: Whole = (write) => this.ctx.storage.transactionSync(write);
    if (only && others.length === 0) return [admitOne(this.#sql, only, now, token, fresh, whole)];
    return whole(() => candidates.map((each) => admitOne(this.#sql, each, now, token, fresh, (write) => write())));
  }

  /**
   * Whether anything of these lives here, which then stays here. From now on nobody who knows only an earlier configuration
   * admits anything: what is said not to live here could otherwise come here while it goes elsewhere.
   */
  lives(these: readonly LivesQuery[], now: number, revision: number): boolean[] {
    return this.ctx.storage.transactionSync(() => {
      if (revision > this.#layoutRevision()) {
        this.#sql.exec(sql.SET_MARK, LAYOUT_MARK, revision);
        this.#layout = revision;
      }
      return these.map((each) => this.#livesHere(each, now));
    });
  }

  #livesHere({ recordId, rule, dedupeKey }: LivesQuery, now: number): boolean {
    const found =
      recordId === ""
        ? this.#rows(sql.SELECT_KEY_LIVES, rule, dedupeKey, now)
        : this.#rows(sql.SELECT_RECORD_LIVES, recordId, now);
    return found.length > 0;
  }

  /** Nobody else writes it, so it is read once. */
  #layoutRevision(): number {
    this.#layout ??= this.#rows<{ value: number }>(sql.SELECT_MARK, LAYOUT_MARK)[0]?.value ?? 0;
    return this.#layout;
  }

  /** Wants an execution canceled. Asked again, the first request stands. */
  requestCancel(id: number, by: string, now: number): "requested" | "over" | "unknown" {
    return this.ctx.storage.transactionSync(() => {
      const [stored] = this.#rows<WriteState>(sql.SELECT_WRITE_STATE, id);
      if (!stored) return "unknown";
      if (!isActive(stored.run)) return "over";
      if (stored.cancel_at === null) requestCancel(this.#sql, id, by, now);
      return "requested";
    });
  }

  /** Leases what is due to the caller, but for what waits for an engine that is shut. What may have an effect is leased durably; polls are leased in memory. */
  claim(now: number, after: DueCursor | null, shut: readonly string[]): ClaimedRows {
    return this.ctx.storage.transactionSync(() => {
      const walk = this.#rows<SummaryRow & { due_at: number }>(
        sql.SELECT_DUE,
        now,
        after?.dueAt ?? 0,
        after?.row ?? 0,
        CLAIM_BATCH,
        JSON.stringify(shut),
      );
      const rows: ExecutionRow[] = [];
      let chars = 0;
      let last: DueCursor | null = null;
      for (const row of walk) {
        if (chars > CLAIM_MAX_CHARS) return { rows, next: last };
        const leased = this.#lease(row, now);
        if (leased) rows.push(leased);
        chars += charsOf(leased);
        last = { dueAt: row.due_at, row: row.id };
      }
      return { rows, next: walk.length < CLAIM_BATCH ? null : last };
    });
  }

  #lease(row: SummaryRow, now: number): ExecutionRow | undefined {
    if (row.run === "running") {
      // One that is to be canceled waits for nobody's poll.
      if (row.cancel_at === null && (this.#pollLeases.get(row.id) ?? 0) > now) return undefined;
      this.#pollLeases.set(row.id, now + POLL_LEASE_MS);
      return loaded(this.#sql, row);
    }
    this.#sql.exec(sql.LEASE, now + LEASE_MS, row.id);
    return loaded(this.#sql, { ...row, due_at: now + LEASE_MS, version: row.version + 1 });
  }

  /**
   * Writes a step, unless the execution has changed since `version` or the step is none that the state machine knows.
   * @param token the same when the call is repeated
   * @returns `cancel-requested` where it is saved and somebody wants the execution canceled
   */
  save(id: number, version: number, row: ProgressRow, token: string): SaveOutcome {
    return this.ctx.storage.transactionSync(() => {
      const [stored] = this.#rows<WriteState>(sql.SELECT_WRITE_STATE, id);
      if (!stored) return "conflict";
      const saved = stored.cancel_at !== null && isActive(row.run) ? "cancel-requested" : "saved";
      if (stored.write_token === token) return saved;
      if (stored.version !== version || !mayFollow(stored.run, row.run)) return "conflict";
      const { run, delivery, started_at, purge_at, progress, due_at } = row;
      const result = storeResult(this.#sql, id, row, stored.due_at !== null);
      // A caller of before this was said leaves it as it is.
      const { payload = null } = row;
      if (payload !== null) dropText(this.#sql, id, "payload");
      const values = [id, run, delivery, started_at, purge_at, progress, result, payload, token, version];
      if (due_at === stored.due_at) this.#sql.exec(sql.UPDATE, ...values);
      else this.#sql.exec(sql.UPDATE_DUE, ...values, due_at);
      this.#pollLeases.delete(id);
      this.#tellers.delete(id);
      this.#runs.note(id, row);
      return saved;
    });
  }

  /** Nothing is written: whoever is lost in between is followed by another after the time of a poll. */
  reserve(id: number, version: number, now: number, token: string): boolean {
    const [stored] = this.#rows<WriteState>(sql.SELECT_WRITE_STATE, id);
    const teller = this.#tellers.get(id);
    if (stored?.version !== version || (teller && teller.token !== token && now < teller.until)) return false;
    this.#tellers.set(id, { token, until: now + POLL_LEASE_MS });
    return true;
  }

  /** Leases the polls of what has one of these runs. */
  claimRuns(engine: string, runIds: readonly string[], now: number): ClaimedRunRows {
    const found = this.#runs.find(runIds).flatMap((id) => this.#rows<SummaryRow>(sql.SELECT_SUMMARY, id));
    const own = found.filter(({ run, attributes }) => run === "running" && JSON.parse(attributes).engine === engine);
    return { known: own.length > 0, rows: own.flatMap((row) => this.#lease(row, now) ?? []) };
  }

  find(id: number): ExecutionRow | null {
    const [row] = this.#rows<SummaryRow>(sql.SELECT_SUMMARY, id);
    return row ? loaded(this.#sql, row) : null;
  }

  /** Those of these rows that are there, in this order, as many as a call may carry: at least one. */
  findAll(ids: readonly number[]): ExecutionRow[] {
    const rows: ExecutionRow[] = [];
    let chars = 0;
    for (const id of ids) {
      const row = this.find(id);
      if (row) rows.push(row);
      chars += charsOf(row);
      if (chars > CLAIM_MAX_CHARS) break;
    }
    return rows;
  }

  list({ below, from, limit, equal }: PageQuery): SummaryRow[] {
    const conditions = equal.map(([column]) => column);
    const values = equal.map(([, value]) => value);
    const bounds = from > 0 ? [from] : [];
    return this.#rows<SummaryRow>(sql.selectPage(conditions, from > 0), below, ...values, ...bounds, limit);
  }

  /** How many executions of each rule stand in each state, of those admitted from this id on. A walk over all of them. */
  counts(from: number): CountRow[] {
    return this.#rows<CountRow>(sql.COUNT_BY_RULE, from);
  }

  /** How executions stand, from this moment on, at most so many of them, the newest. */
  stats(since: number, now: number, limit: number, parts: number): StatsRow {
    return statsOf(this.#sql, { since, now, limit, parts });
  }

  /** What goes on of each: a record ("" for none), a rule, and a key or null for all. */
  goingOn(targets: readonly TargetRow[]): SummaryRow[][] {
    return targets.map((target) => this.#rows<SummaryRow>(sql.SELECT_GOING_ON, ...target));
  }

  /** Whether an end of the record that came before this one is still owed to the callback. */
  owedBefore(recordId: string, id: number, endedAt: number, callback: string): boolean {
    return isOwedBefore(this.#sql, { recordId, id, endedAt, callback });
  }

  /** Erases what is kept about a record, but for what still goes on. Erased again, nothing changes. */
  erase(recordId: string): Erased {
    return this.ctx.storage.transactionSync(() => eraseRecord(this.#sql, recordId));
  }

  /** Looks at some of the oldest executions, deletes those past their time, and remembers where it was. */
  purge(now: number): number {
    this.#forgetLeases(now);
    return this.ctx.storage.transactionSync(() => purgeSome(this.#sql, now));
  }

  /** @returns what it holds, bytes */
  size(): number {
    return this.#sql.databaseSize;
  }

  marks(beginning: string): MarkRow[] {
    return this.#rows<MarkRow>(sql.SELECT_MARKS, beginning);
  }

  setMarks(marks: readonly (readonly [string, number | null])[]): void {
    this.ctx.storage.transactionSync(() => {
      for (const [name, value] of marks) {
        if (value === null) this.#sql.exec(sql.DELETE_MARK, name);
        else this.#sql.exec(sql.MOVE_MARK, name, value);
      }
    });
  }

  #forgetLeases(now: number): void {
    for (const [id, until] of this.#pollLeases) if (until <= now) this.#pollLeases.delete(id);
    for (const [id, { until }] of this.#tellers) if (until <= now) this.#tellers.delete(id);
  }

  #rows<Row>(statement: string, ...values: (string | number | null)[]): Row[] {
    return this.#sql.exec(statement, ...values).toArray() as Row[];
  }
}

function charsOf(row: ExecutionRow | null | undefined): number {
  return (row?.payload?.length ?? 0) + (row?.result?.length ?? 0);
}
