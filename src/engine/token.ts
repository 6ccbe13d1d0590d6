// Where the token of an engine's calls comes from: an API token as it is, or one that a key and a secret are exchanged
// for, which is renewed before it expires. Neither the key, the secret nor a token is ever part of a failure's words.
import type { EngineFailure } from "../bridge/ports.ts";
import { readCapped } from "../core/capped-body.ts";
import { OPERATION_NAMES, type OperationName } from "../core/engine-api.ts";
import type { EngineConfig } from "../core/engine-config.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { err, ok, type Result } from "../core/result.ts";
import { retryAfterMs } from "../core/retry.ts";
import { failureOfAnswer, failureOfThrown } from "./failure.ts";

/** A token is renewed so long before it expires: clocks differ, and a call must not begin with one and end without. */
const RENEW_BEFORE_MS = 2 * 60_000;

/** How long a token is used that does not say when it expires. The vendor's are good for an hour. */
const UNKNOWN_EXPIRY_MS = 10 * 60_000;

const MAX_ANSWER_BYTES = 64 * 1024;

export type TokenResult = Result<string, EngineFailure>;

export interface TokenSource {
  /** @param signal bounds how long it may take */
  current(signal: AbortSignal): Promise<TokenResult>;
  /** Another token than the one that the engine has refused; null where there is no way to get one. */
  instead(refused: string, signal: AbortSignal): Promise<TokenResult> | null;
}

/** Tokens that an isolate has been given, by engine. Never written down. */
export type TokenMemory = Map<string, { readonly token: string; readonly expiresAt: number }>;

export interface CredentialDeps {
  /** Under which the token is remembered: the same for the same credentials. */
  readonly name: string;
  readonly url: string;
  readonly key: string;
  readonly secret: string;
  readonly timeoutMs: number;
  readonly memory: TokenMemory;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  now(): number;
}

export function apiToken(token: string): TokenSource {
  return { current: async () => ok(token), instead: () => null };
}

export function exchangedToken(deps: CredentialDeps): TokenSource {
  const { name, memory } = deps;
  /** Everyone of one invocation waits for one exchange; another invocation's may never end. */
  let exchanging: Promise<TokenResult> | undefined;

  function renewed(signal: AbortSignal): Promise<TokenResult> {
    exchanging ??= exchange(deps, signal).then((answer) => {
      exchanging = undefined;
      if (!answer.ok) return answer;
      memory.set(name, { token: answer.value, expiresAt: expiryOf(answer.value) ?? deps.now() + UNKNOWN_EXPIRY_MS });
      return answer;
    });
    return exchanging;
  }

  return {
    async current(signal) {
      const known = memory.get(name);
      const leftMs = known ? known.expiresAt - deps.now() : 0;
      if (known && leftMs > RENEW_BEFORE_MS) return ok(known.token);
      const answer = await renewed(signal);
      // One that is still good is used while no other can be had.
      const definite = answer.ok || answer.error.reason === "unauthorized";
      return known && leftMs > 0 && !definite ? ok(known.token) : answer;
    },
    instead(refused, signal) {
      const known = memory.get(name);
      if (known && known.token !== refused) return Promise.resolve(ok(known.token));
      memory.delete(name);
      return renewed(signal);
    },
  };
}

/** The tokens of operations that name one of their own. @param secrets gives the values of secrets, by their names */
export function operationTokens(
  { operations }: EngineConfig,
  secrets: (names: readonly string[]) => readonly string[],
): Partial<Record<OperationName, string>> {
  const named = OPERATION_NAMES.flatMap((name) => {
    const token = operations[name]?.token;
    return token === undefined ? [] : [[name, secrets([token])[0] ?? ""] as const];
  });
  return Object.fromEntries(named);
}

/** Nothing has been asked of the engine yet, so no failure here leaves a doubt. */
async function exchange(deps: CredentialDeps, signal: AbortSignal): Promise<TokenResult> {
  const { url, key, secret, timeoutMs } = deps;
  try {
    const response = await deps.fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", "user-agent": "hookspan" },
      body: JSON.stringify({ key, secret }),
      redirect: "manual",
      signal,
    });
    const bytes = await readCapped(response.body, MAX_ANSWER_BYTES);
    const { status } = response;
    if (!response.ok) {
      const wait = retryAfterMs(response.headers.get("retry-after"), deps.now());
      return err(withoutEffect(failureOfAnswer({ status, detail: `authorize: HTTP ${status}`, retryAfterMs: wait })));
    }
    const answer = bytes && parsed(new TextDecoder().decode(bytes));
    const token = isJsonObject(answer) ? answer.accessToken : undefined;
    if (typeof token === "string" && token !== "") return ok(token);
    return err({ reason: "unavailable", detail: "authorize: the answer holds no accessToken" } as const);
  } catch (thrown) {
    return err(withoutEffect(failureOfThrown(thrown, timeoutMs)));
  }
}

/** Whoever refuses the key and the secret, in whatever words, does not accept us. */
function withoutEffect(failure: EngineFailure): EngineFailure {
  const { detail } = failure;
  if (failure.reason === "rejected") return { reason: "unauthorized", detail };
  return failure.reason === "uncertain" ? { reason: "unavailable", detail } : failure;
}

/** What the token says of its own expiry, ms since the epoch. It is the engine's to verify it; we only read. */
function expiryOf(token: string): number | undefined {
  const payload = token.split(".")[1];
  if (payload === undefined) return undefined;
  try {
    const claims = parsed(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    return isJsonObject(claims) && typeof claims.exp === "number" ? claims.exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
