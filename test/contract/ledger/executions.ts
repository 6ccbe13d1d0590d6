// What the contract's suites are written with: one fixed clock, admissions by default values, and the few things that
// a caller of the ledger does over and over.
import type { Admitted, DueCursor, ExecutionSummary, Ledger } from "../../../src/bridge/ports.ts";
import { attempted } from "../../../src/core/attempt.ts";
import { type Admission, type EndState, type Execution, ended, held, started } from "../../../src/core/execution.ts";
import type { Json } from "../../../src/core/json.ts";

/** A full minute, as most of the suites' arithmetic starts from one. */
export const NOW = Date.UTC(2026, 10, 23, 12);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const WINDOW_MS = 7 * DAY_MS;

export interface LedgerUnderTest {
  /** A ledger of several shards with nothing in it. */
  open(): Ledger;
  readonly retentionMs: number;
}

interface Wanted extends Partial<Omit<Admission, "event">> {
  readonly data?: Json;
  readonly source?: string;
}

export function admission({ data = { amount: 1 }, source = "stripe", ...wanted }: Wanted = {}): Admission {
  return {
    rule: "kyb-on-subscription",
    revision: 3,
    engine: "default",
    event: {
      id: "evt_1",
      source,
      type: "customer.subscription.created",
      subject: "cus_1",
      time: "2026-11-23T12:00:00.000Z",
      data,
      headers: { "x-trace": "abc" },
      dedupeKey: "evt_1",
    },
    recordId: recordId(1),
    dedupeKey: "sub_1",
    windowMs: WINDOW_MS,
    onDuplicate: "skip",
    onUncertainStart: "retry",
    callbacks: ["crm"],
    start: { workflowDefinitionId: "kyb", locale: "en", parameters: { customer: "cus_1" }, expiresInMs: DAY_MS },
    cancel: null,
    over: null,
    ...wanted,
  };
}

/** Record ids that spread over the shards. */
export function recordId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export async function admitAll(ledger: Ledger, admissions: readonly Admission[], now = NOW): Promise<Admitted[]> {
  const answer = await ledger.admit(admissions, now);
  if (!answer.ok) throw new Error(answer.error.detail);
  return answer.value;
}

export async function admit(ledger: Ledger, one: Admission, now = NOW): Promise<Admitted> {
  const [answer] = await admitAll(ledger, [one], now);
  if (!answer) throw new Error("no answer");
  return answer;
}

export async function admitNew(ledger: Ledger, one: Admission = admission(), now = NOW): Promise<Execution> {
  const answer = await admit(ledger, one, now);
  if (answer.outcome !== "new") throw new Error(`a ${answer.outcome}, expected a new execution`);
  return answer.execution;
}

export async function admitDuplicate(ledger: Ledger, one: Admission, now = NOW): Promise<ExecutionSummary> {
  const answer = await admit(ledger, one, now);
  if (answer.outcome !== "duplicate") throw new Error(`a ${answer.outcome} execution, expected a duplicate`);
  return answer.execution;
}

/** @returns the execution as the ledger has it afterwards */
export async function save(ledger: Ledger, execution: Execution): Promise<Execution> {
  const outcome = await ledger.save(execution);
  if (outcome !== "saved") throw new Error(`a ${outcome}, expected the execution to be saved`);
  return { ...execution, version: execution.version + 1 };
}

/** Takes an execution through some steps, each of them saved. */
export async function advance(
  ledger: Ledger,
  execution: Execution,
  ...steps: readonly ((execution: Execution) => Execution)[]
): Promise<Execution> {
  let after = execution;
  for (const step of steps) after = await save(ledger, step(after));
  return after;
}

/** One pass over everything that is due, as the sweep makes it. */
export async function claimAll(ledger: Ledger, now: number): Promise<Execution[]> {
  const walks = times(ledger.shards, async (shard) => {
    const found: Execution[] = [];
    let after: DueCursor | null = null;
    do {
      const batch = await ledger.claim(shard, now, after);
      found.push(...batch.executions);
      after = batch.next;
    } while (after);
    return found;
  });
  return (await Promise.all(walks)).flat();
}

export async function claimedIds(ledger: Ledger, now: number): Promise<string[]> {
  return idsOf(await claimAll(ledger, now));
}

export async function purgeAll(ledger: Ledger, now: number): Promise<number> {
  const counts = await Promise.all(times(ledger.shards, (shard) => ledger.purge(shard, now)));
  return counts.reduce((sum, count) => sum + count, 0);
}

export function idsOf(executions: readonly { readonly id: string }[]): string[] {
  return executions.map(({ id }) => id);
}

export function running(execution: Execution, now = NOW): Execution {
  return started(execution, { runId: "run_1", expiresAt: now + DAY_MS }, now);
}

export function finished(execution: Execution, now = NOW, result: Json = "ok", state: EndState = "succeeded") {
  return ended(execution, state, { result }, now);
}

export function delivered(execution: Execution, now = NOW): Execution {
  return attempted(execution, "crm", { delivered: true, status: 204, durationMs: 5 }, now, 0);
}

/** The end and its delivery in one step. */
export function told(execution: Execution, now = NOW): Execution {
  return delivered(finished(execution, now), now);
}

export function parked(execution: Execution, now = NOW): Execution {
  return held(execution, { at: now, step: "start", outcome: "uncertain" }, "nobody knows");
}
