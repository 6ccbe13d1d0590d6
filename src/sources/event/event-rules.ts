// The rules of the `event` part that a JSON Schema cannot say. Pure.
import type { SourceFault } from "../source-rules.ts";
import type { EventPlan } from "./plan.ts";
import { type PlainSelector, partsOf, type Selector } from "./selector.ts";

/** Every selector of the plan, by the field it belongs to. */
export function selectorsOf(event: EventPlan): Readonly<Record<string, readonly PlainSelector[]>> {
  return {
    id: event.id.flatMap(partsOf),
    type: event.type.flatMap(partsOf),
    subject: event.subject.flatMap(partsOf),
    time: event.time?.from ?? [],
    dedupeKey: event.dedupeKey.flatMap(partsOf),
  };
}

/** In a batch, an id that all items share would make all but the first of them duplicates. */
export function checkItemKeys(event: EventPlan, isSplit: boolean): readonly SourceFault[] {
  if (!isSplit) return [];
  return (["id", "dedupeKey"] as const).flatMap((field): readonly SourceFault[] => {
    if (!event[field].some(isSharedByItems)) return [];
    const message =
      "With body.split this is the same for every item of a request, so all but the first would count as duplicates. " +
      `Select something of the item ($.…), or join it with one: {"join": ["header:x-id", "sha256(item)"]}.`;
    return [{ reason: "shared-by-items", path: ["event", field], message }];
  });
}

function isSharedByItems(selector: Selector): boolean {
  return partsOf(selector).every(
    (part) => part.kind !== "path" && !(part.kind === "sha256" && (part.of === "item" || part.of === "data")),
  );
}
