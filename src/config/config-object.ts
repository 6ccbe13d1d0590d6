// The revisions of the configuration: one Durable Object over SQLite that keeps the newest 200, each as the text of its
// document. Its methods are synchronous, call nobody and know no clock; each may arrive twice. It does not know what a
// configuration is: whoever calls it has checked the document.
import { DurableObject } from "cloudflare:workers";
import type { RevisionFacts, RevisionOrigin, RevisionPage } from "../bridge/ports.ts";
import { migrate } from "./migrations.ts";

/** Revisions that are kept. Of 8 MiB each, the most that is taken, they are a sixth of what an object holds. */
const MAX_REVISIONS = 200;

/** A row holds 2 MB on the platform. That is not enforced locally, so it is kept here. */
const CHUNK_BYTES = 1024 * 1024;

/** A revision as it is kept: its document is JSON text. */
export interface StoredRevision extends RevisionFacts {
  readonly text: string;
}

export interface PutOutcome {
  readonly outcome: "stored" | "conflict";
  /** The number of the newest revision: the one that was stored, or the one that stood in the way; 0 for none. */
  readonly newest: number;
}

interface Row extends Record<string, SqlStorageValue> {
  number: number;
  at: number;
  author: string;
  note: string | null;
  made_from: RevisionOrigin["kind"];
  restored: number | null;
}

const FACTS = "number, at, author, note, made_from, restored";

export class ConfigObject extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    migrate(state.storage);
    this.#sql = state.storage.sql;
  }

  /** @returns the newest revision; null where that is `known`, or where there is none */
  since(known: number): StoredRevision | null {
    const newest = this.#newest();
    return newest === known ? null : this.get(newest);
  }

  get(number: number): StoredRevision | null {
    const [row] = this.#sql.exec<Row>(`SELECT ${FACTS} FROM revisions WHERE number = ?`, number);
    return row ? { ...factsOf(row), text: this.#text(number) } : null;
  }

  /** The newest first. */
  list(limit: number, before: number | null): RevisionPage {
    const rows = this.#sql
      .exec<Row>(
        `SELECT ${FACTS} FROM revisions WHERE ?1 IS NULL OR number < ?1 ORDER BY number DESC LIMIT ?2`,
        before,
        limit + 1,
      )
      .toArray();
    const revisions = rows.slice(0, limit).map(factsOf);
    return { revisions, next: rows.length > limit ? (revisions.at(-1)?.number ?? null) : null };
  }

  /**
   * Keeps a revision, if the newest is still the one that its author has seen.
   *
   * @param token names the call, so that one that arrives twice makes one revision
   */
  put(revision: Omit<StoredRevision, "number">, expected: number, token: string): PutOutcome {
    return this.ctx.storage.transactionSync(() => {
      const [own] = this.#sql.exec<{ number: number }>("SELECT number FROM revisions WHERE token = ?", token);
      if (own) return { outcome: "stored", newest: own.number };
      const newest = this.#newest();
      if (newest !== expected) return { outcome: "conflict", newest };
      const number = newest + 1;
      this.#insert({ ...revision, number }, token);
      this.#sql.exec("DELETE FROM revisions WHERE number <= ?", number - MAX_REVISIONS);
      this.#sql.exec("DELETE FROM chunks WHERE revision <= ?", number - MAX_REVISIONS);
      return { outcome: "stored", newest: number };
    });
  }

  /** The newest is never deleted, so counting on from it never gives a number twice. */
  #newest(): number {
    return this.#sql.exec<{ newest: number }>("SELECT coalesce(max(number), 0) AS newest FROM revisions").one().newest;
  }

  #insert({ number, at, author, note, madeFrom, text }: StoredRevision, token: string): void {
    this.#sql.exec(
      `INSERT INTO revisions (${FACTS}, token) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      number,
      at,
      author,
      note,
      madeFrom.kind,
      madeFrom.kind === "restore" ? madeFrom.of : null,
      token,
    );
    const bytes = new TextEncoder().encode(text);
    for (let part = 0; part * CHUNK_BYTES < bytes.byteLength; part++) {
      const chunk = bytes.slice(part * CHUNK_BYTES, (part + 1) * CHUNK_BYTES);
      this.#sql.exec("INSERT INTO chunks (revision, part, bytes) VALUES (?, ?, ?)", number, part, chunk.buffer);
    }
  }

  #text(number: number): string {
    const decoder = new TextDecoder();
    let text = "";
    const parts = this.#sql.exec<{ bytes: ArrayBuffer }>(
      "SELECT bytes FROM chunks WHERE revision = ? ORDER BY part",
      number,
    );
    for (const { bytes } of parts) text += decoder.decode(bytes, { stream: true });
    return text + decoder.decode();
  }
}

function factsOf({ number, at, author, note, made_from, restored }: Row): RevisionFacts {
  const madeFrom: RevisionOrigin =
    made_from === "restore" ? { kind: "restore", of: restored ?? 0 } : { kind: made_from };
  return { number, at, author, note, madeFrom };
}
