// GitHub's deliveries of a webhook (https://docs.github.com/rest/repos/webhooks#list-deliveries-for-a-repository-webhook): newest
// first, kept for three days. GitHub repeats no delivery by itself. One that has been answered with 2xx has arrived; of the
// others the request is fetched as it was sent.
import type { Listed, SenderList } from "../bridge/ports.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { ok } from "../core/result.ts";
import { ask, type ListingDeps, unavailable } from "./listing-client.ts";

const API = "https://api.github.com";
const PAGE = 100;
const HEADERS = { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" };

/** Of a delivery's headers those that make the event: no signature, which nobody will check. */
const EVENT_HEADERS = /^(x-github-|content-type$|user-agent$)/i;

/** @param webhook such as repos/acme/shop/hooks/123 */
export function githubList(deps: ListingDeps, webhook: string, url: string = API): SenderList {
  const deliveries = webhook === "app/hook" ? "app/hook/deliveries" : `${webhook}/deliveries`;

  async function requestOf(id: string): ReturnType<Listed["request"]> {
    const answer = await ask(deps, `${url}/${deliveries}/${encodeURIComponent(id)}`, HEADERS);
    if (!answer.ok || answer.value === null) return answer as Awaited<ReturnType<Listed["request"]>>;
    const { request } = (answer.value.json ?? {}) as { request?: Json };
    if (!isJsonObject(request ?? null)) return unavailable("the delivery holds no request");
    const { headers, payload } = request as { headers?: Json; payload?: Json };
    if (!isJsonObject(headers ?? null) || payload === undefined) return unavailable("the delivery holds no request");
    const kept = Object.entries(headers as Record<string, Json>).filter(
      (entry): entry is [string, string] => EVENT_HEADERS.test(entry[0]) && typeof entry[1] === "string",
    );
    const shown = new Headers(kept);
    // The API gives the payload as JSON, whatever it was sent as.
    shown.set("content-type", "application/json");
    return ok({ headers: shown, body: Uint8Array.from(new TextEncoder().encode(JSON.stringify(payload))) });
  }

  return {
    bySpan: false,
    async page(from, to, cursor) {
      const query = new URLSearchParams({ per_page: String(PAGE), ...(cursor === null ? {} : { cursor }) });
      const answer = await ask(deps, `${url}/${deliveries}?${query}`, HEADERS);
      if (!answer.ok) return answer;
      if (answer.value === null) return unavailable("GitHub knows no such webhook, or does not show it to this token");
      const { json, headers } = answer.value;
      if (!Array.isArray(json)) return unavailable("the answer is no list of deliveries");
      const found = (json as readonly Json[]).flatMap(deliveryOf);
      if (found.length < json.length) return unavailable("a delivery has no id, no time or no status");
      const arrived = found.filter(({ taken }) => taken).map(({ guid }) => guid);
      const entries = found
        .filter(({ taken, at }) => !taken && at >= from && at <= to)
        .map(({ id, guid, at }) => ({ at, delivery: guid, request: () => requestOf(id) }));
      const older = found.some(({ at }) => at < from);
      return ok({ entries, arrived, next: older ? null : nextOf(headers.get("link")) });
    },
  };
}

interface Delivery {
  readonly id: string;
  readonly guid: string;
  readonly at: number;
  readonly taken: boolean;
}

function deliveryOf(delivery: Json): Delivery[] {
  if (!isJsonObject(delivery)) return [];
  const { id, guid, delivered_at, status_code } = delivery;
  const at = typeof delivered_at === "string" ? Date.parse(delivered_at) : Number.NaN;
  if ((typeof id !== "number" && typeof id !== "string") || typeof guid !== "string" || Number.isNaN(at)) return [];
  const status = Number(status_code ?? 0);
  return [{ id: String(id), guid, at, taken: status >= 200 && status < 300 }];
}

/** The cursor of the next page out of the Link header (RFC 8288). */
function nextOf(link: string | null): string | null {
  const next = link?.split(",").find((part) => /;\s*rel="next"/.test(part));
  const address = /<([^>]+)>/.exec(next ?? "")?.[1];
  return address && URL.canParse(address) ? new URL(address).searchParams.get("cursor") : null;
}
