// Who may use the operations API, and what was done with it: one Durable Object over SQLite. Its methods are synchronous, call
// nobody and know no clock; each may arrive twice. No token ever comes here, only its hash; and the
// key that sessions of the dashboard are signed with, which opens nothing without the ADMIN_TOKEN.
import { DurableObject } from "cloudflare:workers";
import type { AuditEntry, TokenFacts } from "../bridge/ports.ts";
import type { Role } from "../core/role.ts";
import { migrate } from "./migrations.ts";

/** The newest entries that are kept; at a hundred changes a day, a year's worth and more. */
const MAX_AUDIT_ENTRIES = 50_000;

/** `lastUsedAt` is true to so long; more would be a write per request. */
const USED_STEP_MS = 5 * 60_000;

export interface StoredToken extends TokenFacts {
  readonly hash: string;
}

export interface AuditQuery {
  readonly before: number | null;
  readonly who: string | null;
  readonly since: number;
  readonly limit: number;
}

interface TokenRow extends Record<string, SqlStorageValue> {
  id: string;
  name: string;
  role: string;
  hash: string;
  created_at: number;
  created_by: string;
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number | null;
}

interface AuditRow extends Record<string, SqlStorageValue> {
  id: number;
  at: number;
  who: string;
  role: string;
  action: string;
  target: string;
  status: number;
  request: string;
  change: string | null;
}

export class AccessObject extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    migrate(state.storage);
    this.#sql = state.storage.sql;
  }

  /** The id is new with each token, so the same call arriving twice makes one. */
  create({ id, name, role, hash, createdAt, createdBy, expiresAt }: StoredToken): void {
    this.#sql.exec(
      `INSERT INTO tokens (id, name, role, hash, created_at, created_by, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING`,
      id,
      name,
      role,
      hash,
      createdAt,
      createdBy,
      expiresAt,
    );
  }

  find(id: string): StoredToken | null {
    const [row] = this.#sql.exec<TokenRow>("SELECT * FROM tokens WHERE id = ?", id);
    return row ? toToken(row) : null;
  }

  used(id: string, at: number): void {
    this.#sql.exec(
      "UPDATE tokens SET last_used_at = ?1 WHERE id = ?2 AND coalesce(last_used_at, 0) < ?1 - ?3",
      at,
      id,
      USED_STEP_MS,
    );
  }

  /** The newest first. */
  list(): TokenFacts[] {
    const rows = this.#sql.exec<TokenRow>("SELECT * FROM tokens ORDER BY created_at DESC, id").toArray();
    return rows.map((row) => {
      const { hash: _, ...facts } = toToken(row);
      return facts;
    });
  }

  /** Revoked stays revoked: the first time stands. @returns whether there is such a token */
  revoke(id: string, at: number): boolean {
    this.#sql.exec("UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?", at, id);
    return this.find(id) !== null;
  }

  /** @param fresh becomes the key where there is none yet. @returns the key of all sessions */
  sessionKey(fresh: string): string {
    this.#sql.exec("INSERT INTO session_key (one, key) VALUES (1, ?) ON CONFLICT DO NOTHING", fresh);
    return this.#sql.exec<{ key: string }>("SELECT key FROM session_key").one().key;
  }

  record(entry: Omit<AuditEntry, "id">, once: string): void {
    const { at, who, role, action, target, status, request, change } = entry;
    this.ctx.storage.transactionSync(() => {
      this.#sql.exec(
        `INSERT INTO audit (once, at, who, role, action, target, status, request, change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT DO NOTHING`,
        once,
        at,
        who,
        role,
        action,
        target,
        status,
        request,
        change,
      );
      this.#sql.exec("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?", MAX_AUDIT_ENTRIES);
    });
  }

  /** The newest first. */
  audit({ before, who, since, limit }: AuditQuery): AuditEntry[] {
    return this.#sql
      .exec<AuditRow>(
        `SELECT id, at, who, role, action, target, status, request, change FROM audit
          WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR who = ?2) AND at >= ?3 ORDER BY id DESC LIMIT ?4`,
        before,
        who,
        since,
        limit,
      )
      .toArray()
      .map(({ role, ...row }) => ({ ...row, role: role as Role }));
  }
}

function toToken(row: TokenRow): StoredToken {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Role,
    hash: row.hash,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}
