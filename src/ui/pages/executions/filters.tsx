// Which executions are shown: by the address, so that a view can be shared; and the form that makes such an address. What is wrong
// with a value, the API says.
import { DELIVERY_STATES, RUN_STATES } from "../../../core/execution.ts";

const NAMES = [
  "state",
  "delivery",
  "rule",
  "source",
  "callback",
  "recordId",
  "record",
  "eventId",
  "runId",
  "since",
  "until",
] as const;

/** Those of the form that stand under "More". */
const FIRST = 4;

export type Filter = Readonly<Partial<Record<(typeof NAMES)[number], string>>>;

/** What a browser's field for a time gives: without a zone, with or without seconds. */
const LOCAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/;

/** What of it the API understands and somebody has filled in; a form sends every field. */
export function filterIn(query: URLSearchParams): Filter {
  const said = NAMES.map((name) => [name, withZone(name, query.get(name)?.trim() ?? "")] as const);
  return Object.fromEntries(said.filter(([, value]) => value !== ""));
}

/** A browser's field for a time knows no zone, and is shown and read as UTC here; it leaves seconds out where there are none. */
function withZone(name: string, value: string): string {
  if ((name !== "since" && name !== "until") || !LOCAL_TIME.test(value)) return value;
  return value.length === "2026-11-26T18:00".length ? `${value}:00Z` : `${value}Z`;
}

/** What a browser's field for a time takes, in UTC; empty where the address says no time. */
export function forField(time: string | undefined): string {
  const at = Date.parse(time ?? "");
  return Number.isNaN(at) ? "" : new Date(at).toISOString().slice(0, 19);
}

/** The address of the list under this filter. */
export function addressOf(filter: Readonly<Record<string, string | undefined>>): string {
  const said = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return said.length === 0 ? "/ui/executions" : `/ui/executions?${new URLSearchParams(said)}`;
}

export function Filters({ filter }: { readonly filter: Filter }) {
  const more = NAMES.slice(FIRST).some((name) => filter[name] !== undefined);
  return (
    <form class="filters" method="get" action="/ui/executions">
      <Choice name="state" label="State" options={RUN_STATES} chosen={filter.state} />
      <Choice
        name="delivery"
        label="Callbacks"
        options={DELIVERY_STATES.filter((state) => state !== "unwanted")}
        chosen={filter.delivery}
      />
      <Field name="rule" label="Rule" value={filter.rule} />
      <Field name="source" label="Source" value={filter.source} />
      <details open={more}>
        <summary>More</summary>
        <div class="filters">
          <Field name="callback" label="Callback" value={filter.callback} />
          <Field name="recordId" label="Record id" value={filter.recordId} />
          <Field name="record" label="The sender's id of the record" value={filter.record} />
          <Field name="eventId" label="Event id" value={filter.eventId} />
          <Field name="runId" label="Run id" value={filter.runId} />
          <Field name="since" label="Since (UTC)" value={forField(filter.since)} type="datetime-local" />
          <Field name="until" label="Until (UTC)" value={forField(filter.until)} type="datetime-local" />
        </div>
      </details>
      <button type="submit">Show</button>
      {Object.keys(filter).length > 0 && <a href="/ui/executions">Show everything</a>}
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string | undefined;
  readonly type?: "text" | "datetime-local";
}

function Field({ name, label, value = "", type = "text" }: FieldProps) {
  return (
    <span class="field">
      <label for={`filter-${name}`}>{label}</label>
      <input id={`filter-${name}`} name={name} value={value} type={type} step={type === "text" ? undefined : 1} />
    </span>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly string[];
  readonly chosen: string | undefined;
}

function Choice({ name, label, options, chosen }: ChoiceProps) {
  return (
    <span class="field">
      <label for={`filter-${name}`}>{label}</label>
      <select id={`filter-${name}`} name={name}>
        <option value="">any</option>
        {options.map((option) => (
          <option value={option} selected={option === chosen}>
            {option}
          </option>
        ))}
      </select>
    </span>
  );
}
