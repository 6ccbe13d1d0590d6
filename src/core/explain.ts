// Why each rule takes an event or does not, and what all of them decide. Pure: no I/O. The decision is never made again here:
// what is told is what `decide` gives, and beside it the first thing that kept each other rule from taking the event.
import type { Admission } from "./admission.ts";
import type { CompiledRule } from "./compile-rule.ts";
import type { ConditionPart } from "./condition.ts";
import type { Event } from "./event.ts";
import { type ExpressionValue, expressionsOf } from "./expressions-of-rule.ts";
import type { RuleSet } from "./rule.ts";
import { takesType } from "./type-index.ts";

/** Rules that look at other events are told up to here, then counted: of thousands, nobody reads why each is not meant. */
const MAX_TOLD_IN_SHORT = 50;

/** Rules that look at such events and still do not take this one are told up to here, then counted. */
const MAX_TOLD_WITH_REASONS = 100;

/** The first thing that keeps a rule from taking an event, in the order in which they are looked at. */
export type Mismatch =
  /** It is switched off. */
  | { readonly failed: "enabled" }
  | { readonly failed: "source"; readonly expected: string; readonly actual: string }
  /** The type is none of its patterns. */
  | { readonly failed: "on"; readonly expected: readonly string[]; readonly actual: string }
  | { readonly failed: "when"; readonly parts: readonly ConditionPart[] }
  /** Its source takes the first match, and this rule stands before it. */
  | { readonly failed: "first"; readonly takenBy: string };

export interface TakenBy {
  readonly rule: string;
  /** The parts of its `when`; none where it has none. */
  readonly when: readonly ConditionPart[];
  readonly expressions: readonly ExpressionValue[];
  /** What it decides, as it would be admitted. */
  readonly admission: Admission;
}

export type NotTakenBy = Mismatch & { readonly rule: string };

export interface Explanation {
  /** Exactly what `decide` gives, the record of an event that no rule takes included. */
  readonly admissions: readonly Admission[];
  /** In the order of the configuration. */
  readonly taken: readonly TakenBy[];
  /** Those that came closest first, each kind in the order of the configuration. */
  readonly notTaken: readonly NotTakenBy[];
  /** How many more rules failed at what, beyond those that are told. */
  readonly others: Readonly<Record<Mismatch["failed"], number>>;
}

export async function explain(rules: RuleSet, event: Event): Promise<Explanation> {
  const admissions = await rules.decide(event);
  const byRule = new Map(admissions.map((admission) => [admission.rule, admission]));
  const taken: TakenBy[] = [];
  const candidates: CompiledRule[] = [];
  const elsewhere: NotTakenBy[] = [];
  for (const rule of rules.compiled) {
    const { id } = rule.config;
    const admission = byRule.get(id);
    const mismatch = looksElsewhere(rule, event);
    if (admission) taken.push(await takenBy(rule, event, admission));
    else if (mismatch) elsewhere.push({ rule: id, ...mismatch });
    else candidates.push(rule);
  }

  const failed = await failedAt(candidates, event, winnerOf(admissions));
  const near = await Promise.all(failed.slice(0, MAX_TOLD_WITH_REASONS).map((each) => reasonOf(each, event)));
  elsewhere.sort((a, b) => CLOSENESS.indexOf(a.failed) - CLOSENESS.indexOf(b.failed));
  return {
    admissions,
    taken,
    notTaken: [...near, ...elsewhere.slice(0, MAX_TOLD_IN_SHORT)],
    others: countOf([...failed.slice(MAX_TOLD_WITH_REASONS), ...elsewhere.slice(MAX_TOLD_IN_SHORT)]),
  };
}

/** A rule of this source, even one that is switched off, is more likely the one that was meant. */
const CLOSENESS: readonly Mismatch["failed"][] = ["on", "enabled", "source"];

function looksElsewhere({ config }: CompiledRule, { source, type }: Event): Mismatch | null {
  if (!config.enabled) return { failed: "enabled" };
  if (config.source !== source) return { failed: "source", expected: config.source, actual: source };
  return takesType(config.on, type) ? null : { failed: "on", expected: config.on, actual: type };
}

async function takenBy(rule: CompiledRule, event: Event, admission: Admission): Promise<TakenBy> {
  const when = (await rule.when?.explain(event)) ?? [];
  return { rule: rule.config.id, when, expressions: await expressionsOf(rule, event), admission };
}

/** Where a source takes the first match: the rule that took the event. Shadow rules look on. */
function winnerOf(admissions: readonly Admission[]): string {
  return admissions.find(({ over }) => over?.state !== "shadow")?.rule ?? "";
}

type Failed =
  | { readonly rule: CompiledRule; readonly failed: "when" }
  | { readonly rule: CompiledRule; readonly failed: "first"; readonly takenBy: string };

/** A rule that would take the event and has decided nothing was not asked any more. */
async function failedAt(candidates: readonly CompiledRule[], event: Event, winner: string): Promise<Failed[]> {
  return Promise.all(
    candidates.map(async (rule) => {
      const holds = rule.when ? await rule.when.holds(event) : { ok: true, value: true };
      return holds.ok && !holds.value ? { rule, failed: "when" } : { rule, failed: "first", takenBy: winner };
    }),
  );
}

async function reasonOf({ rule, ...mismatch }: Failed, event: Event): Promise<NotTakenBy> {
  const { id } = rule.config;
  if (mismatch.failed === "first") return { rule: id, ...mismatch };
  return { rule: id, ...mismatch, parts: (await rule.when?.explain(event)) ?? [] };
}

function countOf(mismatches: readonly Pick<Mismatch, "failed">[]): Explanation["others"] {
  const others = { enabled: 0, source: 0, on: 0, when: 0, first: 0 };
  for (const { failed } of mismatches) others[failed]++;
  return others;
}
