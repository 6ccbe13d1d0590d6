// Nobody but whoever has the ADMIN_TOKEN, and a record of changes in memory.
import type { Access, AuditEntry } from "../../src/bridge/ports.ts";
import type { HttpBindings } from "../../src/http/context.ts";

export interface FakeAccess extends Access {
  readonly recorded: readonly Omit<AuditEntry, "id">[];
}

export function noTokens(): FakeAccess {
  const recorded: Omit<AuditEntry, "id">[] = [];
  return {
    recorded,
    identify: async () => ({ outcome: "unknown" }),
    failed: () => undefined,
    isLimited: () => false,
    idOf: () => null,
    owner: async () => ({ outcome: "unknown" }),
    sessionKey: async () => "the key of sessions",
    create: () => Promise.reject(new Error("there are no tokens here")),
    list: async () => [],
    revoke: async () => false,
    async record(entry) {
      recorded.push(entry);
    },
    audit: async () => recorded.map((entry, id) => ({ ...entry, id })),
  };
}

/** What a request brings besides the bridge, for tests that are about something else. */
export function plainRequest(): Pick<HttpBindings, "access" | "requestId" | "log" | "now"> {
  return { access: noTokens(), requestId: "", log: () => undefined, now: () => 0 };
}
