// Compares what two configurations decide about one event, rule by rule: what would be done more, no more, or otherwise. Pure.
// What only tells of the decision (its revision, the record of an event that no rule takes) is no difference.
import type { Admission } from "./admission.ts";
import { shown } from "./condition.ts";
import { isJsonObject, type Json } from "./json.ts";

/** What a rule does about an event, in a word. */
export type Effect = "nothing" | "start" | "cancel" | "invalid" | "shadow";

/** What another configuration would do that the first does not, or no more, or otherwise. */
export const DIFFERENCE_KINDS = [
  "starts",
  "startsNoMore",
  "startsOtherwise",
  "cancels",
  "cancelsNoMore",
  "cancelsOtherwise",
  "invalid",
  "invalidNoMore",
  "shadow",
  "shadowNoMore",
  "shadowOtherwise",
  /** Beside startsOtherwise and the like: the execution would be about another record. */
  "recordIdChanges",
] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/** A part of a decision that differs; undefined on the side that does not have it. */
export interface FieldDifference {
  /** As the rule's settings are named: `start.parameters.order`, `dedupe.key`. */
  readonly path: string;
  readonly from: Json | undefined;
  readonly to: Json | undefined;
}

export interface RuleDifference {
  readonly rule: string;
  readonly kinds: readonly DifferenceKind[];
  readonly from: Effect;
  readonly to: Effect;
  /** Of what is done before and after. */
  readonly fields: readonly FieldDifference[];
  /** Why it would be invalid. */
  readonly reason?: string;
}

/** More fields than anybody reads; a parameter may hold a list of thousands. */
const MAX_FIELDS = 50;

/** @returns none where the same would be done */
export function compareDecisions(before: readonly Admission[], after: readonly Admission[]): readonly RuleDifference[] {
  const from = byRule(before);
  const to = byRule(after);
  return [...new Set([...from.keys(), ...to.keys()])].flatMap(
    (rule) => compareRule(rule, from.get(rule), to.get(rule)) ?? [],
  );
}

function byRule(admissions: readonly Admission[]): ReadonlyMap<string, Admission> {
  return new Map(admissions.filter(({ rule }) => rule !== "").map((admission) => [admission.rule, admission]));
}

function compareRule(rule: string, before: Admission | undefined, after: Admission | undefined): RuleDifference | null {
  const from = effectOf(before);
  const to = effectOf(after);
  // Why a rule fails is not what it does.
  const fields = before && after && isDone(from) && isDone(to) ? fieldsOf(before, after) : [];
  const kinds = [...changes(from, to, fields.length > 0), ...recordIdChange(fields)];
  if (kinds.length === 0) return null;
  const reason = to === "invalid" ? after?.over?.reason : null;
  return { rule, kinds, from, to, fields: fields.slice(0, MAX_FIELDS), ...(reason ? { reason } : {}) };
}

/** What comes of a decision; of none, nothing. */
export function effectOf(admission: Admission | undefined): Effect {
  if (!admission) return "nothing";
  const { over, cancel } = admission;
  if (over?.state === "invalid" || over?.state === "shadow") return over.state;
  return cancel ? "cancel" : "start";
}

function isDone(effect: Effect): boolean {
  return effect !== "nothing" && effect !== "invalid";
}

const MORE = { start: "starts", cancel: "cancels", invalid: "invalid", shadow: "shadow" } as const;
const NO_MORE = {
  start: "startsNoMore",
  cancel: "cancelsNoMore",
  invalid: "invalidNoMore",
  shadow: "shadowNoMore",
} as const;
const OTHERWISE = { start: "startsOtherwise", cancel: "cancelsOtherwise", shadow: "shadowOtherwise" } as const;

function changes(from: Effect, to: Effect, differs: boolean): DifferenceKind[] {
  if (from === to) return differs && from in OTHERWISE ? [OTHERWISE[from as keyof typeof OTHERWISE]] : [];
  return [...(from === "nothing" ? [] : [NO_MORE[from]]), ...(to === "nothing" ? [] : [MORE[to]])];
}

function recordIdChange(fields: readonly FieldDifference[]): DifferenceKind[] {
  return fields.some(({ path }) => path === "recordId") ? ["recordIdChanges"] : [];
}

function fieldsOf(before: Admission, after: Admission): readonly FieldDifference[] {
  return jsonDifferences(decided(before), decided(after), "");
}

/** What is decided, named as in the configuration. */
function decided({ start, cancel, ...admission }: Admission): Json {
  const { engine, recordId, dedupeKey, windowMs, onDuplicate, onUncertainStart, callbacks } = admission;
  const { expiresInMs = null, ...request } = start ?? {};
  return {
    recordId,
    dedupe: { key: dedupeKey, windowMs, onDuplicate },
    ...(start ? { start: { ...request, expiresInMs } } : {}),
    ...(cancel ? { cancel: { rule: cancel.rule, key: cancel.dedupeKey } } : {}),
    engine,
    onUncertainStart,
    // Their order says nothing.
    callbacks: callbacks.toSorted(),
  };
}

function jsonDifferences(from: Json | undefined, to: Json | undefined, path: string): FieldDifference[] {
  if (isJsonObject(from) && isJsonObject(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) => jsonDifferences(own(from, key), own(to, key), path === "" ? key : `${path}.${key}`));
  }
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) {
    return from.flatMap((entry: Json, index) => jsonDifferences(entry, to[index], `${path}[${index}]`));
  }
  // Compared as they are, shown cut.
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  return [{ path, from: shown(from), to: shown(to) }];
}

function own(value: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
