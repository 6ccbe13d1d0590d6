// What the operations API needs to know of who uses it. Types only.
import type { Identity, Role } from "../core/role.ts";

/** What is known of a token; never the token itself. Times are ms since the epoch. */
export interface TokenFacts {
  readonly id: string;
  /** What it is for, in its maker's words. */
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** To some minutes. */
  readonly lastUsedAt: number | null;
}

/** A change, as it is kept: who has asked for what, and what came of it. */
export interface AuditEntry {
  readonly id: number;
  readonly at: number;
  readonly who: string;
  readonly role: Role;
  /** Method and route: `POST /api/executions/:id/cancel`. */
  readonly action: string;
  /** The path as it was asked for. */
  readonly target: string;
  readonly status: number;
  /** The id of the request, by which the log knows it. */
  readonly request: string;
  /** JSON of what was before and what is after; null where the route says nothing. */
  readonly change: string | null;
}

export interface AuditFilter {
  /** Only entries older than this one. */
  readonly before: number | null;
  readonly who: string | null;
  /** ms since the epoch */
  readonly since: number;
  readonly limit: number;
}

/** `limited`: this client has shown too many tokens that are none. `unreachable`: nobody can say. */
export type Identified =
  | { readonly outcome: "known"; readonly identity: Identity }
  | { readonly outcome: "unknown" | "limited" | "unreachable" };

export interface Access {
  /** @param client from where it is shown, to slow down who tries tokens */
  identify(shown: string, client: string): Promise<Identified>;
  /** Counts a token that was not accepted. */
  failed(client: string): void;
  isLimited(client: string): boolean;
  /** @returns the id that stands in a token, which is no secret; null where it is no token of this bridge's */
  idOf(shown: string): string | null;
  /** Whose the token of this id is, as long as it is valid: for a session that the token has opened. */
  owner(id: string): Promise<Identified>;
  /** What sessions of the dashboard are signed with: made once, the same for all isolates. @throws out of reach */
  sessionKey(): Promise<string>;
  /** @returns the token, which is told this once. @throws where it cannot be kept */
  create(
    wanted: Pick<TokenFacts, "name" | "role" | "expiresAt">,
    by: string,
  ): Promise<{ token: string; facts: TokenFacts }>;
  list(): Promise<TokenFacts[]>;
  /** @returns whether there is such a token */
  revoke(id: string): Promise<boolean>;
  record(entry: Omit<AuditEntry, "id">): Promise<void>;
  audit(filter: AuditFilter): Promise<AuditEntry[]>;
}
