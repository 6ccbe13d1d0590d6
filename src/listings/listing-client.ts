// Asks a sender's API over HTTP: one call, no retries, bounded in time and size, no redirects. What the answers mean is known to
// the files of the senders.
import type { ListFailure } from "../bridge/ports.ts";
import { readCapped } from "../core/capped-body.ts";
import type { Json } from "../core/json.ts";
import { err, ok, type Result } from "../core/result.ts";
import { publicUrlFault, type UrlPolicy } from "../core/url-policy.ts";

const TIMEOUT_MS = 15_000;

/** A hundred events of 100 KB; the senders' own pages stay far below it. */
const MAX_BYTES = 12 * 1024 * 1024;

export interface ListingDeps {
  readonly policy: UrlPolicy;
  readonly token: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

export interface Answer {
  readonly json: Json;
  readonly headers: Headers;
}

/** @returns null where there is nothing (any more) at this address */
export async function ask(
  { policy, token, ...deps }: ListingDeps,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Result<Answer | null, ListFailure>> {
  const fault = publicUrlFault(url, policy);
  if (fault !== undefined) return unavailable(`the URL ${fault}`);
  try {
    const answer = await deps.fetch(url, {
      headers: { authorization: `Bearer ${token}`, "user-agent": "hookspan", ...headers },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const bytes = await readCapped(answer.body, MAX_BYTES);
    if (isTooOften(answer)) return unavailable(`HTTP ${answer.status}: asked too often${wait(answer.headers)}`);
    if (answer.status === 401 || answer.status === 403)
      return err({ reason: "refused", detail: `HTTP ${answer.status}` });
    if (answer.status === 404 || answer.status === 410) return ok(null);
    if (!answer.ok) return unavailable(`HTTP ${answer.status}`);
    if (!bytes) return unavailable(`the answer is larger than ${MAX_BYTES} bytes`);
    return ok({ json: JSON.parse(new TextDecoder().decode(bytes)) as Json, headers: answer.headers });
  } catch (thrown) {
    // Words of the network, never the request: it holds the token.
    return unavailable(String(thrown).replaceAll(token, "(the token)").slice(0, 200));
  }
}

/** GitHub says so with 403 too, which is then nothing against the token. */
function isTooOften({ status, headers }: Response): boolean {
  const limited = headers.has("retry-after") || headers.get("x-ratelimit-remaining") === "0";
  return status === 429 || (status === 403 && limited);
}

function wait(headers: Headers): string {
  const seconds = headers.get("retry-after") ?? "";
  return /^\d{1,6}$/.test(seconds) ? `, again in ${seconds} s` : "";
}

export function unavailable(detail: string): Result<never, ListFailure> {
  return err({ reason: "unavailable", detail });
}
