// From a rule of the configuration to its compiled expressions, once per revision. Pure. Every fault of every expression
// is found here, so that none is met for the first time by an event.
import { type ConfigFault, pathOf } from "./check-config.ts";
import { compileExpression, compileTemplate, type ExpressionFault, type Template } from "./expression.ts";
import type { Json } from "./json.ts";
import { err, type Result } from "./result.ts";
import type { RuleConfig, Start } from "./rule-config.ts";

export interface CompiledRule {
  readonly position: number;
  readonly config: RuleConfig;
  readonly when: Template | null;
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
  const compile = <T extends Json>(
    value: T,
    compiler: (value: T) => Result<Template, readonly ExpressionFault[]>,
    ...at: string[]
  ): Template => {
    const template = compiler(value);
    if (template.ok) return template.value;
    for (const fault of template.error) {
      const where = fault.position === undefined ? "" : ` (at character ${fault.position})`;
      faults.push({ path: pathOf([...path, ...at, ...fault.path]), message: `${fault.message}${where}` });
    }
    return { evaluate: async () => err({ path: [], message: "not compiled" }) };
  };
  const optional = (value: string | undefined, ...at: string[]): Template | null =>
    value === undefined ? null : compile(value, compileTemplate, ...at);

  const { when, dedupe, start, cancel } = rule;
  return {
    position,
    config: rule,
    when: when === undefined ? null : compile(when, compileExpression, "when"),
    dedupeKey: optional(dedupe.key, "dedupe", "key"),
    start: start
      ? {
          workflowDefinitionId: compile(start.workflowDefinitionId, compileTemplate, "start", "workflowDefinitionId"),
          locale: compile(start.locale, compileTemplate, "start", "locale"),
          parameters: compile(start.parameters, compileTemplate, "start", "parameters"),
          recordId: optional(start.recordId, "start", "recordId"),
          expiresIn: start.expiresIn,
        }
      : null,
    cancel: cancel
      ? {
          rule: cancel.rule,
          recordId: inherited(cancel.recordId, startOf(cancel.rule), optional),
          key: optional(cancel.key, "cancel", "key"),
        }
      : null,
  };
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
