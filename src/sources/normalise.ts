// Makes the events of a proven request: one, or one for each item of a batch. Takes only a VerifiedRequest. No I/O, no
// clock; every body gives events or a fault, never an exception.
import type { Event, VerifiedRequest } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import { valueAt } from "../core/path.ts";
import { err, ok, type Result } from "../core/result.ts";
import { traceparentOf } from "../core/traceparent.ts";
import { readBody } from "./body/body.ts";
import type { BodyFault } from "./body/body-fault.ts";
import { redacted } from "./body/redact.ts";
import { failedAssertion } from "./event/assertion.ts";
import type { EventPlan } from "./event/plan.ts";
import { type RequestView, viewOf } from "./event/request-view.ts";
import { firstText, rawValue, type SelectorInput } from "./event/selector.ts";
import { itemsOf, MAX_ITEMS } from "./event/split.ts";
import { readTime } from "./families/timestamp.ts";
import type { Source } from "./source.ts";

export type { BodyFault } from "./body/body-fault.ts";

/** None for an empty batch, which is a sender's way to say that it is there. */
export async function normalise(
  request: VerifiedRequest,
  source: Source,
): Promise<Result<readonly Event[], BodyFault>> {
  const parsed = await readBody(request, source);
  if (!parsed.ok) return parsed;
  const failed = await failedAssertion(source.assertions, viewOf(request, parsed.value));
  if (failed !== null) {
    const message = `The request does not hold at ${failed.at} what this source asserts.`;
    return err({ reason: "assertion-failed", at: failed.at, message });
  }
  const view = viewOf(request, redacted(parsed.value, source.redact));
  const items = source.split === null ? [view.root] : itemsOf(view.root, source.split);
  if (items.length > MAX_ITEMS) {
    const message = `The request holds more than ${MAX_ITEMS} items.`;
    return err({ reason: "too-many-items", limit: MAX_ITEMS, message });
  }

  const shared = {
    source: source.id,
    receivedAt: new Date(request.receivedAt).toISOString(),
    headers: visibleHeaders(request.headers, source.headers),
    traceparent: traceparentOf(request.headers),
  };
  const events: Event[] = [];
  for (const item of items) {
    const event = await eventOf(item, view, source.event, shared);
    if (!event.ok) return event;
    events.push(event.value);
  }
  return ok(events);
}

/** What all events of one request have in common. */
interface Shared {
  readonly source: string;
  /** ISO 8601. */
  readonly receivedAt: string;
  readonly headers: Event["headers"];
  readonly traceparent: string | undefined;
}

async function eventOf(
  item: Json,
  request: RequestView,
  plan: EventPlan,
  { source, receivedAt, headers, traceparent }: Shared,
): Promise<Result<Event, BodyFault>> {
  const data = selectData(item, plan);
  if (data === undefined) return err(missing("data"));

  const input: SelectorInput = { request, item, data };
  const id = await firstText(plan.id, input);
  if (id === null) return err(missing("id"));
  const type = await firstText(plan.type, input);
  if (type === null) return err(missing("type"));
  // Mostly they are the same, and may be a hash: it is not made twice for each of thousands of items.
  const dedupeKey = plan.dedupeKey === plan.id ? id : await firstText(plan.dedupeKey, input);
  if (dedupeKey === null) return err(missing("dedupeKey"));
  const subject = await firstText(plan.subject, input);
  const time = selectTime(plan, input) ?? receivedAt;

  return ok({
    id,
    source,
    type,
    ...(subject === null ? {} : { subject }),
    time,
    data,
    headers,
    ...(traceparent === undefined ? {} : { traceparent }),
    dedupeKey,
  });
}

function selectData(item: Json, plan: EventPlan): Json | undefined {
  for (const steps of plan.data) {
    const value = valueAt(item, steps);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The time is told for information, so one that cannot be read does not cost the event. */
function selectTime(plan: EventPlan, input: SelectorInput): string | null {
  if (plan.time === null) return null;
  for (const selector of plan.time.from) {
    const time = readTime(rawValue(selector, input), plan.time.unit);
    if (time !== null) return new Date(time).toISOString();
  }
  return null;
}

function visibleHeaders(headers: Headers, names: readonly string[]): Readonly<Record<string, string>> {
  const visible = new Map<string, string>();
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) visible.set(name, value);
  }
  return Object.fromEntries(visible);
}

function missing(field: "id" | "type" | "data" | "dedupeKey"): BodyFault {
  const message =
    field === "data"
      ? "The body has nothing at the place where the source's event.data is configured to be."
      : `The request gives no usable text for the event's ${field}. Text must be 1 to 512 characters without control ` +
        "characters, or a whole number. Add sha256(body) as an alternative.";
  return { reason: "missing-event-field", field, message };
}
