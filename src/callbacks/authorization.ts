// How the bridge proves itself to a callback beyond the signature: the headers that a configuration wants, and a token by bearer,
// password or the client credentials grant (RFC 6749, section 4.4). What is secret is in no failure's words.
import type { CallbackAuthorization, CallbackConfig } from "../core/callback-config.ts";
import { readCapped } from "../core/capped-body.ts";
import { isHeaderValue } from "../core/header.ts";
import { err, ok, type Result } from "../core/result.ts";
import { publicUrlFault, type UrlPolicy } from "../core/url-policy.ts";

/** A token is renewed so long before it expires: clocks differ. */
const RENEW_BEFORE_MS = 60_000;

/** How long a token is used that does not say when it expires. */
const UNKNOWN_EXPIRY_MS = 5 * 60_000;

const MAX_ANSWER_BYTES = 64 * 1024;

/** Tokens that an isolate has been given, by callback and credentials. Never written down. */
export type CallbackTokens = Map<string, { readonly token: string; readonly expiresAt: number }>;

export interface AuthorizationDeps {
  readonly policy: UrlPolicy;
  readonly tokens: CallbackTokens;
  secrets(names: readonly string[]): string[];
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  now(): number;
}

export interface Authorizer {
  /** @returns the headers, or why there are none, in words */
  headers(callback: CallbackConfig, signal: AbortSignal): Promise<Result<Record<string, string>, string>>;
  /** Forgets a token that the callback has refused. @returns whether another one can be had */
  refused(callback: CallbackConfig): boolean;
}

export function createAuthorizer(deps: AuthorizationDeps): Authorizer {
  const secret = (name: string): string => deps.secrets([name])[0]?.trim() ?? "";

  async function proof(authorization: CallbackAuthorization, signal: AbortSignal): Promise<Result<string, string>> {
    switch (authorization.type) {
      case "bearer":
        return ok(`Bearer ${secret(authorization.token)}`);
      case "basic":
        return ok(`Basic ${base64(`${authorization.user}:${secret(authorization.password)}`)}`);
      case "oauth2": {
        const name = nameOf(authorization);
        const known = deps.tokens.get(name);
        if (known && known.expiresAt - deps.now() > RENEW_BEFORE_MS) return ok(`Bearer ${known.token}`);
        const granted = await grant(deps, authorization, secret(authorization.clientSecret), signal);
        if (!granted.ok) return granted;
        deps.tokens.set(name, granted.value);
        return ok(`Bearer ${granted.value.token}`);
      }
    }
  }

  return {
    async headers({ headers, authorization }, signal) {
      const made: Record<string, string> = {};
      for (const [name, value] of Object.entries(headers)) {
        made[name] = typeof value === "string" ? value.trim() : `${value.prefix ?? ""}${secret(value.secret)}`;
      }
      if (authorization) {
        const proven = await proof(authorization, signal);
        if (!proven.ok) return proven;
        made.authorization = proven.value;
      }
      const bad = Object.keys(made).find((name) => !isHeaderValue(made[name] ?? ""));
      return bad === undefined ? ok(made) : err(`the value of the header ${bad} is not one that a header may have`);
    },
    refused({ authorization }) {
      return authorization?.type === "oauth2" && deps.tokens.delete(nameOf(authorization));
    },
  };
}

type ClientCredentials = Extract<CallbackAuthorization, { type: "oauth2" }>;

function nameOf({ tokenUrl, clientId, clientSecret, scope, audience }: ClientCredentials): string {
  return JSON.stringify([tokenUrl, clientId, clientSecret, scope, audience]);
}

/** The client's id and secret go into the Authorization header, each encoded as a form would (RFC 6749, section 2.3.1). */
async function grant(
  deps: AuthorizationDeps,
  { tokenUrl, clientId, scope, audience }: ClientCredentials,
  clientSecret: string,
  signal: AbortSignal,
): Promise<Result<{ token: string; expiresAt: number }, string>> {
  const fault = publicUrlFault(tokenUrl, deps.policy);
  if (fault !== undefined) return err(`the URL of its token ${fault}`);
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  if (scope !== undefined) form.set("scope", scope);
  if (audience !== undefined) form.set("audience", audience);
  const asked = deps.now();
  const response = await deps.fetch(tokenUrl, {
    method: "POST",
    redirect: "manual",
    signal,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
      "user-agent": "hookspan",
      authorization: `Basic ${base64(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`)}`,
    },
    body: form.toString(),
  });
  const bytes = await readCapped(response.body, MAX_ANSWER_BYTES);
  if (!response.ok) return err(`its token was refused: HTTP ${response.status}`);
  const { access_token: token, expires_in: seconds } = answerOf(bytes);
  if (typeof token !== "string" || token === "")
    return err("its token was not granted: the answer holds no access_token");
  const lifeMs = typeof seconds === "number" && seconds > 0 ? seconds * 1_000 : UNKNOWN_EXPIRY_MS;
  return ok({ token, expiresAt: asked + lifeMs });
}

function answerOf(bytes: Uint8Array | undefined): { access_token?: unknown; expires_in?: unknown } {
  try {
    const answer: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof answer === "object" && answer !== null ? answer : {};
  } catch {
    return {};
  }
}

function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
