// The state machine as a property: whatever is learnt, in whatever order, an execution never leaves the transition table,
// what is owed and when it is due agree, and nothing that is counted is forgotten.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AttemptOutcome, attempted } from "../../../src/core/attempt.ts";
import {
  admitted,
  type EndState,
  type Execution,
  ended,
  held,
  isEnded,
  mayFollow,
  requeued,
  started,
  starting,
  type TimelineEntry,
} from "../../../src/core/execution.ts";
import { eventWith } from "../../fakes/test-bridge.ts";

const NOW = 1_795_425_600_000;
const MAX_ATTEMPTS = 10;

interface Step {
  readonly waitMs: number;
  /** Chooses among what may happen in the state. */
  readonly choice: number;
  readonly delayMs: number;
  readonly outcome: AttemptOutcome;
  readonly random: number;
}

const outcomes: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  fc.constant({ delivered: true, status: 200, durationMs: 5 } as const),
  { weight: 12, arbitrary: fc.constant({ delivered: false, status: 500, detail: "HTTP 500", durationMs: 5 } as const) },
  fc.constant({ delivered: false, status: 410, detail: "HTTP 410", durationMs: 5, final: true } as const),
  fc.nat(100_000_000).map((retryAfterMs) => ({
    delivered: false as const,
    status: 429,
    detail: "HTTP 429",
    durationMs: 5,
    retryAfterMs,
  })),
);
const steps: fc.Arbitrary<Step> = fc.record({
  waitMs: fc.nat(100_000_000),
  choice: fc.nat(1_000),
  delayMs: fc.nat(300_000),
  outcome: outcomes,
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

/** Everything that the use cases may do with an execution in its state. */
function follow(execution: Execution, step: Step, now: number): Execution {
  const entry: TimelineEntry = { at: now, step: "start", outcome: "unavailable" };
  const pick = <T>(options: readonly [T, ...T[]]): T => options[step.choice % options.length] ?? options[0];
  if (isEnded(execution)) {
    const due = execution.deliveries.filter(({ nextAt }) => nextAt !== null);
    const delivery = due[step.choice % Math.max(due.length, 1)];
    return delivery ? attempted(execution, delivery.callback, step.outcome, now, step.random) : execution;
  }
  switch (execution.run) {
    case "queued":
      return starting(execution, now);
    case "starting":
      return pick([
        () => started(execution, { runId: "run-1", expiresAt: null }, now),
        () => requeued(execution, entry, step.delayMs),
        () => requeued(execution, entry, step.delayMs),
        () => held(execution, entry, "look"),
        () => ended(execution, "rejected", { reason: "HTTP 400" }, now),
        () => ended(requeued(execution, entry, step.delayMs), "expired", {}, now),
      ])();
    case "running":
      return ended(execution, pick<EndState>(["succeeded", "failed", "canceled", "expired"]), {}, now);
    default:
      return execution;
  }
}

function expectConsistent(execution: Execution): void {
  const owed = execution.deliveries.flatMap(({ nextAt }) => (nextAt === null ? [] : [nextAt]));
  if (isEnded(execution)) {
    expect(execution.dueAt).toBe(owed.length === 0 ? null : Math.min(...owed));
  } else {
    expect(owed).toEqual([]);
    expect(execution.dueAt === null).toBe(execution.run === "held");
  }
  for (const { state, attempts, nextAt } of execution.deliveries) {
    expect(nextAt !== null).toBe(state === "due" && isEnded(execution));
    expect(attempts).toBeLessThanOrEqual(MAX_ATTEMPTS);
  }
}

function expectNothingForgotten(before: Execution, after: Execution): void {
  expect(mayFollow(before.run, after.run)).toBe(true);
  expect(after.startAttempts).toBeGreaterThanOrEqual(before.startAttempts);
  expect(after.runId ?? before.runId).toBe(after.runId);
  expect(after.endedAt ?? before.endedAt).toBe(after.endedAt);
  expect(after.timeline.length).toBeGreaterThanOrEqual(before.timeline.length);
  for (const [index, delivery] of before.deliveries.entries()) {
    expect(after.deliveries[index]?.attempts).toBeGreaterThanOrEqual(delivery.attempts);
    if (delivery.state !== "due") expect(after.deliveries[index]).toEqual(delivery);
  }
}

const admissions = fc.record({
  callbacks: fc.constantFrom([], ["crm"], ["crm", "audit", "erp"]),
  onUncertainStart: fc.constantFrom("retry", "hold"),
});

function fresh({ callbacks, onUncertainStart }: { callbacks: readonly string[]; onUncertainStart: "retry" | "hold" }) {
  const start = { workflowDefinitionId: "definition", locale: "en", parameters: {}, expiresInMs: null };
  const common = { rule: "rule", engine: "default", event: eventWith(), recordId: null, dedupeKey: "key" };
  const decided = { revision: 1, onDuplicate: "skip", cancel: null, over: null } as const;
  return admitted("exe_0_1", { ...common, windowMs: 1, onUncertainStart, callbacks, start, ...decided }, NOW);
}

describe("any sequence of steps", () => {
  test("stays in the transition table, keeps what is due consistent and forgets nothing", () => {
    fc.assert(
      fc.property(admissions, fc.array(steps, { maxLength: 60 }), (admission, sequence) => {
        let now = NOW;
        let execution = fresh(admission);
        expectConsistent(execution);
        for (const step of sequence) {
          now += step.waitMs;
          const before = execution;
          execution = follow(before, step, now);
          expectNothingForgotten(before, execution);
          expectConsistent(execution);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("makes a dead letter only after ten attempts, or where the receiver is gone", () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 15 }), (sequence) => {
        const running = started(
          fresh({ callbacks: ["crm"], onUncertainStart: "retry" }),
          { runId: "run-1", expiresAt: null },
          NOW,
        );
        let execution = ended(running, "succeeded", {}, NOW);
        for (const { outcome, random } of sequence) {
          if (execution.dueAt === null) break;
          execution = attempted(execution, "crm", outcome, execution.dueAt, random);
          const [delivery] = execution.deliveries;
          const isGone = !outcome.delivered && outcome.final === true;
          if (delivery?.state === "exhausted") expect(isGone || delivery.attempts === MAX_ATTEMPTS).toBe(true);
          if (delivery?.state === "delivered") expect(outcome.delivered).toBe(true);
          if (delivery?.state === "due") expect(delivery.attempts).toBeLessThan(MAX_ATTEMPTS);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
