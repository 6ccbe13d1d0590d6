// What someone may do with the operations API. Pure.

/** From the least to the most: each may do what the one before may. */
export const ROLES = ["viewer", "operator", "admin"] as const;

/**
 * `viewer` looks, and sees no payloads; `operator` sees them, and acts on executions, engines and callbacks; `admin` changes
 * the configuration and who may do what.
 */
export type Role = (typeof ROLES)[number];

/** Whoever asks, once that is known. */
export interface Identity {
  /** For the log and for what is kept: the name of the token, or the address that signed in. */
  readonly name: string;
  readonly role: Role;
}

export function mayActAs({ role }: Identity, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
