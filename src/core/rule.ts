// Rules: which events start an execution, and how. Compiled once per configuration; an event then costs what its
// candidates cost, not what all rules cost. Pure: no I/O.
import { v5 as uuidV5 } from "uuid";
import type { ConfigFault } from "./check-config.ts";
import { pathOf } from "./check-config.ts";
import type { BridgeConfig, RuleConfig } from "./config.ts";
import { durationMs } from "./duration.ts";
import type { Event } from "./event.ts";
import type { Admission, StartRequest } from "./execution.ts";
import { compileExpression, compileTemplate, type ExpressionFault, type Template } from "./expression.ts";
import { isJsonObject, type Json } from "./json.ts";
import { deriveRecordId } from "./record-id.ts";
import { err, ok, type Result } from "./result.ts";

/** Longer dedupe keys are replaced by a UUIDv5 of themselves: they stand in an index. */
const MAX_DEDUPE_KEY_CHARS = 256;

interface CompiledRule {
  readonly position: number;
  readonly config: RuleConfig;
  readonly when: Template | null;
  readonly workflowDefinitionId: Template;
  readonly locale: Template;
  readonly parameters: Template;
  readonly recordId: Template | null;
  readonly dedupeKey: Template | null;
}

/** All rules of a configuration, indexed by source and event type. */
export interface RuleSet {
  /** What the rules decide about an event: an admission for each rule that matches. */
  decide(event: Event): Promise<Admission[]>;
}

export function compileRules(config: BridgeConfig): Result<RuleSet, ConfigFault[]> {
  const faults: ConfigFault[] = [];
  const index = new TypeIndex();
  for (const [position, rule] of config.rules.entries()) {
    const compiled = compileRule(rule, position, faults);
    if (compiled && rule.enabled) index.add(compiled);
  }
  if (faults.length > 0) return err(faults);
  const namespace = config.recordNamespace;
  return ok({
    async decide(event) {
      const decisions = await Promise.all(index.candidates(event).map((rule) => decideRule(rule, event, namespace)));
      return decisions.filter((decision) => decision !== null);
    },
  });
}

function compileRule(rule: RuleConfig, position: number, faults: ConfigFault[]): CompiledRule | null {
  const compile = <T extends Json>(
    value: T,
    compiler: (value: T) => Result<Template, readonly ExpressionFault[]>,
    ...path: string[]
  ): Template => {
    const template = compiler(value);
    if (template.ok) return template.value;
    for (const fault of template.error) {
      const where = fault.position === undefined ? "" : ` (at character ${fault.position})`;
      faults.push({ path: pathOf(["rules", position, ...path, ...fault.path]), message: `${fault.message}${where}` });
    }
    return { evaluate: async () => err({ path: [], message: "not compiled" }) };
  };
  const { start, dedupe } = rule;
  return {
    position,
    config: rule,
    when: rule.when === undefined ? null : compile(rule.when, compileExpression, "when"),
    workflowDefinitionId: compile(start.workflowDefinitionId, compileTemplate, "start", "workflowDefinitionId"),
    locale: compile(start.locale, compileTemplate, "start", "locale"),
    parameters: compile(start.parameters, compileTemplate, "start", "parameters"),
    recordId: start.recordId === undefined ? null : compile(start.recordId, compileTemplate, "start", "recordId"),
    dedupeKey: dedupe.key === undefined ? null : compile(dedupe.key, compileTemplate, "dedupe", "key"),
  };
}

/** Finds the rules that may match an event, in the order of the configuration. */
class TypeIndex {
  readonly #exact = new Map<string, CompiledRule[]>();
  readonly #prefix = new Map<string, CompiledRule[]>();
  /** The lengths of each source's prefixes: only these are tried, however long a type an event brings. */
  readonly #prefixLengths = new Map<string, Set<number>>();

  add(rule: CompiledRule): void {
    for (const pattern of rule.config.on) {
      const [map, type] = pattern.endsWith("*") ? [this.#prefix, pattern.slice(0, -1)] : [this.#exact, pattern];
      const key = indexKey(rule.config.source, type);
      map.set(key, [...(map.get(key) ?? []), rule]);
      if (map === this.#prefix) {
        const { source } = rule.config;
        this.#prefixLengths.set(source, (this.#prefixLengths.get(source) ?? new Set()).add(type.length));
      }
    }
  }

  candidates(event: Event): CompiledRule[] {
    const found = new Set(this.#exact.get(indexKey(event.source, event.type)));
    for (const length of this.#prefixLengths.get(event.source) ?? []) {
      if (length > event.type.length) continue;
      for (const rule of this.#prefix.get(indexKey(event.source, event.type.slice(0, length))) ?? []) found.add(rule);
    }
    return [...found].sort((a, b) => a.position - b.position);
  }
}

function indexKey(source: string, type: string): string {
  return `${source} ${type}`;
}

/** @returns null where the rule does not match; an `invalid` admission where its expressions fail */
async function decideRule(rule: CompiledRule, event: Event, namespace: string): Promise<Admission | null> {
  const base = {
    rule: rule.config.id,
    engine: rule.config.engine,
    event,
    windowMs: durationMs(rule.config.dedupe.window),
    onUncertainStart: rule.config.onUncertainStart,
    callbacks: rule.config.callbacks,
  };
  const invalid = (reason: string, known: { recordId?: string | null; dedupeKey?: string } = {}): Admission => ({
    ...base,
    recordId: known.recordId ?? null,
    dedupeKey: shortened(known.dedupeKey ?? event.dedupeKey),
    start: null,
    invalid: reason,
  });

  if (rule.when) {
    const matched = await rule.when.evaluate(event);
    if (!matched.ok) return invalid(`when: ${matched.error.message}`);
    if (matched.value !== true) {
      if (matched.value === false || matched.value === undefined) return null;
      return invalid("when: must give true or false");
    }
  }
  const dedupeKey = rule.dedupeKey ? await textOf(rule.dedupeKey, event) : ok(event.dedupeKey);
  if (!dedupeKey.ok) return invalid(`dedupe.key: ${dedupeKey.error}`);
  const recordId = await recordIdOf(rule.recordId, event, namespace);
  if (!recordId.ok) return invalid(`start.recordId: ${recordId.error}`, { dedupeKey: dedupeKey.value });
  const start = await startOf(rule, event);
  if (!start.ok) return invalid(start.error, { dedupeKey: dedupeKey.value, recordId: recordId.value });
  return {
    ...base,
    recordId: recordId.value,
    dedupeKey: shortened(dedupeKey.value),
    start: start.value,
    invalid: null,
  };
}

async function recordIdOf(
  template: Template | null,
  event: Event,
  namespace: string,
): Promise<Result<string | null, string>> {
  if (!template) return ok(null);
  const text = await textOf(template, event);
  if (!text.ok) return text;
  const recordId = deriveRecordId(namespace, text.value);
  return recordId === undefined ? err("gave an empty text") : ok(recordId);
}

async function startOf(rule: CompiledRule, event: Event): Promise<Result<StartRequest, string>> {
  const workflowDefinitionId = await textOf(rule.workflowDefinitionId, event);
  if (!workflowDefinitionId.ok) return err(`start.workflowDefinitionId: ${workflowDefinitionId.error}`);
  const locale = await textOf(rule.locale, event);
  if (!locale.ok) return err(`start.locale: ${locale.error}`);
  const parameters = await rule.parameters.evaluate(event);
  if (!parameters.ok) {
    const { path, message } = parameters.error;
    return err(`${pathOf(["start", "parameters", ...path])}: ${message}`);
  }
  if (!isJsonObject(parameters.value)) return err("start.parameters: must give an object");
  const { expiresIn } = rule.config.start;
  return ok({
    workflowDefinitionId: workflowDefinitionId.value,
    locale: locale.value,
    parameters: parameters.value,
    expiresInMs: expiresIn === undefined ? null : durationMs(expiresIn),
  });
}

/** Where a text is required: a non-empty text, or a number or boolean as text. Anything else is told, not guessed. */
async function textOf(template: Template, event: Event): Promise<Result<string, string>> {
  const value = await template.evaluate(event);
  if (!value.ok) return err(value.error.message);
  if (value.value === undefined || value.value === null) return err("gave nothing");
  if (typeof value.value === "object") return err("must give a text, not an object or array");
  const text = String(value.value);
  return text === "" ? err("gave an empty text") : ok(text);
}

function shortened(key: string): string {
  return key.length <= MAX_DEDUPE_KEY_CHARS ? key : `uuid5:${uuidV5(key.toWellFormed(), uuidV5.URL)}`;
}
