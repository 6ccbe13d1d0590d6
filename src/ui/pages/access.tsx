// Who may use the bridge, and who has changed what; and erasing what is kept about a person. For admins.
import { type Context, Hono } from "hono";
import { ROLES } from "../../core/role.ts";
import type { AuditFacts, TokenFactsView } from "../../http/api-tokens.ts";
import type { UiEnv } from "../context.ts";
import { done, page, refused } from "../page.tsx";
import { Action, Copy } from "../parts/pieces.tsx";
import { AuditTable, TokenTable } from "./access/tables.tsx";

const FRAME = { title: "Access", section: "access" } as const;
const AUDIT_ENTRIES = 50;

export const access = new Hono<UiEnv>()
  .get("/access", (c) => shown(c))
  .post("/access/tokens", async (c) => {
    const { name = "", role = "", expiresInDays = "" } = await fields(c);
    const days = expiresInDays === "" ? {} : { expiresInDays: Number(expiresInDays) };
    const answer = await c.var.api.send<{ token: string }>("POST", "/tokens", { name, role, ...days });
    return answer.ok
      ? shown(c, <NewToken name={name} token={answer.value.token} />)
      : refused(c, FRAME, answer.problem);
  })
  .post("/access/tokens/:id/revoke", async (c) => {
    const answer = await c.var.api.send("DELETE", `/tokens/${encodeURIComponent(c.req.param("id"))}`);
    return done(c, FRAME, answer, { to: "/ui/access", word: "revoked" });
  })
  .post("/access/erasures", async (c) => {
    const { record = "", again = "" } = await fields(c);
    if (record !== again) {
      const detail = "The record was written in two ways. Nothing was erased.";
      return refused(c, FRAME, { status: 400, title: "Write it twice", detail });
    }
    const answer = await c.var.api.send("POST", "/erasures", UUID.test(record) ? { recordId: record } : { record });
    return done(c, FRAME, answer, { to: "/ui/access", word: "erased" });
  });

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a form says, as text. */
async function fields(c: Context<UiEnv>): Promise<Record<string, string>> {
  const form = await c.req.parseBody();
  return Object.fromEntries(Object.entries(form).map(([name, value]) => [name, String(value).trim()]));
}

async function shown(c: Context<UiEnv>, told?: ReturnType<typeof NewToken>): Promise<Response> {
  const { who = "", cursor = "" } = c.req.query();
  const query = new URLSearchParams({ limit: String(AUDIT_ENTRIES), ...(who && { who }), ...(cursor && { cursor }) });
  const [tokens, audit] = await Promise.all([
    c.var.api.get<{ tokens: TokenFactsView[] }>("/tokens"),
    c.var.api.get<{ entries: AuditFacts[]; next: number | null }>(`/audit?${query}`),
  ]);
  if (!tokens.ok) return refused(c, FRAME, tokens.problem);
  if (!audit.ok) return refused(c, FRAME, audit.problem);
  const { entries, next } = audit.value;
  return page(
    c,
    FRAME,
    <>
      <h1>Access</h1>
      {told}
      <h2>Tokens</h2>
      <TokenTable tokens={tokens.value.tokens} identity={c.var.identity} now={c.env.now()} />
      <Action to="/ui/access/tokens" label="Make a token" identity={c.var.identity} needs="admin" tone="main">
        <span class="field">
          <label for="name">What it is for</label>
          <input id="name" name="name" required maxlength={100} />
        </span>
        <span class="field">
          <label for="role">Role</label>
          <select id="role" name="role">
            {ROLES.map((role) => (
              <option value={role}>{role}</option>
            ))}
          </select>
        </span>
        <span class="field">
          <label for="days">Expires in days</label>
          <input id="days" name="expiresInDays" type="number" min={1} max={3650} placeholder="never" />
        </span>
      </Action>
      <h2>Who has changed what</h2>
      <form class="filters" method="get">
        <span class="field">
          <label for="who">By whom</label>
          <input id="who" name="who" value={who} />
        </span>
        <button type="submit">Show</button>
      </form>
      <AuditTable entries={entries} now={c.env.now()} />
      {next !== null && (
        <p class="pager">
          <a href={`/ui/access?${new URLSearchParams({ ...(who && { who }), cursor: String(next) })}`}>Older</a>
        </p>
      )}
      <h2>Erase a person</h2>
      <p>
        What is kept about a record is erased: payloads, results, words in timelines. Dedupe keys stay as hashes. What
        still goes on is left: cancel it first.
      </p>
      <Action
        to="/ui/access/erasures"
        label="Erase"
        identity={c.var.identity}
        needs="admin"
        tone="danger"
        confirm="Erase everything about this record? It cannot be brought back."
      >
        <span class="field">
          <label for="record">Record: its id, or the sender's own</label>
          <input id="record" name="record" required />
        </span>
        <span class="field">
          <label for="again">The same again</label>
          <input id="again" name="again" required autocomplete="off" />
        </span>
      </Action>
    </>,
  );
}

/** The only time that a token is told. */
function NewToken({ name, token }: { readonly name: string; readonly token: string }) {
  return (
    <section class="notice" role="status">
      <p>
        The token of <strong dir="auto">{name}</strong>, told this once:
      </p>
      <p>
        <code>{token}</code> <Copy text={token} label="Copy the token" />
      </p>
    </section>
  );
}
