// Replays that start: what they would start, and starting it. Only what does something is admitted: a decision that starts and
// cancels nothing is told to whoever asks and leaves the key where it is.
import type { Admission } from "../core/admission.ts";
import { type Execution, note } from "../core/execution.ts";
import { asReplay, type Objection, objectionTo, type ReplayRequest, restartOf } from "../core/replay.ts";
import { isTakenUp } from "./fast-path.ts";
import type { Admitted, Bridge, Setup } from "./ports.ts";
import { type Replayed, type ReplayOrder, refusal, type StartedAgain, unavailable } from "./replay-outcome.ts";

export type StartingRequest = Extract<ReplayRequest, { intent: "re-evaluate" | "restart" }>;

/** What a replay would admit; none where there is an objection. */
export interface Plan {
  readonly execution: Execution;
  readonly admissions: readonly Admission[];
  /** What was decided besides, and is not admitted: in sentences. */
  readonly besides: readonly string[];
  readonly objection: Objection | null;
}

/** @param key names the request; with the execution's id it names the replay */
export async function planOf(
  bridge: Bridge,
  execution: Execution,
  request: StartingRequest,
  key: string,
): Promise<Plan> {
  const nothing = (objection: Objection): Plan => ({ execution, admissions: [], besides: [], objection });
  const objection = objectionTo(request, execution, () => true);
  if (objection) return nothing(objection);
  const once = onceOf(key, execution);
  if (request.intent === "restart") {
    return { execution, admissions: [restartOf(execution, once)], besides: [], objection: null };
  }
  const setup = request.revision === "then" ? await bridge.setupOf(execution.revision) : bridge.setup;
  if (!setup) return nothing(revisionGone(execution));
  const decided = await setup.rules.decide(execution.event);
  const replay = { of: execution.id, intent: "re-evaluate", once } as const;
  const admissions = decided.filter(({ over }) => over === null).map((admission) => asReplay(admission, replay));
  const besides = decided.length === 0 ? [besidesOf(null)] : decided.filter(({ over }) => over).map(besidesOf);
  if (admissions.length > 0) return { execution, admissions, besides, objection: null };
  const detail = `${besides.join(" ")} Decided by ${revisionName(setup)}; nothing was started.`;
  return nothing({ reason: "nothing-decided", detail });
}

/** The same when the request is repeated. */
function onceOf(key: string, { id }: Execution): string {
  return `${key} ${id}`;
}

/** Whether an execution was started by the request of this key. */
export function isStartedBy(key: string, { replay }: Pick<Execution, "replay">): boolean {
  return replay?.once.startsWith(`${key} `) ?? false;
}

export async function startAgain(
  bridge: Bridge,
  executions: readonly Execution[],
  { request, key, followable }: ReplayOrder & { readonly request: StartingRequest },
): Promise<Replayed[]> {
  const plans: Plan[] = [];
  for (const execution of executions) plans.push(await planOf(bridge, execution, request, key));
  const now = bridge.now();
  const admissions = plans.flatMap((plan) => plan.admissions);
  const answer = await bridge.ledger.admit(
    admissions.map((admission, i) => ({ ...admission, deferred: i >= followable })),
    now,
  );
  const admitted = inParts(
    answer.ok ? answer.value : [],
    plans.map((plan) => plan.admissions.length),
  );
  const replayed = plans.map((plan, i): Replayed => {
    if (plan.objection) return refusal(plan.execution, plan.objection);
    if (!answer.ok) return unavailable(plan.execution, `The ledger could not be reached: ${answer.error.detail}`);
    return outcomeOf(plan, admitted[i] ?? [], key, now);
  });
  await Promise.all(plans.map((plan, i) => noteOn(bridge, plan.execution, replayed[i], request.intent)));
  return replayed;
}

/** An answer in the order of the questions, cut into the parts that were asked together. */
export function inParts<T>(all: readonly T[], lengths: readonly number[]): T[][] {
  let from = 0;
  return lengths.map((length) => {
    const part = all.slice(from, from + length);
    from += length;
    return part;
  });
}

function outcomeOf({ execution, besides }: Plan, admitted: readonly Admitted[], key: string, now: number): Replayed {
  const once = onceOf(key, execution);
  const executions = admitted.map(({ outcome, execution: found }): StartedAgain => {
    if (outcome === "new") return { outcome, execution: found };
    return { outcome: found.replay?.once === once ? "repeated" : "in-the-way", execution: found };
  });
  const has = (outcome: StartedAgain["outcome"]): boolean => executions.some((each) => each.outcome === outcome);
  const detail = [...executions.map(sentenceOf), ...besides].join(" ");
  if (!has("new") && !has("repeated")) {
    return { ...refusal(execution, { reason: "key-in-use", detail }), executions };
  }
  const followUps = admitted.flatMap((each) =>
    each.outcome === "new" && isTakenUp(each.execution, now) ? [each.execution] : [],
  );
  return {
    of: execution.id,
    outcome: has("new") ? "started" : "repeated",
    reason: null,
    detail,
    executions,
    followUps,
  };
}

function sentenceOf({ outcome, execution }: StartedAgain): string {
  const { id, rule, cancel } = execution;
  if (outcome === "repeated") return `The same request has started ${id} before.`;
  if (outcome === "in-the-way") return keyInUse(execution);
  return cancel ? `The cancel of the rule "${rule}" was applied: ${id}.` : `The rule "${rule}" starts ${id}.`;
}

/** What is in the way, and what to do. */
export function keyInUse({ id, rule, run }: Pick<Execution, "id" | "rule" | "run">): string {
  const advice = run === "held" ? "it is held, and has to be settled first" : "cancel it first";
  return `The key of the rule "${rule}" belongs to ${id}, which still goes on (${run}): ${advice}.`;
}

/** The replayed one tells of it too, where nobody is at work on it: a step under way must not meet a conflict for that. */
async function noteOn(
  bridge: Bridge,
  execution: Execution,
  replayed: Replayed | undefined,
  intent: StartingRequest["intent"],
): Promise<void> {
  if (replayed?.outcome !== "started" || execution.endedAt === null || execution.dueAt !== null) return;
  const { detail } = replayed;
  try {
    await bridge.ledger.save(note(execution, { at: bridge.now(), step: "replay", outcome: intent, detail }));
  } catch (thrown) {
    bridge.log("warn", "replay.not-noted", { execution: execution.id, error: String(thrown) });
  }
}

function besidesOf(admission: Admission | null): string {
  if (admission === null || admission.over === null || admission.over.state === "unmatched") {
    return "No rule takes the event.";
  }
  const { state, reason } = admission.over;
  if (state === "shadow") return `The rule "${admission.rule}" is a shadow, which starts nothing.`;
  return `The rule "${admission.rule}" fails on the event: ${reason}.`;
}

function revisionName({ revision }: Setup): string {
  return revision === 0 ? "the configuration of today" : `revision ${revision} of the configuration`;
}

function revisionGone({ revision }: Execution): Objection {
  const which = revision === 0 ? "of a configuration that was kept nowhere" : `in revision ${revision}`;
  const detail = `It was decided by the rules ${which}, which is not kept any more or cannot be read today. Leave revision out, and it is decided by the rules of today.`;
  return { reason: "revision-gone", detail };
}
