// Stripe's list of events (https://docs.stripe.com/api/events/list): whole events of the last 30 days, newest first. They have the
// form of the account's API version, which may differ from the endpoint's.
import type { Listed, SenderList } from "../bridge/ports.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { err, ok } from "../core/result.ts";
import { ask, type ListingDeps, unavailable } from "./listing-client.ts";

const API = "https://api.stripe.com";
const PAGE = 100;

export function stripeList(deps: ListingDeps, url: string = API): SenderList {
  return {
    bySpan: true,
    async page(from, to, cursor) {
      const query = new URLSearchParams({
        limit: String(PAGE),
        // Whole seconds, both included.
        "created[gte]": String(Math.floor(from / 1_000)),
        "created[lte]": String(Math.floor(to / 1_000)),
        ...(cursor === null ? {} : { starting_after: cursor }),
      });
      const answer = await ask(deps, `${url}/v1/events?${query}`, {});
      if (!answer.ok) return answer;
      const list = answer.value?.json;
      if (!isJsonObject(list ?? null)) return unavailable("the answer is no list of events");
      const { data, has_more } = list as { data?: Json; has_more?: Json };
      if (!Array.isArray(data)) return unavailable("the answer is no list of events");
      const entries = (data as readonly Json[]).flatMap(entryOf);
      if (entries.length < data.length) return err({ reason: "unavailable", detail: "an event has no id or no time" });
      const last = (data as readonly { id: string }[]).at(-1);
      return ok({ entries, next: has_more === true && last ? last.id : null });
    },
  };
}

function entryOf(event: Json): Listed[] {
  if (!isJsonObject(event) || typeof event.id !== "string" || typeof event.created !== "number") return [];
  const body = Uint8Array.from(new TextEncoder().encode(JSON.stringify(event)));
  const headers = new Headers({ "content-type": "application/json" });
  return [{ at: event.created * 1_000, request: async () => ok({ headers, body }) }];
}
