// Makes the event of a proven request. Takes only a VerifiedRequest. No I/O, no clock; every body gives an event or
// a fault, never an exception.
import type { Event, VerifiedRequest } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import { err, ok, type Result } from "../core/result.ts";
import { readBody } from "./body.ts";
import type { BodyFault } from "./body-fault.ts";
import { firstText, rawValue, type SelectorInput, textOf, valueAt } from "./selector.ts";
import type { EventPlan, Source, TypePlan } from "./source.ts";
import { readTime } from "./timestamp.ts";

export type { BodyFault } from "./body-fault.ts";

export async function normalise(request: VerifiedRequest, source: Source): Promise<Result<Event, BodyFault>> {
  const root = await readBody(request, source);
  if (!root.ok) return root;

  const data = selectData(root.value, source.event);
  if (data === undefined) return err(missing("data"));

  const input: SelectorInput = { headers: request.headers, body: request.body, root: root.value, data };
  const id = await firstText(source.event.id, input);
  if (id === null) return err(missing("id"));
  const type = await selectType(source.event.type, input);
  if (type === null) return err(missing("type"));
  const dedupeKey = await firstText(source.event.dedupeKey, input);
  if (dedupeKey === null) return err(missing("dedupeKey"));
  const subject = await firstText(source.event.subject, input);

  return ok({
    id,
    source: source.id,
    type,
    ...(subject === null ? {} : { subject }),
    time: new Date(selectTime(source.event, input) ?? request.receivedAt).toISOString(),
    data,
    headers: visibleHeaders(request.headers, source.headers),
    dedupeKey,
  });
}

function selectData(root: Json, plan: EventPlan): Json | undefined {
  for (const steps of plan.data) {
    const value = valueAt(root, steps);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** In a joined type the first part is what names the event, so it must be there; the others only refine it. */
async function selectType(plan: TypePlan, input: SelectorInput): Promise<string | null> {
  if (plan.kind === "first") return firstText(plan.of, input);
  const parts: string[] = [];
  for (const [i, selector] of plan.parts.entries()) {
    const text = await textOf(selector, input);
    if (text !== null) parts.push(text);
    else if (i === 0) return null;
  }
  return parts.join(plan.separator);
}

/** The time is told for information, so one that cannot be read does not cost the event. */
function selectTime(plan: EventPlan, input: SelectorInput): number | null {
  if (plan.time === null) return null;
  for (const selector of plan.time.from) {
    const time = readTime(rawValue(selector, input), plan.time.unit);
    if (time !== null) return time;
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
        "characters, or a whole number below 2^53: larger ones lose their last digits. Add sha256(body) as an alternative.";
  return { reason: "missing-event-field", field, message };
}
