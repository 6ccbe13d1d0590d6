// The state machine, one function at a time. Fixed clock; random numbers are arguments.
import { describe, expect, test } from "vitest";
import { attempted } from "../../../src/core/attempt.ts";
import {
  type Admission,
  admitted,
  type Execution,
  ended,
  held,
  mayFollow,
  note,
  RUN_STATES,
  requeued,
  started,
  starting,
  TRANSITIONS,
} from "../../../src/core/execution.ts";
import { LEASE_MS } from "../../../src/core/retry.ts";
import { eventWith } from "../../fakes/test-bridge.ts";

const NOW = 1_795_425_600_000;
const SECOND_MS = 1_000;

function admission(changes: Partial<Admission> = {}): Admission {
  return {
    rule: "rule",
    engine: "default",
    event: eventWith(),
    recordId: null,
    dedupeKey: "key",
    windowMs: 86_400_000,
    onUncertainStart: "retry",
    callbacks: ["crm", "audit"],
    start: { workflowDefinitionId: "definition", locale: "en", parameters: {}, expiresInMs: null },
    revision: 3,
    onDuplicate: "skip",
    cancel: null,
    over: null,
    ...changes,
  };
}

const fresh = (changes?: Partial<Admission>): Execution => admitted("exe_0_1", admission(changes), NOW);
const runningOne = (): Execution => started(fresh(), { runId: "run-1", expiresAt: NOW + 5 }, NOW);

describe("the transition table", () => {
  test("names every state, and leads nowhere from an end", () => {
    expect(Object.keys(TRANSITIONS).sort()).toEqual([...RUN_STATES].sort());
    for (const state of ["succeeded", "failed", "canceled", "expired", "rejected", "invalid"] as const) {
      expect(TRANSITIONS[state]).toEqual([]);
    }
  });

  test("lets every state follow itself, and nothing be skipped", () => {
    for (const state of RUN_STATES) expect(mayFollow(state, state)).toBe(true);
    expect(mayFollow("queued", "running")).toBe(false);
    expect(mayFollow("running", "queued")).toBe(false);
    expect(mayFollow("succeeded", "failed")).toBe(false);
  });
});

describe("admitted", () => {
  test("records the intent to start where a start may be repeated, leased to whoever admitted it", () => {
    expect(fresh()).toMatchObject({ run: "starting", startAttempts: 1, dueAt: NOW + LEASE_MS, version: 1 });
  });

  test("queues where a start may not be repeated", () => {
    expect(fresh({ onUncertainStart: "hold" })).toMatchObject({ run: "queued", startAttempts: 0 });
  });

  test("ends at once where the rule's expressions failed; its callbacks are due", () => {
    expect(fresh({ over: { state: "invalid", reason: "start.locale: gave nothing" }, start: null })).toMatchObject({
      run: "invalid",
      reason: "start.locale: gave nothing",
      startAttempts: 0,
      endedAt: NOW,
      deliveries: [
        { callback: "crm", state: "due", attempts: 0, nextAt: NOW },
        { callback: "audit", nextAt: NOW },
      ],
    });
  });

  test("owes nobody anything before the end", () => {
    expect(fresh().deliveries.every(({ nextAt }) => nextAt === null)).toBe(true);
  });
});

describe("started", () => {
  test("keeps the due time, so that no index entry moves", () => {
    const before = fresh();
    expect(started(before, { runId: "run-1", expiresAt: 9 }, NOW + 7)).toMatchObject({
      run: "running",
      runId: "run-1",
      startedAt: NOW + 7,
      expiresAt: 9,
      dueAt: before.dueAt,
    });
  });
});

describe("starting, requeued and held", () => {
  const entry = { at: NOW, step: "start", outcome: "unavailable" } as const;

  test("a start is counted when it begins", () => {
    const queued = requeued(fresh(), entry, 10_000);
    expect(queued).toMatchObject({ run: "queued", startAttempts: 1, dueAt: NOW + 10_000 });
    expect(starting(queued, NOW + 10_000)).toMatchObject({
      run: "starting",
      startAttempts: 2,
      dueAt: NOW + 10_000 + LEASE_MS,
    });
  });

  test("what is held is due for nobody, and is no end", () => {
    expect(held(fresh(), entry, "look")).toMatchObject({ run: "held", reason: "look", dueAt: null, endedAt: null });
  });
});

describe("ended", () => {
  test("makes every callback due now, and the execution with them", () => {
    expect(ended(runningOne(), "succeeded", { result: { a: 1 } }, NOW + 9)).toMatchObject({
      run: "succeeded",
      reason: null,
      result: { a: 1 },
      endedAt: NOW + 9,
      dueAt: NOW + 9,
    });
  });

  test("owes nothing where there are no callbacks", () => {
    const execution = started(fresh({ callbacks: [] }), { runId: "run-1", expiresAt: null }, NOW);
    expect(ended(execution, "failed", { reason: "why" }, NOW)).toMatchObject({ dueAt: null, reason: "why" });
  });
});

describe("attempted", () => {
  const over = ended(runningOne(), "succeeded", {}, NOW);
  const delivered = { delivered: true, status: 200, durationMs: 3 } as const;
  const failed = { delivered: false, status: 500, detail: "HTTP 500", durationMs: 3 } as const;

  test("leaves the other callback as it is", () => {
    const after = attempted(over, "crm", failed, NOW, 0);
    expect(after.deliveries).toEqual([
      { callback: "crm", state: "due", attempts: 1, nextAt: NOW + 5 * SECOND_MS },
      { callback: "audit", state: "due", attempts: 0, nextAt: NOW },
    ]);
    expect(after.dueAt).toBe(NOW);
  });

  test("owes nothing once both are delivered", () => {
    const after = attempted(attempted(over, "crm", delivered, NOW, 0), "audit", delivered, NOW, 0);
    expect(after.dueAt).toBeNull();
    expect(after.deliveries.map(({ state }) => state)).toEqual(["delivered", "delivered"]);
  });

  test("writes what came of it into the timeline", () => {
    const gone = attempted(over, "crm", { ...failed, status: 410, final: true }, NOW, 0);
    expect(gone.timeline.at(-1)).toEqual({
      at: NOW,
      step: "callback",
      outcome: "exhausted",
      callback: "crm",
      attempt: 1,
      status: 410,
      detail: "HTTP 500",
      durationMs: 3,
    });
    expect(attempted(over, "crm", delivered, NOW, 0).timeline.at(-1)).toMatchObject({ outcome: "delivered" });
  });

  test("a connection that failed has no status", () => {
    const entry = attempted(over, "crm", { delivered: false, detail: "broken", durationMs: 1 }, NOW, 0).timeline.at(-1);
    expect(entry).not.toHaveProperty("status");
  });
});

describe("the timeline", () => {
  test("keeps the first lines and the last of a long story", () => {
    let execution = fresh();
    for (let n = 1; n <= 300; n++) execution = note(execution, { at: NOW + n, step: "start", outcome: `${n}` });
    expect(execution.timeline).toHaveLength(100);
    expect(execution.timeline[0]).toMatchObject({ step: "admitted" });
    expect(execution.timeline[19]).toMatchObject({ outcome: "19" });
    expect(execution.timeline[20]).toMatchObject({ outcome: "221" });
    expect(execution.timeline.at(-1)).toMatchObject({ outcome: "300" });
  });
});

test("no function changes the execution that it is given", () => {
  const frozen = (execution: Execution): Execution => {
    Object.freeze(execution.timeline);
    for (const delivery of execution.deliveries) Object.freeze(delivery);
    Object.freeze(execution.deliveries);
    return Object.freeze(execution);
  };
  const one = frozen(runningOne());
  const two = frozen(ended(one, "succeeded", {}, NOW));
  expect(() => attempted(two, "crm", { delivered: true, status: 200, durationMs: 1 }, NOW, 0)).not.toThrow();
  expect(() => starting(frozen(fresh()), NOW)).not.toThrow();
});
