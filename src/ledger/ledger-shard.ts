// One shard of the ledger: a Durable Object over SQLite. Its methods are synchronous, call nobody and know no clock, so
// that nothing can come between what one of them reads and what it writes; the platform withholds each answer until the
// writes behind it are durable. Every method may arrive twice. Plain flat data goes in and out.
import { DurableObject } from "cloudflare:workers";
import type { DueCursor } from "../bridge/ports.ts";
import { mayFollow, type RunState } from "../core/execution.ts";
import { LEASE_MS } from "../core/retry.ts";
import { type ChunkKind, dropText, fitsInRow, loadText, storeText } from "./chunks.ts";
import { migrate } from "./migrations.ts";
import type { AdmissionRow, ExecutionRow, ProgressRow, SummaryRow } from "./row.ts";
import { RunIndex } from "./run-index.ts";
import * as sql from "./statements.ts";

/** Rows per claim: few enough that the last is taken up well before its lease ends, six at a time and slow as calls may be. */
const CLAIM_BATCH = 12;

/** What a claim carries at most, in characters, one execution more at the utmost: a call to the object holds 32 MiB. */
const CLAIM_MAX_CHARS = 4 * 1024 * 1024;

/** How long a poll belongs to the sweep that claimed it. Shorter than the sweep's interval, longer than a poll takes. */
const POLL_LEASE_MS = 45_000;

/** Rows looked at per purge: each look is bounded, however large the shard. */
const PURGE_BATCH = 500;

/** Ids are ms since the epoch with room for a thousand in each. */
const IDS_PER_MS = 1_000;

export type AdmittedRow =
  | { readonly outcome: "new"; readonly id: number }
  | { readonly outcome: "duplicate"; readonly row: SummaryRow };

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
}

export interface PageQuery {
  /** Only rows below this id. */
  readonly below: number;
  readonly limit: number;
  /** Column and value pairs that must be equal. */
  readonly equal: readonly (readonly [PageColumn, string])[];
}
export type PageColumn = "record_id" | "run" | "delivery" | "rule" | "source";

export class LedgerShard extends DurableObject<Env> {
  readonly #sql: SqlStorage;
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

  /** Inserts each execution or reports the one that its key has. @param token the same when the call is repeated */
  admit(rows: readonly AdmissionRow[], now: number, token: string): AdmittedRow[] {
    return this.ctx.storage.transactionSync(() => {
      const fresh = new Set<number>();
      return rows.map((row) => this.#admitOne(row, now, token, fresh));
    });
  }

  /** @param fresh what this call has answered as new: asked again in the same call, it is a duplicate like any other */
  #admitOne(row: AdmissionRow, now: number, token: string, fresh: Set<number>): AdmittedRow {
    const [known] = this.#rows<SummaryRow & { write_token: string }>(
      sql.SELECT_BY_KEY,
      row.record_id,
      row.rule,
      row.dedupe_key,
    );
    if (known) {
      const { write_token, ...summary } = known;
      if (write_token === token && !fresh.has(known.id)) {
        fresh.add(known.id);
        return { outcome: "new", id: known.id };
      }
      if (known.window_ends_at > now) return { outcome: "duplicate", row: summary };
      this.#sql.exec(sql.RELEASE_KEY, known.id);
    }
    const { id } = this.#sql.exec<{ id: number }>(sql.NEXT_ID, now * IDS_PER_MS).one();
    this.#sql.exec(
      sql.INSERT,
      id,
      row.rule,
      row.source,
      row.record_id,
      row.dedupe_key,
      row.window_ends_at,
      row.run,
      row.delivery,
      row.due_at,
      row.started_at,
      row.purge_at,
      token,
      row.attributes,
      this.#store(id, "payload", row.payload),
      row.progress,
      row.result,
    );
    fresh.add(id);
    return { outcome: "new", id };
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
        chars += (leased?.payload?.length ?? 0) + (leased?.result?.length ?? 0);
        last = { dueAt: row.due_at, row: row.id };
      }
      return { rows, next: walk.length < CLAIM_BATCH ? null : last };
    });
  }

  #lease(row: SummaryRow, now: number): ExecutionRow | undefined {
    if (row.run === "running") {
      if ((this.#pollLeases.get(row.id) ?? 0) > now) return undefined;
      this.#pollLeases.set(row.id, now + POLL_LEASE_MS);
      return this.#load(row);
    }
    this.#sql.exec(sql.LEASE, now + LEASE_MS, row.id);
    return this.#load({ ...row, due_at: now + LEASE_MS, version: row.version + 1 });
  }

  /**
   * Writes a step, unless the execution has changed since `version` or the step is none that the state machine knows.
   * @param token the same when the call is repeated
   */
  save(id: number, version: number, row: ProgressRow, token: string): "saved" | "conflict" {
    return this.ctx.storage.transactionSync(() => {
      const [stored] = this.#rows<WriteState>(sql.SELECT_WRITE_STATE, id);
      if (!stored) return "conflict";
      if (stored.write_token === token) return "saved";
      if (stored.version !== version || !mayFollow(stored.run, row.run)) return "conflict";
      const { run, delivery, started_at, purge_at, progress, due_at } = row;
      const result = this.#storeResult(id, row);
      const values = [id, run, delivery, started_at, purge_at, progress, result, token, version];
      if (due_at === stored.due_at) this.#sql.exec(sql.UPDATE, ...values);
      else this.#sql.exec(sql.UPDATE_DUE, ...values, due_at);
      this.#pollLeases.delete(id);
      this.#tellers.delete(id);
      this.#runs.note(id, row);
      return "saved";
    });
  }

  /** A large result is kept for as long as a callback may need it; a small one as long as its execution. */
  #storeResult(id: number, row: ProgressRow): string | null {
    const needed = row.due_at !== null || row.delivery !== "delivered";
    if (row.result === null || needed || fitsInRow(row.result)) return this.#store(id, "result", row.result);
    dropText(this.#sql, id, "result");
    return null;
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
    return row ? this.#load(row) : null;
  }

  list({ below, limit, equal }: PageQuery): SummaryRow[] {
    const conditions = equal.map(([column]) => column);
    const values = equal.map(([, value]) => value);
    return this.#rows<SummaryRow>(sql.selectPage(conditions), below, ...values, limit);
  }

  /** Looks at some of the oldest executions, deletes those past their time, and remembers where it was. */
  purge(now: number): number {
    this.#forgetLeases(now);
    return this.ctx.storage.transactionSync(() => {
      const [mark] = this.#rows<{ value: number }>("SELECT value FROM marks WHERE name = 'purge'");
      const looked = this.#rows<{ id: number; purge_at: number | null }>(
        sql.SELECT_OLDEST,
        mark?.value ?? 0,
        PURGE_BATCH,
      );
      const over = looked.filter(({ purge_at }) => purge_at !== null && purge_at <= now);
      for (const { id } of over) {
        dropText(this.#sql, id, "payload");
        dropText(this.#sql, id, "result");
        this.#sql.exec(sql.DELETE, id);
      }
      const next = looked.length < PURGE_BATCH ? 0 : (looked.at(-1)?.id ?? 0);
      if (next !== (mark?.value ?? 0))
        this.#sql.exec("INSERT OR REPLACE INTO marks (name, value) VALUES ('purge', ?)", next);
      return over.length;
    });
  }

  #forgetLeases(now: number): void {
    for (const [id, until] of this.#pollLeases) if (until <= now) this.#pollLeases.delete(id);
    for (const [id, { until }] of this.#tellers) if (until <= now) this.#tellers.delete(id);
  }

  #store(id: number, kind: ChunkKind, text: string | null): string | null {
    return text === null ? null : storeText(this.#sql, id, kind, text);
  }

  #load(row: SummaryRow): ExecutionRow {
    const [values] = this.#rows<{ payload: string | null; result: string | null }>(sql.SELECT_VALUES, row.id);
    return {
      ...row,
      payload: values?.payload ?? loadText(this.#sql, row.id, "payload"),
      result: values?.result ?? loadText(this.#sql, row.id, "result"),
    };
  }

  #rows<Row>(statement: string, ...values: (string | number | null)[]): Row[] {
    return this.#sql.exec(statement, ...values).toArray() as Row[];
  }
}
