// How a dry run and a backtest are told. Values of events stand in here, for whoever may use the operations API.
import type { BacktestReport } from "../bridge/backtest.ts";
import type { KnownExecution } from "../bridge/known-under-key.ts";
import type { RuleCount, Setup, StartCall } from "../bridge/ports.ts";
import { factsOf } from "../bridge/refusal.ts";
import type { Tried, TriedEvent, TriedRequest, WouldDo } from "../bridge/try-rules.ts";
import { effectOf } from "../core/compare-decisions.ts";
import { eventAttributes } from "../core/expression.ts";
import { iso } from "./api-context.ts";

const NOT_PROVEN =
  "The sender was not proven, because the request says verify: false. At the bridge's door it has to be.";

export function triedView({ request, events, more }: Tried) {
  return {
    request: request && requestView(request),
    ...(request?.verified === null ? { warning: NOT_PROVEN } : {}),
    events: events.map(eventView),
    moreEvents: more,
  };
}

function requestView({ verified, secretIndex, state, refusal }: TriedRequest) {
  return { verified, secretIndex, sourceState: state, refused: refusal && refusalView(refusal) };
}

function refusalView(refusal: NonNullable<TriedRequest["refusal"]>) {
  if (refusal.stage === "body") return refusal;
  const message = refusal.stage === "normalise" ? { message: refusal.fault.message } : {};
  return { stage: refusal.stage, ...factsOf(refusal), ...message };
}

function eventView({ event, admissions, taken, notTaken, others }: TriedEvent) {
  return {
    event: eventAttributes(event),
    /** Where no rule takes it: whether it would be recorded. */
    recorded: admissions.length > 0,
    taken: taken.map(takenView),
    notTaken,
    others,
  };
}

function takenView({ rule, when, expressions, admission, start, known }: WouldDo) {
  const { engine, recordId, dedupeKey, windowMs, onDuplicate, onUncertainStart, callbacks, cancel, over } = admission;
  return {
    rule,
    does: effectOf(admission),
    reason: over?.reason ?? null,
    when,
    expressions,
    recordId,
    engine,
    start: start && startView(start),
    cancel,
    dedupe: { key: dedupeKey, windowMs, onDuplicate },
    onUncertainStart,
    callbacks,
    ...(known === undefined ? {} : { known: known && knownView(known) }),
  };
}

/** As the engine would get it now. */
function startView({ expiresAt, ...call }: StartCall) {
  return { ...call, expiresAt: iso(expiresAt) };
}

function knownView({ execution, windowEndsAt, verdict }: KnownExecution) {
  return {
    execution: execution.id,
    state: execution.run,
    admittedAt: iso(execution.admittedAt),
    windowEndsAt: iso(windowEndsAt),
    verdict,
  };
}

export function backtestView({ changes, next, ...report }: BacktestReport) {
  return {
    ...report,
    changes: changes.map(({ event, executions, differences }) => ({
      event: { id: event.id, source: event.source, type: event.type, subject: event.subject ?? null, time: event.time },
      executions,
      differences,
    })),
    next: next && `${next.untilAt}.${next.done}`,
  };
}

/** Every rule, schedules' own ones included, in the order of the configuration, with its executions by state. */
export function rulesView({ revision, rules }: Setup, counts: readonly RuleCount[], since: number) {
  const byRule = Map.groupBy(counts, ({ rule }) => rule);
  const countsOf = (rule: string) =>
    Object.fromEntries((byRule.get(rule) ?? []).map(({ state, count }) => [state, count]));
  return {
    revision,
    since: iso(since),
    rules: rules.compiled.map(({ config: { id, source, on, enabled, shadow, cancel } }) => ({
      id,
      does: cancel ? "cancel" : "start",
      source,
      on,
      enabled,
      shadow,
      counts: countsOf(id),
    })),
    unmatched: countsOf("").unmatched ?? 0,
  };
}
