// What one rule decides about one event. Pure. An expression that fails does not lose the event: the decision is then an
// `invalid` one, with the reason, and can be made again once the rule is mended.
import { v5 as uuidV5 } from "uuid";
import type { Admission, CancelTarget, StartRequest } from "./admission.ts";
import { pathOf } from "./check-config.ts";
import type { CompiledCancel, CompiledRule, CompiledStart } from "./compile-rule.ts";
import type { Condition } from "./condition.ts";
import { durationMs } from "./duration.ts";
import type { Event } from "./event.ts";
import type { Template } from "./expression.ts";
import { isJsonObject } from "./json.ts";
import { deriveRecordId } from "./record-id.ts";
import { err, ok, type Result } from "./result.ts";

/** Longer dedupe keys are replaced by a UUIDv5 of themselves: they stand in an index. */
const MAX_DEDUPE_KEY_CHARS = 256;

export interface DecisionSurroundings {
  /** The namespace of derived record ids. */
  readonly namespace: string;
  readonly revision: number;
  /** Whether payloads are kept, where the rule does not say. */
  readonly keepPayloads: boolean;
}

/** @returns null where the rule does not match; an `invalid` admission where its expressions fail */
export async function decideRule(
  rule: CompiledRule,
  event: Event,
  { namespace, revision, keepPayloads }: DecisionSurroundings,
): Promise<Admission | null> {
  const matched = await matches(rule.when, event);
  if (matched.ok && !matched.value) return null;

  const { config } = rule;
  const undecided: Admission = {
    rule: config.id,
    revision,
    engine: config.engine,
    event,
    recordId: null,
    dedupeKey: shortened(event.dedupeKey),
    windowMs: durationMs(config.dedupe.window),
    onDuplicate: config.dedupe.onDuplicate,
    onUncertainStart: config.onUncertainStart,
    callbacks: config.shadow ? [] : config.callbacks,
    start: null,
    cancel: null,
    over: config.shadow ? { state: "shadow", reason: null } : null,
    ...((config.keepPayloads ?? keepPayloads) ? {} : { dropPayload: true }),
  };
  const invalid = (reason: string, known: Partial<Admission> = {}): Admission => ({
    ...undecided,
    ...known,
    over: { state: config.shadow ? "shadow" : "invalid", reason },
  });

  if (!matched.ok) return invalid(matched.error);
  const key = rule.dedupeKey ? await textOf(rule.dedupeKey, event) : ok(event.dedupeKey);
  if (!key.ok) return invalid(`dedupe.key: ${key.error}`);
  const dedupeKey = shortened(key.value);
  const part = rule.start ? "start" : "cancel";
  const recordId = await recordIdOf(rule[part]?.recordId ?? null, event, namespace);
  if (!recordId.ok) return invalid(`${part}.recordId: ${recordId.error}`, { dedupeKey });
  const known = { dedupeKey, recordId: recordId.value };
  if (rule.cancel) {
    const cancel = await cancelOf(rule.cancel, event);
    return cancel.ok ? { ...undecided, ...known, cancel: cancel.value } : invalid(cancel.error, known);
  }
  if (!rule.start) throw new Error("a rule has either start or cancel");
  const start = await startOf(rule.start, event);
  return start.ok ? { ...undecided, ...known, start: start.value } : invalid(start.error, known);
}

/** An event that no rule took, recorded so that it can be found, explained, and tried against a changed rule. */
export function unmatched(event: Event, revision: number, retentionMs: number, keepPayloads: boolean): Admission {
  return {
    ...(keepPayloads ? {} : { dropPayload: true }),
    rule: "",
    revision,
    engine: "",
    event,
    recordId: null,
    dedupeKey: shortened(event.dedupeKey),
    windowMs: retentionMs,
    onDuplicate: "skip",
    onUncertainStart: "retry",
    callbacks: [],
    start: null,
    cancel: null,
    over: { state: "unmatched", reason: null },
  };
}

async function matches(when: Condition | null, event: Event): Promise<Result<boolean, string>> {
  if (!when) return ok(true);
  const holds = await when.holds(event);
  return holds.ok ? holds : err(`when: ${holds.error.message}`);
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

async function cancelOf({ rule, key }: CompiledCancel, event: Event): Promise<Result<CancelTarget, string>> {
  if (!key) return ok({ rule, dedupeKey: null });
  const text = await textOf(key, event);
  return text.ok ? ok({ rule, dedupeKey: shortened(text.value) }) : err(`cancel.key: ${text.error}`);
}

async function startOf(rule: CompiledStart, event: Event): Promise<Result<StartRequest, string>> {
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
  return ok({
    workflowDefinitionId: workflowDefinitionId.value,
    locale: locale.value,
    parameters: parameters.value,
    expiresInMs: rule.expiresIn === undefined ? null : durationMs(rule.expiresIn),
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
