// The login: a token of the operations API is exchanged for a session. The token is sent once and kept nowhere.
import { type Context, Hono } from "hono";
import type { Identity } from "../core/role.ts";
import { apiAs, type Problem, type Site } from "./api.ts";
import type { UiEnv } from "./context.ts";
import { Layout } from "./parts/layout.tsx";
import { Refused } from "./parts/pieces.tsx";
import { closeSession, openSession } from "./session.ts";

const MAX_TOKEN_CHARS = 500;

export function login(site: Site) {
  return new Hono<UiEnv>()
    .get("/login", (c) => loginPage(c, 200))
    .post("/login", async (c) => {
      const form = await c.req.parseBody();
      const token = typeof form.token === "string" ? form.token.trim().slice(0, MAX_TOKEN_CHARS) : "";
      const next = backTo(form.next);
      const api = apiAs(site, c.env, c.req.raw, undefined);
      const found = await api.get<Identity>("/whoami", { authorization: `Bearer ${token}` });
      if (!found.ok) return loginPage(c, found.status === 401 ? 401 : 403, explained(found.problem), next);
      await openSession(c, token);
      return c.redirect(next, 303);
    })
    .post("/logout", (c) => {
      closeSession(c);
      return c.redirect("/ui/login", 303);
    });
}

/** A page of ours and nothing else, whatever a link says. */
function backTo(next: unknown): string {
  return typeof next === "string" && /^\/ui(?:[/?](?!.*\.\.)[\w\-./?=&%:+~]*)?$/.test(next) ? next : "/ui";
}

function explained(problem: Problem): Problem {
  if (problem.status !== 401) return problem;
  return {
    ...problem,
    title: "This token is not valid",
    detail: "Use the ADMIN_TOKEN, or one made by POST /api/tokens.",
  };
}

/** Also what whoever is not signed in gets in place of a page. */
export async function loginPage(
  c: Context<UiEnv>,
  status: 200 | 401 | 403 | 503,
  problem?: Problem,
  next = askedFor(c),
): Promise<Response> {
  const layout = (
    <Layout title="Sign in">
      <section class="login">
        <h1>Hookspan</h1>
        {problem && <Refused problem={problem} />}
        <form method="post" action="/ui/login">
          <input type="hidden" name="next" value={next} />
          {/* For password managers, which keep a token under a name. */}
          <input
            class="away"
            type="text"
            name="name"
            value="hookspan"
            autocomplete="username"
            tabindex={-1}
            aria-label="Name, for password managers"
            readonly
          />
          <label for="token">Token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            maxlength={MAX_TOKEN_CHARS}
            autofocus
          />
          <button type="submit" class="main">
            Sign in
          </button>
        </form>
        <p class="faint">The ADMIN_TOKEN, or a token of yours. What it may do here is what its role may do.</p>
      </section>
    </Layout>
  );
  return c.html(`<!doctype html>${await layout.toString()}`, status);
}

/** Where somebody wanted to go who was asked to sign in first. */
function askedFor(c: Context<UiEnv>): string {
  const { pathname, search } = new URL(c.req.url);
  return c.req.method === "GET" && pathname !== "/ui/login" ? pathname + search : "";
}
