// What a backtest has found, for a person to read. Pure.
import type { FieldDifference, RuleDifference } from "../src/core/compare-decisions.ts";
import type { Json } from "../src/core/json.ts";

type Counts = Readonly<Record<string, number>>;

/** The answer of POST /api/rules/backtest. */
export interface Backtest {
  readonly revision: number;
  readonly events: number;
  readonly unchanged: number;
  readonly changed: number;
  readonly counts: Counts;
  readonly rules: Readonly<Record<string, Counts>>;
  readonly changes: readonly {
    readonly event: { readonly id: string; readonly source: string; readonly type: string; readonly time: string };
    readonly executions: readonly string[];
    readonly differences: readonly RuleDifference[];
  }[];
  readonly complete: boolean;
  readonly next: string | null;
}

/** More is for --json. */
const MAX_CHANGES_SHOWN = 20;
const MAX_FIELDS_SHOWN = 10;
const MAX_VALUE_CHARS = 100;

/** One answer for two parts of the same backtest. */
export function together(one: Backtest, other: Backtest): Backtest {
  const rules = [...new Set([...Object.keys(one.rules), ...Object.keys(other.rules)])];
  return {
    ...other,
    events: one.events + other.events,
    unchanged: one.unchanged + other.unchanged,
    changed: one.changed + other.changed,
    counts: sum(one.counts, other.counts),
    rules: Object.fromEntries(rules.map((rule) => [rule, sum(one.rules[rule] ?? {}, other.rules[rule] ?? {})])),
    changes: [...one.changes, ...other.changes],
  };
}

function sum(one: Counts, other: Counts): Counts {
  const kinds = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(kinds.map((kind) => [kind, (one[kind] ?? 0) + (other[kind] ?? 0)]));
}

export function summary({ revision, events, changed, rules, changes, complete }: Backtest, file: string): string {
  const of = `Of the last ${events} events`;
  const unseen = complete ? [] : ["There may be more: so much is recorded of these that others were not reached."];
  if (changed === 0) return [`${of}, ${file} would treat all as revision ${revision} does.`, ...unseen].join("\n");
  const shown = changes.slice(0, MAX_CHANGES_SHOWN);
  const rest = changed - shown.length;
  return [
    `${of}, ${changed} would be treated otherwise by ${file} than by revision ${revision}:`,
    ...unseen,
    ...Object.entries(rules).map(([rule, counts]) => `  ${rule}: ${told(counts)}`),
    "",
    ...shown.flatMap(({ event, executions, differences }) => [
      `${event.time} ${event.source} ${event.type} ${event.id} (${executions.join(", ")})`,
      ...differences.flatMap(differenceLines),
    ]),
    ...(rest > 0 ? [`… and ${rest} more`] : []),
  ].join("\n");
}

function told(counts: Counts): string {
  return Object.entries(counts)
    .map(([kind, count]) => `${count} ${words(kind)}`)
    .join(", ");
}

/** startsNoMore: starts no more. */
function words(kind: string): string {
  return kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function differenceLines({ rule, kinds, fields, reason }: RuleDifference): string[] {
  const shown = fields.slice(0, MAX_FIELDS_SHOWN);
  return [
    `  ${rule}: ${kinds.map(words).join(", ")}${reason ? `: ${reason}` : ""}`,
    ...shown.map(fieldLine),
    ...(fields.length > shown.length ? [`    … and ${fields.length - shown.length} more`] : []),
  ];
}

function fieldLine({ path, from, to }: FieldDifference): string {
  return `    ${path}: ${short(from)} → ${short(to)}`;
}

/** What a side does not have is not there in the answer. */
function short(value: Json | undefined): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length <= MAX_VALUE_CHARS ? text : `${text.slice(0, MAX_VALUE_CHARS)}…`;
}
