// From a rule of the configuration to its compiled expressions, once per revision. Pure. Every fault of every expression
// is found here, so that none is met for the first time by an event.
import { type ConfigFault, pathOf } from "./check-config.ts";
import { type Condition, compileCondition } from "./condition.ts";
import { compileTemplate, describeFault, type ExpressionFault, type Template } from "./expression.ts";
import type { Json } from "./json.ts";
import { err } from "./result.ts";
import type { RuleConfig, Start } from "./rule-config.ts";

export interface CompiledRule {
  readonly position: number;
  readonly config: RuleConfig;
  readonly when: Condition | null;
  readonly dedupeKey: Template | null;
  readonly start: CompiledStart | null;
  readonly cancel: CompiledCancel | null;
}

export interface CompiledStart {
  readonly workflowDefinitionId: Template;
  readonly locale: Template;
  readonly parameters: Template;
  readonly recordId: Template | null;
  readonly expiresIn: string | undefined;
}

export interface CompiledCancel {
  readonly rule: string;
  readonly recordId: Template | null;
  /** The record id of the rule that it cancels, as it stands there; null where it gives one of its own. */
  readonly inheritedRecordId: string | null;
  readonly key: Template | null;
}

/**
 * @param path where the rule stands in the document
 * @param startOf the start of the rule with this id: a cancel takes its record id from there, unless it gives one
 * @param faults receives what is wrong
 */
export function compileRule(
  rule: RuleConfig,
  position: number,
  path: readonly PropertyKey[],
  startOf: (rule: string) => Start | undefined,
  faults: ConfigFault[],
): CompiledRule {
  const told = (found: readonly ExpressionFault[], ...at: string[]): ExpressionFault => {
    for (const fault of found) {
      faults.push({ path: pathOf([...path, ...at, ...fault.path]), message: describeFault(fault) });
    }
    return found[0] ?? { path: [], message: "cannot be compiled" };
  };
  const template = (value: Json, ...at: string[]): Template => {
    const compiled = compileTemplate(value);
    return compiled.ok ? compiled.value : failingTemplate(told(compiled.error, ...at));
  };
  const condition = (text: string): Condition => {
    const compiled = compileCondition(text);
    return compiled.ok ? compiled.value : failingCondition(told(compiled.error, "when"));
  };
  const optional = (value: string | undefined, ...at: string[]): Template | null =>
    value === undefined ? null : template(value, ...at);

  const { when, dedupe, start, cancel } = rule;
  return {
    position,
    config: rule,
    when: when === undefined ? null : condition(when),
    dedupeKey: optional(dedupe.key, "dedupe", "key"),
    start: start
      ? {
          workflowDefinitionId: template(start.workflowDefinitionId, "start", "workflowDefinitionId"),
          locale: template(start.locale, "start", "locale"),
          parameters: template(start.parameters, "start", "parameters"),
          recordId: optional(start.recordId, "start", "recordId"),
          expiresIn: start.expiresIn,
        }
      : null,
    cancel: cancel
      ? {
          rule: cancel.rule,
          recordId: inherited(cancel.recordId, startOf(cancel.rule), optional),
          inheritedRecordId: cancel.recordId === undefined ? (startOf(cancel.rule)?.recordId ?? null) : null,
          key: optional(cancel.key, "cancel", "key"),
        }
      : null,
  };
}

/**
 * A rule whose expressions are compiled when an event first needs them. For configurations that have been checked: of
 * thousands of rules an isolate meets a few. Should an expression be refused all the same, by a later version that is
 * stricter, its rule gives `invalid` executions, and no event is lost.
 */
export function compiledWhenNeeded(config: RuleConfig, position: number, compile: () => CompiledRule): CompiledRule {
  let made: CompiledRule | undefined;
  const rule = (): CompiledRule => {
    made ??= compile();
    return made;
  };
  return {
    position,
    config,
    get when() {
      return rule().when;
    },
    get dedupeKey() {
      return rule().dedupeKey;
    },
    get start() {
      return rule().start;
    },
    get cancel() {
      return rule().cancel;
    },
  };
}

/** In place of what could not be compiled. */
function failingTemplate(fault: ExpressionFault): Template {
  return { evaluate: async () => err(fault) };
}

function failingCondition(fault: ExpressionFault): Condition {
  const part = { text: "", outcome: "fault", fault: fault.message, values: [] } as const;
  return { holds: async () => err(fault), explain: async () => [part] };
}

/** What is wrong with the other rule's expression is told there. */
function inherited(
  own: string | undefined,
  start: Start | undefined,
  compile: (value: string | undefined, ...at: string[]) => Template | null,
): Template | null {
  if (own !== undefined) return compile(own, "cancel", "recordId");
  if (start?.recordId === undefined) return null;
  const template = compileTemplate(start.recordId);
  return template.ok ? template.value : null;
}
