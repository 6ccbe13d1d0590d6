// Which sender has which list. A further one is a file of its own, a name in LISTED_PRESETS and a line here.
import type { SenderList } from "../bridge/ports.ts";
import type { SourceConfig } from "../core/source.ts";
import { githubList } from "./github.ts";
import type { ListingDeps } from "./listing-client.ts";
import { stripeList } from "./stripe.ts";

/** @returns undefined where the source is not compared */
export function senderList(
  { preset, compare }: Pick<SourceConfig, "preset" | "compare">,
  deps: ListingDeps,
): SenderList | undefined {
  const url = compare?.url?.replace(/\/+$/, "");
  if (preset === "stripe" && compare) return stripeList(deps, url);
  if (preset === "github" && compare?.webhook) return githubList(deps, compare.webhook, url);
  return undefined;
}
