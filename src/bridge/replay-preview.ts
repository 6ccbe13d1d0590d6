// What a replay would do, and does not do: new executions with record, key and start request, and what stands in the way.
import type { Admission } from "../core/admission.ts";
import type { Execution } from "../core/execution.ts";
import { type Objection, objectionTo, type ReplayRequest } from "../core/replay.ts";
import type { Bridge, ExecutionSummary, Target } from "./ports.ts";
import { inParts, keyInUse, type Plan, planOf } from "./replay-start.ts";

export interface Foreseen {
  readonly of: string;
  readonly would: "start" | "refetch" | "resend" | "be-refused";
  readonly reason: Objection["reason"] | null;
  readonly detail: string;
  readonly starts: readonly ForeseenStart[];
}

export interface ForeseenStart {
  readonly admission: Admission;
  /** What stands in the way, in words; null where it would be done. */
  readonly obstacle: string | null;
  /** Of a cancel: what would be canceled. */
  readonly cancels: readonly ExecutionSummary[];
}

export async function foreseeOne(bridge: Bridge, execution: Execution, request: ReplayRequest): Promise<Foreseen> {
  if (request.intent === "refetch" || request.intent === "resend") return foreseeEnd(bridge, execution, request);
  const [foreseen] = await foreseeStarts(bridge, [execution], request);
  if (!foreseen) throw new Error("nothing was foreseen");
  return foreseen;
}

/** The replays of an end: a listing knows enough. */
export function foreseeEnd(
  bridge: Bridge,
  execution: ExecutionSummary,
  request: Extract<ReplayRequest, { intent: "refetch" | "resend" }>,
): Foreseen {
  const { callbacks } = bridge.setup.config;
  const objection = objectionTo(request, execution, (name) => Object.hasOwn(callbacks, name));
  if (objection) return refused(execution.id, objection);
  const to = request.intent === "resend" ? request.callback : null;
  const detail =
    request.intent === "refetch"
      ? `The engine "${execution.engine}" would be asked for the status and the result of ${execution.runId}.`
      : `The end would be sent again to ${to ?? execution.deliveries.map(({ callback }) => callback).join(", ")}.`;
  return { of: execution.id, would: request.intent, reason: null, detail, starts: [] };
}

/** @param taken keys that the same request has given out before, to which those of these executions are added */
export async function foreseeStarts(
  bridge: Bridge,
  executions: readonly Execution[],
  request: Extract<ReplayRequest, { intent: "re-evaluate" | "restart" }>,
  taken = new Set<string>(),
): Promise<Foreseen[]> {
  const plans: Plan[] = [];
  for (const execution of executions) plans.push(await planOf(bridge, execution, request, "preview"));
  const admissions = plans.flatMap((plan) => plan.admissions);
  const targets = admissions.map(targetsOf);
  const found = inParts(
    await bridge.ledger.goingOn(targets.flat()),
    targets.map(({ length }) => length),
  );
  const byAdmission = new Map(admissions.map((admission, i) => [admission, found[i] ?? []]));
  return plans.map(({ execution, admissions: own, besides, objection }) => {
    if (objection) return refused(execution.id, objection);
    const starts = own.map((admission): ForeseenStart => {
      const [[active] = [], cancels = []] = byAdmission.get(admission) ?? [];
      return { admission, obstacle: active ? keyInUse(active) : obstacleIn(taken, admission), cancels };
    });
    const detail = [...starts.map(sentenceOf), ...besides].join(" ");
    return starts.some(({ obstacle }) => obstacle === null)
      ? { of: execution.id, would: "start", reason: null, detail, starts }
      : { ...refused(execution.id, { reason: "key-in-use", detail }), starts };
  });
}

/** Of two with the same key the first is started, and then goes on. A cancel is over at once. */
function obstacleIn(taken: Set<string>, { rule, recordId, dedupeKey, cancel }: Admission): string | null {
  if (cancel !== null) return null;
  const key = JSON.stringify([recordId, rule, dedupeKey]);
  if (taken.has(key)) return `The key of the rule "${rule}" goes to a newer execution of the same request.`;
  taken.add(key);
  return null;
}

function sentenceOf({ admission: { rule, cancel }, obstacle, cancels }: ForeseenStart): string {
  if (obstacle !== null) return obstacle;
  return cancel === null
    ? `The rule "${rule}" would start one execution.`
    : `The rule "${rule}" would cancel what goes on then; now that is ${namesOf(cancels)}.`;
}

/** Its own key and, of a cancel, what it is about. */
function targetsOf({ recordId, rule, dedupeKey, cancel }: Admission): Target[] {
  return [{ recordId, rule, dedupeKey }, ...(cancel === null ? [] : [{ recordId, ...cancel }])];
}

function namesOf(executions: readonly ExecutionSummary[]): string {
  return executions.length === 0 ? "nothing" : executions.map(({ id }) => id).join(", ");
}

function refused(of: string, { reason, detail }: Objection): Foreseen {
  return { of, would: "be-refused", reason, detail, starts: [] };
}
