// The operations API as the dashboard calls it: in this very process, in the name of whoever looks. So roles, records of changes
// and hidden payloads are decided there and nowhere else, and whatever a page shows, a script can have.
import type { Identity } from "../core/role.ts";
import type { HttpBindings } from "../http/context.ts";

/** What was refused, and why: RFC 9457, as the API says it. */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Of a configuration that is refused. */
  readonly faults?: readonly { readonly path: string; readonly message: string }[];
}

export type Answer<T> =
  | { readonly ok: true; readonly status: number; readonly value: T; readonly headers: Headers }
  | { readonly ok: false; readonly status: number; readonly problem: Problem };

export interface Api {
  /** @param path below /api, with its query: `/executions?state=held` */
  get<T>(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer<T>>;
  /** @param body to be written as JSON; text is JSON already */
  send<T>(
    method: "POST" | "PUT" | "DELETE",
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer<T>>;
}

/** All routes of the Worker, to be called without a network. */
export type Site = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

/** @param identity undefined where it is still to be found out who asks, by the headers of `like` */
export function apiAs(site: Site, bindings: HttpBindings, like: Request, identity: Identity | undefined): Api {
  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer<T>> {
    const url = new URL(`/api${path}`, like.url);
    const request = new Request(url, {
      method,
      headers: { ...headers, ...forwarded(like) },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const answer = await site(request, identity ? { ...bindings, signedIn: identity } : bindings);
    const value: unknown = answer.status === 204 ? null : await answer.json().catch(() => null);
    if (answer.ok) return { ok: true, status: answer.status, value: value as T, headers: answer.headers };
    return { ok: false, status: answer.status, problem: asProblem(value, answer.status) };
  }
  return { get: (path, headers) => call("GET", path, undefined, headers), send: (...asked) => call(...asked) };
}

/** What tells the API from where somebody comes, and whom Cloudflare Access has signed in. */
function forwarded(like: Request): Record<string, string> {
  const names = ["cf-connecting-ip", "cf-access-jwt-assertion"];
  return Object.fromEntries(
    names.map((name) => [name, like.headers.get(name) ?? ""]).filter(([, value]) => value !== ""),
  );
}

function asProblem(value: unknown, status: number): Problem {
  const { title, detail, faults = [] } = (value ?? {}) as Partial<Problem>;
  return { faults, title: title ?? "Something went wrong", detail: detail ?? "The bridge's log says more.", status };
}
