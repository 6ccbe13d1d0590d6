// All rules of a configuration: which of them take an event, in which order, and what they decide about it. Compiled once
// per revision. Pure: no I/O.
import type { Admission } from "./admission.ts";
import type { ConfigFault } from "./check-config.ts";
import { type CompiledRule, compiledWhenNeeded, compileRule } from "./compile-rule.ts";
import type { BridgeConfig } from "./config.ts";
import { decideRule, unmatched } from "./decide.ts";
import type { Event } from "./event.ts";
import { err, ok, type Result } from "./result.ts";
import { retentionMs } from "./retention.ts";
import { scheduleRules } from "./schedule-rules.ts";
import { TypeIndex } from "./type-index.ts";

/** All rules of a configuration, indexed by source and event type. */
export interface RuleSet {
  /**
   * What the rules decide about an event: an admission for each rule that takes it; where none does, one that only
   * records the event, unless its source says that it need not be.
   */
  decide(event: Event): Promise<Admission[]>;
  /** In the order of the configuration, those that are switched off included. */
  readonly compiled: readonly CompiledRule[];
}

/**
 * @param revision the configuration's number, to which everything that is decided is pinned; 0 where it has none
 * @param checked whether its expressions have been found good before: then each is compiled when it is first needed
 */
export function compileRules(config: BridgeConfig, revision = 0, checked = false): Result<RuleSet, ConfigFault[]> {
  const faults: ConfigFault[] = [];
  const own = config.rules.map((rule, at) => [["rules", at], rule] as const);
  const all = [...own, ...scheduleRules(config)];
  const starts = new Map(all.map(([, { id, start }]) => [id, start]));
  const compiled = all.map(([place, rule], position) => {
    const compile = () => compileRule(rule, position, place, (id) => starts.get(id), faults);
    return checked ? compiledWhenNeeded(rule, position, compile) : compile();
  });
  if (faults.length > 0) return err(faults);

  const index = new TypeIndex<CompiledRule>();
  for (const rule of compiled) if (rule.config.enabled) index.add(rule);
  const { keepPayloads } = config.ledger;
  const surroundings = { namespace: config.recordNamespace, revision, keepPayloads };
  const unmatchedRetentionMs = retentionMs(config.ledger, "unmatched");
  return ok({
    compiled,
    async decide(event) {
      const { match = "all", keepUnmatched = true } = config.sources[event.source] ?? {};
      const candidates = index.candidates(event);
      const admissions =
        match === "first"
          ? await firstOf(candidates, (rule) => decideRule(rule, event, surroundings))
          : await allOf(candidates, (rule) => decideRule(rule, event, surroundings));
      if (admissions.length > 0 || !keepUnmatched) return admissions;
      return [unmatched(event, revision, unmatchedRetentionMs, keepPayloads)];
    },
  });
}

type Decide = (rule: CompiledRule) => Promise<Admission | null>;

async function allOf(rules: readonly CompiledRule[], decide: Decide): Promise<Admission[]> {
  const decisions = await Promise.all(rules.map(decide));
  return decisions.filter((decision) => decision !== null);
}

/** Shadow rules look on: the first of the others ends the search. */
async function firstOf(rules: readonly CompiledRule[], decide: Decide): Promise<Admission[]> {
  const admissions: Admission[] = [];
  for (const rule of rules) {
    const decision = await decide(rule);
    if (decision === null) continue;
    admissions.push(decision);
    if (!rule.config.shadow) break;
  }
  return admissions;
}
