// The desk of one source: a Durable Object over SQLite that keeps when the source was last heard of, whether its silence
// has been told, what was refused or went unmatched, and the ciphertext of a captured secret. Its methods are
// synchronous, call nobody and know no clock; each may arrive twice. It never sees a secret in the clear, nor the key.
import { DurableObject } from "cloudflare:workers";
import type { Note, SourceRecord, Watch } from "../bridge/ports.ts";
import { migrate } from "./migrations.ts";
import type { SealedSecret } from "./secret-box.ts";

/** Notes kept of each kind: enough to see what a sender does wrong, little enough to show on one page. */
const RING_SLOTS = 50;

/** Many isolates may sample at the same time; of like notes, no more than one in this time is written. */
const NOTE_SPACING_MS = 1_000;

/** The same for events: the time of the last one is known to about a minute anyway. */
const EVENT_SPACING_MS = 20_000;

const MAX_REASON_CHARS = 64;
const MAX_DETAIL_CHARS = 300;

export type NoteKind = "refused" | "unmatched";

interface SourceRow extends Record<string, SqlStorageValue> {
  last_event_at: number | null;
  watched_since: number | null;
  silent_since: number | null;
  turned_at: number | null;
}

const NOTHING_KNOWN: SourceRow = { last_event_at: null, watched_since: null, silent_since: null, turned_at: null };

export class SourceDeskObject extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    migrate(state.storage);
    this.#sql = state.storage.sql;
  }

  /** Notes that an event was accepted at this time. Earlier times than the one known change nothing. */
  received(at: number): void {
    this.#sql.exec(
      `INSERT INTO source (id, last_event_at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET last_event_at = ?1
        WHERE last_event_at IS NULL OR last_event_at + ?2 <= ?1`,
      at,
      EVENT_SPACING_MS,
    );
  }

  /**
   * Puts a note into the ring of its kind, unless there is a like one of the same moment: a refusal for the same reason,
   * or an unmatched event of which the same is said.
   */
  note(kind: NoteKind, note: Note): void {
    const reason = note.reason.slice(0, MAX_REASON_CHARS);
    const detail = note.detail.slice(0, MAX_DETAIL_CHARS);
    this.ctx.storage.transactionSync(() => {
      const { seq, like_it } = this.#sql
        .exec<{ seq: number; like_it: number }>(
          `SELECT coalesce(max(seq), 0) + 1 AS seq, count(*) FILTER (
              WHERE abs(at - ?2) < ?3 AND reason = ?4 AND (kind = 'refused' OR detail = ?5)
            ) AS like_it FROM notes WHERE kind = ?1`,
          kind,
          note.at,
          NOTE_SPACING_MS,
          reason,
          detail,
        )
        .one();
      if (like_it > 0) return;
      this.#sql.exec(
        `INSERT INTO notes (kind, slot, seq, at, reason, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
          ON CONFLICT (kind, slot) DO UPDATE SET seq = ?3, at = ?4, reason = ?5, detail = ?6`,
        kind,
        seq % RING_SLOTS,
        seq,
        note.at,
        reason,
        detail,
      );
    });
  }

  /** @returns "captured" also where this very capture is here already: the call has arrived twice */
  capture({ iv, ciphertext }: SealedSecret): "captured" | "refused" {
    return this.ctx.storage.transactionSync(() => {
      const known = this.captured();
      if (known) return sameBytes(known.iv, iv) && sameBytes(known.ciphertext, ciphertext) ? "captured" : "refused";
      this.#sql.exec("INSERT INTO captured (id, iv, ciphertext) VALUES (1, ?, ?)", iv, ciphertext);
      return "captured";
    });
  }

  captured(): SealedSecret | null {
    const [row] = this.#sql.exec<{ iv: ArrayBuffer; ciphertext: ArrayBuffer }>("SELECT iv, ciphertext FROM captured");
    return row ?? null;
  }

  release(): void {
    this.#sql.exec("DELETE FROM captured");
  }

  /**
   * Looks whether the source is silent at `now`, and remembers what it has said of it: each silence and each end of one
   * is told by one look. A source never heard of is silent from when it was first looked at.
   */
  watch(now: number, expectEveryMs: number): Watch {
    return this.ctx.storage.transactionSync(() => {
      const row = this.#row();
      if (row.turned_at === now) return { turned: row.silent_since === null ? "heard" : "silent", ...sinceOf(row) };
      const since = row.last_event_at ?? row.watched_since;
      if (since === null) {
        this.#save({ ...row, watched_since: now });
        return { turned: null, silentSince: null };
      }
      const silent = now - since > expectEveryMs;
      const silentSince = silent ? since : null;
      if (silentSince === row.silent_since) return { turned: null, silentSince };
      this.#save({ ...row, silent_since: silentSince, turned_at: now });
      return { turned: silent ? "silent" : "heard", silentSince };
    });
  }

  record(): SourceRecord {
    const row = this.#row();
    return {
      lastEventAt: row.last_event_at,
      ...sinceOf(row),
      captured: this.captured() !== null,
      refused: this.#notes("refused"),
      unmatched: this.#notes("unmatched"),
    };
  }

  #row(): SourceRow {
    const [row] = this.#sql.exec<SourceRow>(
      "SELECT last_event_at, watched_since, silent_since, turned_at FROM source WHERE id = 1",
    );
    return row ?? NOTHING_KNOWN;
  }

  #save({ watched_since, silent_since, turned_at }: SourceRow): void {
    this.#sql.exec(
      `INSERT INTO source (id, watched_since, silent_since, turned_at) VALUES (1, ?1, ?2, ?3)
        ON CONFLICT (id) DO UPDATE SET watched_since = ?1, silent_since = ?2, turned_at = ?3`,
      watched_since,
      silent_since,
      turned_at,
    );
  }

  #notes(kind: NoteKind): Note[] {
    return this.#sql
      .exec<{ at: number; reason: string; detail: string }>(
        "SELECT at, reason, detail FROM notes WHERE kind = ? ORDER BY seq DESC",
        kind,
      )
      .toArray();
  }
}

/** An event that came after the silence was told has ended it, though nobody has said so yet. */
function sinceOf({ last_event_at, silent_since }: SourceRow): { silentSince: number | null } {
  const ended = silent_since !== null && last_event_at !== null && last_event_at > silent_since;
  return { silentSince: ended ? null : silent_since };
}

function sameBytes(a: ArrayBuffer, b: ArrayBuffer): boolean {
  if (a.byteLength !== b.byteLength) return false;
  const other = new Uint8Array(b);
  return new Uint8Array(a).every((byte, index) => byte === other[index]);
}
