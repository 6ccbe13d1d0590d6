// What the dashboard's pages are given with each request. Types only.
import type { Identity } from "../core/role.ts";
import type { HttpBindings } from "../http/context.ts";
import type { Api } from "./api.ts";

export interface UiEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Who looks; set for every page but the login. */
    identity: Identity;
    /** The operations API, in their name. */
    api: Api;
    /** Whether a session of ours says who they are: what Cloudflare Access has signed in, it signs out. */
    session: boolean;
  };
}
