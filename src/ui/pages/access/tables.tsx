// Tokens, and the record of changes, as tables.
import type { Identity } from "../../../core/role.ts";
import type { AuditFacts, TokenFactsView } from "../../../http/api-tokens.ts";
import { Action, Badge, Empty, When } from "../../parts/pieces.tsx";

interface TokenTableProps {
  readonly tokens: readonly TokenFactsView[];
  readonly identity: Identity;
  readonly now: number;
}

export function TokenTable({ tokens, identity, now }: TokenTableProps) {
  if (tokens.length === 0) {
    return (
      <Empty title="There are no tokens but the ADMIN_TOKEN.">
        <p>Give everybody and every program a token of their own: then it is known who has done what.</p>
      </Empty>
    );
  }
  return (
    <div class="table">
      <table aria-label="Tokens">
        <thead>
          <tr>
            <th scope="col">What it is for</th>
            <th scope="col">Role</th>
            <th scope="col">State</th>
            <th scope="col">Made</th>
            <th scope="col">Last used</th>
            <th scope="col">Expires</th>
            <th scope="col">
              <span class="away">What can be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map(({ id, name, role, createdAt, createdBy, lastUsedAt, expiresAt, revokedAt }) => {
            const over = expiresAt !== null && Date.parse(expiresAt) <= now;
            const state = revokedAt !== null ? "revoked" : over ? "expired" : "active";
            return (
              <tr>
                <td dir="auto">{name}</td>
                <td>{role}</td>
                <td>
                  <Badge state={state} />
                </td>
                <td>
                  <When at={createdAt} now={now} /> <small>by {createdBy}</small>
                </td>
                <td>{lastUsedAt === null ? "never" : <When at={lastUsedAt} now={now} />}</td>
                <td>{expiresAt === null ? "never" : <When at={expiresAt} now={now} />}</td>
                <td>
                  {state === "active" && (
                    <Action
                      to={`/ui/access/tokens/${encodeURIComponent(id)}/revoke`}
                      label="Revoke"
                      identity={identity}
                      needs="admin"
                      tone="danger"
                      confirm={`Revoke the token of ${name}? It cannot be taken back.`}
                    />
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

export function AuditTable({ entries, now }: { readonly entries: readonly AuditFacts[]; readonly now: number }) {
  if (entries.length === 0) return <Empty title="Nothing was changed." />;
  return (
    <div class="table">
      <table aria-label="Who has changed what">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">Came of it</th>
            <th scope="col">Before and after</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ at, who, role, target, action, status, change }) => (
            <tr>
              <td>
                <When at={at} now={now} />
              </td>
              <td dir="auto">
                {who} <small>{role}</small>
              </td>
              <td>
                <code dir="auto">{`${action.split(" ")[0]} ${target}`}</code>
              </td>
              <td>
                <Badge state={status < 400 ? "done" : "refused"} title={String(status)} />
              </td>
              <td>
                {change !== null && change !== undefined && (
                  <code dir="auto">{typeof change === "string" ? change : JSON.stringify(change)}</code>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
