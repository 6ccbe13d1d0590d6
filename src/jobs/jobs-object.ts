// Bulk work that people have asked for: one Durable Object over SQLite that keeps what is to be done and how far it has come. Its
// methods are synchronous, call nobody and know no clock; each may arrive twice. Jobs go in and out as JSON text.
import { DurableObject } from "cloudflare:workers";
import type { Job } from "../bridge/ports.ts";
import { migrate } from "./migrations.ts";

/** How long a job belongs to whoever claimed it: longer than a portion takes. */
const LEASE_MS = 90_000;

/** The newest that are kept once they are over. */
const MAX_JOBS = 200;

const MAX_LISTED = 100;

interface Row extends Record<string, SqlStorageValue> {
  id: string;
  state: string;
  job: string;
}

export class JobsObject extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    migrate(state.storage);
    this.#sql = state.storage.sql;
  }

  create(id: string, createdAt: number, job: string): void {
    this.ctx.storage.transactionSync(() => {
      this.#sql.exec(
        "INSERT INTO jobs (id, created_at, state, leased_until, job) VALUES (?, ?, 'running', 0, ?) ON CONFLICT DO NOTHING",
        id,
        createdAt,
        job,
      );
      this.#sql.exec(
        "DELETE FROM jobs WHERE state <> 'running' AND id NOT IN (SELECT id FROM jobs ORDER BY created_at DESC LIMIT ?)",
        MAX_JOBS,
      );
    });
  }

  get(id: string): string | null {
    return this.#row(id)?.job ?? null;
  }

  list(): string[] {
    const rows = this.#sql.exec<Row>("SELECT * FROM jobs ORDER BY created_at DESC, id LIMIT ?", MAX_LISTED).toArray();
    return rows.map(({ job }) => job);
  }

  claim(now: number, id: string | null): string | null {
    return this.ctx.storage.transactionSync(() => {
      const [row] = this.#sql
        .exec<Row>(
          `SELECT * FROM jobs WHERE state = 'running' AND leased_until <= ?1 AND (?2 IS NULL OR id = ?2)
            ORDER BY created_at LIMIT 1`,
          now,
          id,
        )
        .toArray();
      if (!row) return null;
      this.#sql.exec("UPDATE jobs SET leased_until = ? WHERE id = ?", now + LEASE_MS, row.id);
      return row.job;
    });
  }

  /** @param from where it stood when the caller read it @param now lets go of it where the job says that it is over */
  save(id: string, job: string, from: string | null, now: number): boolean {
    return this.ctx.storage.transactionSync(() => {
      const row = this.#row(id);
      if (row?.state !== "running") return false;
      const stored: Job = JSON.parse(row.job);
      const given: Job = JSON.parse(job);
      const repeated = stored.cursor === given.cursor && stored.updatedAt === given.updatedAt;
      if (!repeated && stored.cursor !== from) return false;
      const until = given.state === "running" ? now + LEASE_MS : 0;
      this.#sql.exec("UPDATE jobs SET state = ?, job = ?, leased_until = ? WHERE id = ?", given.state, job, until, id);
      return given.state === "running";
    });
  }

  cancel(id: string, now: number): string | null {
    return this.ctx.storage.transactionSync(() => {
      const row = this.#row(id);
      if (!row) return null;
      if (row.state !== "running") return row.job;
      const stored: Job = JSON.parse(row.job);
      const job = JSON.stringify({ ...stored, state: "canceled", updatedAt: now } satisfies Job);
      this.#sql.exec("UPDATE jobs SET state = 'canceled', job = ?, leased_until = 0 WHERE id = ?", job, id);
      return job;
    });
  }

  #row(id: string): Row | undefined {
    return this.#sql.exec<Row>("SELECT * FROM jobs WHERE id = ?", id).toArray()[0];
  }
}
