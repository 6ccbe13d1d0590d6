// Holds the evidence of all sides against each other. Pure: it can be shown, with doctored evidence, to find what is
// wrong. What the bridge says of itself decides nothing that another side can tell.
import type { SentEvent } from "./load.ts";
import { type Evidence, isDue, type ListedExecution } from "./observer.ts";
import type { ReceivedLine, ReceiverAnswer } from "./receiver-process.ts";
import type { StartCall } from "./tap.ts";

/** The bridge has so long to save an answer that it was given; killed within it, it may not know the answer any more. */
const SAVE_GRACE_MS = 5_000;

/**
 * A call that took longer by the tap's clock does not count as answered in time. The bridge waits for ten seconds, from when
 * it sends; the tap reads later, and the bridge reads the answer later still, by seconds where a machine is overloaded.
 */
const ANSWERED_IN_TIME_MS = 2_000;

/** These say that the call may have had its effect; 503 says that it has not (RFC 9110, section 15.6.4). */
const UNCERTAIN_STATUSES = [500, 502, 504];

/** With these the receiver says that it has the message. A connection that breaks says nothing, an error that it has not. */
const TAKEN: readonly ReceiverAnswer[] = [204, "late"];

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
  readonly startCalls: number;
  /** Start calls whose answer the bridge had for certain: what the verdicts on repeated starts rest upon. */
  readonly definiteCalls: number;
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
  const cases = casesOf(evidence);
  const good = cases.filter(({ event }) => !event.forged);
  const count = (holds: (each: Case) => boolean): number => good.filter(holds).length;
  return {
    sent: good.length,
    attempts: sent.reduce((sum, { attempts }) => sum + attempts, 0),
    accepted: count(({ event }) => event.acceptedAt !== null),
    forgedSent: cases.length - good.length,
    startCalls: evidence.calls.length,
    definiteCalls: evidence.calls.filter((call) => isDefinite(call, bridgeKills)).length,
    runs: evidence.runs.length,
    doubledAfterUncertain: count(({ event, runs }) => runs.length > 1 && event.policy === "retry"),
    held: count(({ executions }) => executions.some(({ state }) => state === "held")),
    deadLetters: count(({ executions }) => executions.some(isDeadLetter)),
    endedWithoutRun: count((each) => takenBy(each).length > 0 && each.runs.length === 0),
    delivered: count((each) => takenBy(each).length > 0),
    repetitions: good.reduce((sum, { messages }) => sum + Math.max(0, messages.length - 1), 0),
    offences: [
      ...cases.flatMap((each) =>
        offencesOf(each, bridgeKills).map((kind) => ({ kind, event: each.event.id, known: each })),
      ),
      ...strangers(evidence),
    ],
  };
}

/** An event and all that is known of it. */
interface Case extends Pick<Evidence, "calls" | "runs" | "messages" | "executions"> {
  readonly event: SentEvent;
}

function casesOf(evidence: Evidence): Case[] {
  const calls = Map.groupBy(evidence.calls, ({ event }) => event);
  const runs = Map.groupBy(evidence.runs, ({ event }) => event);
  const messages = Map.groupBy(evidence.messages, ({ event }) => event);
  const executions = Map.groupBy(evidence.executions, ({ event }) => event.id);
  return evidence.sent.map((event) => ({
    event,
    calls: calls.get(event.id) ?? [],
    runs: runs.get(event.id) ?? [],
    messages: messages.get(event.id) ?? [],
    executions: executions.get(event.id) ?? [],
  }));
}

function offencesOf(each: Case, bridgeKills: readonly number[]): OffenceKind[] {
  const { event, calls, runs, messages, executions } = each;
  if (event.forged) return event.acceptedAt !== null || runs.length + executions.length > 0 ? ["forged"] : [];
  if (event.acceptedAt === null) return [event.refused === null ? "stillDue" : "refused"];

  const [execution] = executions;
  const told = calls.filter((call) => hasStarted(call) && isDefinite(call, bridgeKills));
  const isHeld = execution?.state === "held";
  const verdicts: Partial<Record<OffenceKind, boolean>> = {
    lost: !execution || isSilent(execution, takenBy(each).length),
    stillDue: execution !== undefined && isDue(execution),
    twice: executions.length > 1,
    unverified: messages.some(({ verified }) => !verified),
    renamed: new Set(messages.map(({ id }) => id)).size > 1,
    strange: messages.some(({ runId }) => runId !== null && !runs.some(({ id }) => id === runId)),
    doubled: isRepeated(calls, runs.length, bridgeKills),
    doubledOnHold: event.policy === "hold" && runs.length > 1,
    uncounted: runs.length - 1 > (execution?.uncertainStarts ?? 0),
    misheld: isHeld && (event.policy !== "hold" || told.length > 0),
    unrecorded: told.length > runs.length,
  };
  return (Object.keys(verdicts) as OffenceKind[]).filter((kind) => verdicts[kind]);
}

/** What any side knows of events that nobody sent. */
function strangers({ sent, runs, messages, executions }: Evidence): Offence[] {
  const known = new Set(sent.map(({ id }) => id));
  const events = [
    ...runs.map((run) => ({ event: run.event, known: run })),
    ...messages.map((message) => ({ event: message.event, known: message })),
    ...executions.map((execution) => ({ event: execution.event.id, known: execution })),
  ];
  return events.filter(({ event }) => !known.has(event)).map((each) => ({ kind: "strange", ...each }));
}

/** The messages of which the receiver has told the bridge that it has them. */
function takenBy({ messages }: Case): readonly ReceivedLine[] {
  return messages.filter(({ verified, answer }) => verified && TAKEN.includes(answer));
}

function isDeadLetter({ deliveries }: ListedExecution): boolean {
  return deliveries.some(({ state }) => state === "exhausted");
}

/** Whether the bridge is done with it and has told nobody: neither the receiver nor, by `held` or a dead letter, a person. */
function isSilent(execution: ListedExecution, taken: number): boolean {
  return !isDue(execution) && taken === 0 && execution.state !== "held" && !isDeadLetter(execution);
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

/** Whether the bridge was told: it has shown that it knows, or had the answer in time and lived to write it down. */
function isDefinite(call: StartCall, bridgeKills: readonly number[]): boolean {
  const { life, begunAt, overAt, status, polled } = call;
  if (polled) return true;
  if (status === null || UNCERTAIN_STATUSES.includes(status)) return false;
  if (overAt - begunAt > ANSWERED_IN_TIME_MS) return false;
  const killedAt = bridgeKills[life] ?? Number.POSITIVE_INFINITY;
  return overAt + SAVE_GRACE_MS < killedAt;
}
