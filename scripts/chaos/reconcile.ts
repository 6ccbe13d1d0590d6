// Holds the evidence of all sides against each other. Pure: it can be shown, with doctored evidence, to find what is
// wrong. What the bridge says of itself decides nothing that another side can tell.
import { type Evidence, isDue, type ListedExecution } from "./observer.ts";
import type { StartCall } from "./tap.ts";

/** The bridge has so long to save an answer that it was given; killed within it, it may not know the answer any more. */
const SAVE_GRACE_MS = 3_000;

/**
 * A call that took longer does not count as answered in time. The bridge waits for four seconds; but its clock begins when
 * it sends, and the tap's when it reads, which is later on a machine that has too much to do.
 */
const ANSWERED_IN_TIME_MS = 1_000;

/** These say that the call may have had its effect; 503 says that it has not (RFC 9110, section 15.6.4). */
const UNCERTAIN_STATUSES = [500, 502, 504];

/** What must not be, in a few words each. */
export const OFFENCES = {
  refused: "a sender's good event was refused",
  lost: "accepted, and then nothing came of it",
  doubled: "started again after a definite answer",
  doubledOnHold: "started more than once under hold",
  uncounted: "started more than once without the bridge having counted it",
  twice: "admitted more than once",
  stillDue: "accepted, and still not settled at the end",
  forged: "let in though its signature was forged",
  unverified: "called back without a valid signature",
  strange: "a run or a callback that is about nothing that was accepted",
  renamed: "called back under more than one message id",
  misheld: "held against its rule, or though the bridge had been told of a run",
  unrecorded: "a run that the engine's record lacks: the observer itself cannot be trusted",
} as const;
export type OffenceKind = keyof typeof OFFENCES;

export interface Offence {
  readonly kind: OffenceKind;
  readonly event: string;
  readonly known: object;
}

export interface Reconciliation {
  readonly sent: number;
  readonly attempts: number;
  readonly accepted: number;
  readonly forgedSent: number;
  readonly runs: number;
  readonly doubledAfterUncertain: number;
  readonly held: number;
  readonly deadLetters: number;
  /** Ended and told, without a run: the engine refused it, or it could not be started in time. */
  readonly endedWithoutRun: number;
  readonly delivered: number;
  readonly repetitions: number;
  readonly offences: readonly Offence[];
}

export function reconcile(evidence: Evidence): Reconciliation {
  const { sent, bridgeKills } = evidence;
  const calls = Map.groupBy(evidence.calls, ({ event }) => event);
  const runs = Map.groupBy(evidence.runs, ({ event }) => event);
  const messages = Map.groupBy(evidence.messages, ({ event }) => event);
  const executions = Map.groupBy(evidence.executions, ({ event }) => event.id);
  const counts = {
    doubledAfterUncertain: 0,
    held: 0,
    deadLetters: 0,
    endedWithoutRun: 0,
    delivered: 0,
    repetitions: 0,
  };
  const offences: Offence[] = [];

  for (const event of sent) {
    const own = {
      calls: calls.get(event.id) ?? [],
      runs: runs.get(event.id) ?? [],
      messages: messages.get(event.id) ?? [],
      executions: executions.get(event.id) ?? [],
    };
    const accuse = (kind: OffenceKind): void => void offences.push({ kind, event: event.id, known: { event, ...own } });
    if (event.forged) {
      if (event.acceptedAt !== null || own.runs.length > 0 || own.executions.length > 0) accuse("forged");
      continue;
    }
    if (event.acceptedAt === null) {
      accuse(event.refused === null ? "stillDue" : "refused");
      continue;
    }
    const [execution] = own.executions;
    const verified = own.messages.filter((message) => message.verified);
    if (own.executions.length > 1) accuse("twice");
    if (!execution || isSilent(execution, verified.length)) accuse("lost");
    else if (isDue(execution)) accuse("stillDue");
    if (own.messages.length > verified.length) accuse("unverified");
    if (new Set(verified.map(({ id }) => id)).size > 1) accuse("renamed");
    if (verified.some(({ runId }) => runId !== null && !own.runs.some(({ id }) => id === runId))) accuse("strange");
    const started = own.calls.filter((call) => hasStarted(call) && isDefinite(call, bridgeKills));
    if (started.length > own.runs.length) accuse("unrecorded");
    if (isRepeated(own.calls, own.runs.length, bridgeKills)) accuse("doubled");
    if (execution?.state === "held" && (event.policy !== "hold" || started.length > 0)) accuse("misheld");
    if (own.runs.length > 1) {
      if (event.policy === "hold") accuse("doubledOnHold");
      else counts.doubledAfterUncertain++;
      if ((execution?.uncertainStarts ?? 0) < own.runs.length - 1) accuse("uncounted");
    }

    if (execution?.state === "held") counts.held++;
    if (execution?.deliveries.some(({ state }) => state === "exhausted")) counts.deadLetters++;
    if (verified.length > 0) counts.delivered++;
    if (verified.length > 0 && own.runs.length === 0) counts.endedWithoutRun++;
    counts.repetitions += Math.max(0, verified.length - 1);
  }

  const known = new Set(sent.map(({ id }) => id));
  for (const [side, found] of Object.entries({ runs, messages, executions })) {
    for (const [id, items] of found) {
      if (!known.has(id)) offences.push({ kind: "strange", event: id, known: { [side]: items } });
    }
  }
  const real = sent.filter(({ forged }) => !forged);
  return {
    ...counts,
    sent: real.length,
    attempts: sent.reduce((sum, { attempts }) => sum + attempts, 0),
    accepted: real.filter(({ acceptedAt }) => acceptedAt !== null).length,
    forgedSent: sent.length - real.length,
    runs: evidence.runs.length,
    offences,
  };
}

/** Whether the bridge is done with it and has told nobody: neither the receiver nor, by `held` or a dead letter, a person. */
function isSilent(execution: ListedExecution, messages: number): boolean {
  const isDeadLetter = execution.deliveries.some(({ state }) => state === "exhausted");
  return !isDue(execution) && messages === 0 && execution.state !== "held" && !isDeadLetter;
}

/**
 * Whether a start call was made after one that had started a run and whose answer the bridge had; or whether there are more
 * runs than the calls whose outcome was uncertain can account for.
 */
function isRepeated(calls: readonly StartCall[], runs: number, bridgeKills: readonly number[]): boolean {
  const started = calls.filter((call) => hasStarted(call) && isDefinite(call, bridgeKills));
  const uncertain = calls.filter((call) => !isDefinite(call, bridgeKills)).length;
  const afterwards = started.some((definite) => calls.some(({ begunAt }) => begunAt > definite.overAt));
  return afterwards || runs > uncertain + Math.min(1, started.length);
}

function hasStarted({ status }: StartCall): boolean {
  return status !== null && status < 300;
}

/** Whether the bridge was told, in time, and lived to write it down. */
function isDefinite({ life, begunAt, overAt, status }: StartCall, bridgeKills: readonly number[]): boolean {
  if (status === null || UNCERTAIN_STATUSES.includes(status)) return false;
  if (overAt - begunAt > ANSWERED_IN_TIME_MS) return false;
  const killedAt = bridgeKills[life] ?? Number.POSITIVE_INFINITY;
  return overAt + SAVE_GRACE_MS < killedAt;
}
