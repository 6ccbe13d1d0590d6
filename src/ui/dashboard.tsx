// The dashboard at /ui: who may see it, what a browser is allowed to do with it, and its pages. A client of the operations API
// and nothing more.
import { type Context, Hono } from "hono";
import { csrf } from "hono/csrf";
import { HTTPException } from "hono/http-exception";
import type { Identity } from "../core/role.ts";
import { apiAs, type Site } from "./api.ts";
import { assets } from "./assets.ts";
import type { UiEnv } from "./context.ts";
import { login, loginPage } from "./login.tsx";
import { refused } from "./page.tsx";
import { access } from "./pages/access.tsx";
import { callbacks } from "./pages/callbacks.tsx";
import { configuration } from "./pages/configuration.tsx";
import { deadLetters } from "./pages/dead-letters.tsx";
import { engines } from "./pages/engines.tsx";
import { execution } from "./pages/execution.tsx";
import { executions } from "./pages/executions.tsx";
import { jobs } from "./pages/jobs.tsx";
import { overview } from "./pages/overview.tsx";
import { records } from "./pages/records.tsx";
import { rules } from "./pages/rules.tsx";
import { sources } from "./pages/sources.tsx";
import { sessionOf } from "./session.ts";

/** Own scripts and styles, own forms, no frames, nothing inline, nothing from elsewhere. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'";

const NO_PAGE = { status: 404, title: "There is no such page", detail: "The pages stand in the navigation." };

const FOREIGN_FORM = {
  status: 403,
  title: "This form did not come from here",
  detail: "Nothing was done. Open the page anew and press the button there.",
};

const OURS = {
  status: 503,
  title: "Something went wrong on our side",
  detail: "Try again; the bridge's log says more.",
};

/** @param site all routes of the Worker, the operations API among them */
export function dashboard(site: Site): Hono<UiEnv> {
  return new Hono<UiEnv>()
    .route("/assets", assets)
    .use(async (c, next) => {
      await next();
      c.res.headers.set("content-security-policy", POLICY);
      // Forms of ours must say where they come from.
      c.res.headers.set("referrer-policy", "same-origin");
      c.res.headers.set("cache-control", "no-store");
    })
    .use(csrf())
    .route("/", login(site))
    .use(async (c, next) => {
      const session = await sessionOf(c);
      // Without a session of ours, Cloudflare Access may have signed somebody in.
      const found = session ?? (await signedInElsewhere(c, site));
      if (!found) return loginPage(c, 401);
      c.set("identity", found);
      c.set("session", session !== null);
      c.set("api", apiAs(site, c.env, c.req.raw, found));
      return next();
    })
    .route("/", overview)
    .route("/", executions)
    .route("/", execution)
    .route("/", records)
    .route("/", deadLetters)
    .route("/", sources)
    .route("/", rules)
    .route("/", callbacks)
    .route("/", engines)
    .route("/", jobs)
    .route("/", configuration)
    .route("/", access)
    .all("*", (c) => refused(c, { title: "Not found", section: undefined }, NO_PAGE))
    .onError((thrown, c) => {
      if (thrown instanceof HTTPException) return loginPage(c, 403, FOREIGN_FORM);
      c.env.log("error", "ui.failed", { path: c.req.path, error: String(thrown) });
      return c.var.identity ? refused(c, { title: "Sorry", section: undefined }, OURS) : loginPage(c, 503, OURS);
    });
}

/** Whom Cloudflare Access has signed in, as the API finds out. */
async function signedInElsewhere(c: Context<UiEnv>, site: Site): Promise<Identity | null> {
  if (!c.req.header("cf-access-jwt-assertion")) return null;
  const found = await apiAs(site, c.env, c.req.raw, undefined).get<Identity>("/whoami");
  return found.ok ? found.value : null;
}
